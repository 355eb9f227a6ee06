/** CloudWatch alarms on the plane's metrics (CloudWatch API PutMetricAlarm, DescribeAlarms, SetAlarmState). */
import { z } from 'zod';
import type { Alarm } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { AlarmState } from '../../contracts-delivery.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, decimal, integer, list, name, names, text, timestamp } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';

const DAY_SECONDS = 86_400;
const states = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const math = z.never('metric math has no local counterpart: alarm on one metric').optional();

const describeInput = z.object({
  AlarmNames: names.optional(),
  AlarmNamePrefix: text.optional(),
  AlarmTypes: list(z.enum(['MetricAlarm', 'CompositeAlarm'])).optional(),
  StateValue: states.optional(),
  ActionPrefix: text.optional(),
  MaxRecords: integer(1, 100).optional(),
  NextToken: text.optional(),
});

const historyInput = z.object({
  AlarmName: text.optional(),
  HistoryItemType: z.enum(['ConfigurationUpdate', 'StateUpdate', 'Action']).optional(),
  StartDate: timestamp.optional(),
  EndDate: timestamp.optional(),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).optional(),
  MaxRecords: integer(1, 100).optional(),
  NextToken: text.optional(),
});

/** Strict: what would do nothing here is refused by name. */
const putInput = z.strictObject({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: bool.optional(),
  OKActions: list(name, 5).optional(),
  AlarmActions: list(name, 5).optional(),
  InsufficientDataActions: list(name, 5).optional(),
  Namespace: name.optional(),
  MetricName: name.optional(),
  Dimensions: list(z.strictObject({ Name: name, Value: name }), 30).optional(),
  Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']).optional(),
  ExtendedStatistic: z
    .string()
    .regex(/^p(\d{1,2}(\.\d{1,10})?|100)$/, 'must be a percentile, p0.0 to p100')
    .optional(),
  Period: integer(10, DAY_SECONDS)
    .refine((value) => value === 10 || value === 30 || value % 60 === 0, 'must be 10, 30 or a multiple of 60')
    .optional(),
  EvaluationPeriods: integer(1),
  DatapointsToAlarm: integer(1).optional(),
  Threshold: decimal.optional(),
  ComparisonOperator: z.enum([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).optional(),
  Tags: list(z.strictObject({ Key: name, Value: text.optional() }), 50).optional(),
  Metrics: math,
  ThresholdMetricId: math,
});

export const alarmOperations: Readonly<Record<string, Operation>> = {
  DescribeAlarms: operation(describeInput, describeAlarms),
  DescribeAlarmHistory: operation(historyInput, describeHistory),
  SetAlarmState: operation(
    z.object({
      AlarmName: name,
      StateValue: states,
      StateReason: z.string().max(1023),
      StateReasonData: text.optional(),
    }),
    ({ AlarmName, StateValue, StateReason }, call) => {
      needAlarms([AlarmName], call);
      call.alarms.setState(AlarmName, StateValue, StateReason);
      return null;
    },
  ),
  PutMetricAlarm: operation(putInput, async (input, call) => {
    const known = call.alarms.alarms().find(({ definition }) => definition.name === input.AlarmName)?.definition;
    await call.handlers.alarms.put(alarmOf(input, call), known ?? null, call.signal);
    return null;
  }),
  DeleteAlarms: operation(z.object({ AlarmNames: names }), async ({ AlarmNames }, call) => {
    for (const { definition } of needAlarms(AlarmNames, call))
      await call.handlers.alarms.remove(definition, call.signal);
    return null;
  }),
  EnableAlarmActions: operation(z.object({ AlarmNames: names }), (input, call) =>
    setActions(input.AlarmNames, true, call),
  ),
  DisableAlarmActions: operation(z.object({ AlarmNames: names }), (input, call) =>
    setActions(input.AlarmNames, false, call),
  ),
};

function describeAlarms(input: z.output<typeof describeInput>, call: Call): object {
  const { AlarmNames: wanted, AlarmNamePrefix: prefix, ActionPrefix: action } = input;
  if (wanted?.length && prefix !== undefined)
    throw new ApiError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix exclude each other');
  const metricAlarms = input.AlarmTypes === undefined || input.AlarmTypes.includes('MetricAlarm');
  const found = (metricAlarms ? call.alarms.alarms() : [])
    .filter(({ definition }) => !wanted?.length || wanted.includes(definition.name))
    .filter(({ definition }) => definition.name.startsWith(prefix ?? ''))
    .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
    .filter(({ definition }) => action === undefined || actionsOf(definition).some((arn) => arn.startsWith(action)));
  const options = { token: input.NextToken, max: input.MaxRecords ?? 50, errorCode: 'InvalidNextToken' };
  const page = paginate(found, ({ definition }) => definition.name, options);
  return { MetricAlarms: page.items.map(alarmShape), CompositeAlarms: [], NextToken: page.next };
}

function describeHistory(input: z.output<typeof historyInput>, call: Call): object {
  const { AlarmName, StartDate = 0, EndDate = Number.POSITIVE_INFINITY, ScanBy = 'TimestampDescending' } = input;
  const states = input.HistoryItemType === undefined || input.HistoryItemType === 'StateUpdate';
  const items = (states ? call.alarms.alarms() : [])
    .filter(({ definition }) => AlarmName === undefined || definition.name === AlarmName)
    .flatMap(({ definition, history }) => history.map((change) => ({ alarm: definition.name, ...change })))
    .filter(({ atMs }) => atMs >= StartDate && atMs <= EndDate);
  const stamp = (atMs: number): number =>
    ScanBy === 'TimestampAscending' ? Math.floor(atMs) : Number.MAX_SAFE_INTEGER - Math.floor(atMs);
  const keyOf = ({ alarm, atMs, to }: (typeof items)[number]): string =>
    `${String(stamp(atMs)).padStart(17, '0')} ${alarm} ${to}`;
  const options = { token: input.NextToken, max: input.MaxRecords ?? 100, errorCode: 'InvalidNextToken' };
  const page = paginate(items, keyOf, options);
  const AlarmHistoryItems = page.items.map(({ alarm, atMs, from, to, reason }) => ({
    AlarmName: alarm,
    AlarmType: 'MetricAlarm',
    Timestamp: new Date(Math.floor(atMs)),
    HistoryItemType: 'StateUpdate',
    HistorySummary: `Alarm updated from ${from} to ${to}`,
    HistoryData: JSON.stringify({
      version: '1.0',
      oldState: { stateValue: from },
      newState: { stateValue: to, stateReason: reason },
    }),
  }));
  return { AlarmHistoryItems, NextToken: page.next };
}

async function setActions(wanted: readonly string[], actionsEnabled: boolean, call: Call): Promise<null> {
  for (const { definition } of needAlarms(wanted, call))
    await call.handlers.alarms.put({ ...definition, actionsEnabled }, definition, call.signal);
  return null;
}

/** @throws ApiError ResourceNotFound naming the first that is not there */
function needAlarms(wanted: readonly string[], call: Call): readonly AlarmState[] {
  const all = call.alarms.alarms();
  return wanted.map((one) => {
    const found = all.find(({ definition }) => definition.name === one);
    if (!found) throw new ApiError('ResourceNotFound', `The alarm ${one} does not exist`, 404);
    return found;
  });
}

function alarmOf(input: z.output<typeof putInput>, call: Call): Alarm {
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  const { Namespace, MetricName, Period, Threshold, EvaluationPeriods } = input;
  if (!statistic || (input.Statistic && input.ExtendedStatistic))
    throw new ApiError('MissingParameter', 'Must specify either Statistic or ExtendedStatistic');
  if (!Namespace || !MetricName || Period === undefined || Threshold === undefined)
    throw new ApiError('MissingParameter', 'Namespace, MetricName, Period and Threshold must be specified');
  const datapoints = input.DatapointsToAlarm ?? EvaluationPeriods;
  if (datapoints > EvaluationPeriods)
    throw new ApiError('ValidationError', 'DatapointsToAlarm must not be greater than EvaluationPeriods');
  // Alarms of an hour and more may look back a week (CloudWatch PutMetricAlarm).
  const longest = Period >= 3600 ? 7 * DAY_SECONDS : DAY_SECONDS;
  if (Period * EvaluationPeriods > longest)
    throw new ApiError('ValidationError', `Metrics cannot be checked across more than ${longest} seconds`);
  return {
    ...madeBase(call, 'aws_cloudwatch_metric_alarm', input.AlarmName, tagsOf(input.Tags)),
    arn: arnAt(call, 'cloudwatch', `alarm:${input.AlarmName}`),
    name: input.AlarmName,
    description: input.AlarmDescription ?? '',
    namespace: Namespace,
    metricName: MetricName,
    dimensions: Object.fromEntries((input.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
    statistic,
    periodSeconds: Period,
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: datapoints,
    threshold: Threshold,
    comparison: input.ComparisonOperator,
    treatMissingData: input.TreatMissingData ?? 'missing',
    actionsEnabled: input.ActionsEnabled ?? true,
    alarmActions: input.AlarmActions ?? [],
    okActions: input.OKActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
  };
}

function alarmShape({ definition, state, reason, updatedAtMs }: AlarmState): object {
  const percentile = definition.statistic.startsWith('p');
  return {
    AlarmName: definition.name,
    AlarmArn: definition.arn,
    AlarmDescription: definition.description || undefined,
    ActionsEnabled: definition.actionsEnabled,
    OKActions: definition.okActions,
    AlarmActions: definition.alarmActions,
    InsufficientDataActions: definition.insufficientDataActions,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(Math.floor(updatedAtMs)),
    StateTransitionedTimestamp: new Date(Math.floor(updatedAtMs)),
    MetricName: definition.metricName,
    Namespace: definition.namespace,
    Statistic: percentile ? undefined : definition.statistic,
    ExtendedStatistic: percentile ? definition.statistic : undefined,
    Dimensions: Object.entries(definition.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: definition.periodSeconds,
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Threshold: definition.threshold,
    ComparisonOperator: definition.comparison,
    TreatMissingData: definition.treatMissingData,
  };
}

const actionsOf = (alarm: Alarm): readonly string[] => [
  ...alarm.alarmActions,
  ...alarm.okActions,
  ...alarm.insufficientDataActions,
];
