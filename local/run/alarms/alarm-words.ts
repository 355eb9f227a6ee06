/** Reasons, subjects and messages of alarms, in CloudWatch's words. Pure. */
import type { Alarm, ComparisonOperator } from '../../topology.ts';
import type { AlarmStateValue } from '../contracts-delivery.ts';
import type { AlarmDecision, Datapoint } from './decide-alarm.ts';

export const INITIAL_REASON = 'Unchecked: Initial alarm creation';

type RuleWords = Pick<
  Alarm,
  'evaluationPeriods' | 'datapointsToAlarm' | 'threshold' | 'comparison' | 'treatMissingData'
>;

/** Of a decision that sets a state. */
export function reasonOf({ state, deciding, filled }: AlarmDecision, rule: RuleWords): string {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  if (state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${counted(evaluationPeriods, 'datapoint was', 'datapoints were')} unknown.`;
  const how = TREATED[rule.treatMissingData];
  const treated = `${counted(filled, 'missing datapoint was', 'missing datapoints were')} treated as [${how}]`;
  if (deciding.length === 0)
    return `Threshold Crossed: no datapoints were received for ${counted(evaluationPeriods, 'period', 'periods')} and ${treated}.`;
  const isAlarm = state === 'ALARM';
  const needed = isAlarm ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const change = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK';
  const verb = `${deciding.length === 1 ? 'was' : 'were'}${isAlarm ? '' : ' not'}`;
  return [
    `Threshold Crossed: ${deciding.length} out of the last ${evaluationPeriods} datapoints`,
    `[${deciding.map(datapointWords).join(', ')}]`,
    `${verb} ${COMPARISON_WORDS[rule.comparison]} the threshold (${javaDouble(rule.threshold)})`,
    ...(filled === 0 || how === undefined ? [] : [`and ${treated}`]),
    `(minimum ${counted(needed, 'datapoint', 'datapoints')} for ${change} transition).`,
  ].join(' ');
}

/** Missing datapoints that stand for something; those that are merely missing are not spoken of. */
const TREATED: Readonly<Partial<Record<Alarm['treatMissingData'], string>>> = {
  breaching: 'Breaching',
  notBreaching: 'NonBreaching',
};

const COMPARISON_WORDS: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function datapointWords({ startMs, value }: Datapoint): string {
  const [, century, date, time] = /^(\d\d)(\d\d-\d\d-\d\d)T([\d:]{8})/.exec(new Date(startMs).toISOString()) ?? [];
  return century === undefined
    ? javaDouble(value)
    : `${javaDouble(value)} (${date?.split('-').reverse().join('/')} ${time})`;
}

/** As Java writes a double: CloudWatch's texts do. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [digits = '', exponent = '0'] = value.toExponential().split('e');
    return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

export interface StateChange {
  readonly alarm: Alarm;
  readonly from: AlarmStateValue;
  readonly to: AlarmStateValue;
  readonly reason: string;
  readonly atMs: number;
  readonly configuredAtMs: number;
  readonly region: string;
  readonly accountId: string;
}

/** SNS takes 100 characters (SNS API_Publish). */
const SUBJECT_MAX = 100;

export const subjectOf = ({ alarm, to, region }: StateChange): string =>
  `${to}: "${alarm.name}" in ${regionName(region)}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_MAX);

/** The JSON text that a topic's subscribers get. */
export function messageOf(change: StateChange): string {
  const { alarm, from, to, reason } = change;
  return JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: alarm.description === '' ? null : alarm.description,
    AWSAccountId: change.accountId,
    AlarmConfigurationUpdatedTimestamp: timestamp(change.configuredAtMs),
    NewStateValue: to,
    NewStateReason: reason,
    StateChangeTime: timestamp(change.atMs),
    Region: regionName(change.region),
    AlarmArn: alarm.arn,
    OldStateValue: from,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    Trigger: {
      MetricName: alarm.metricName,
      Namespace: alarm.namespace,
      ...statisticOf(alarm.statistic),
      Unit: null,
      Dimensions: Object.entries(alarm.dimensions).map(([name, value]) => ({ value, name })),
      Period: alarm.periodSeconds,
      EvaluationPeriods: alarm.evaluationPeriods,
      DatapointsToAlarm: alarm.datapointsToAlarm,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.treatMissingData,
      EvaluateLowSampleCountPercentile: '',
    },
  });
}

function statisticOf(statistic: string): Record<string, string> {
  if (statistic.startsWith('p')) return { StatisticType: 'ExtendedStatistic', ExtendedStatistic: statistic };
  return { StatisticType: 'Statistic', Statistic: STATISTIC_WORDS[statistic] ?? statistic.toUpperCase() };
}

const STATISTIC_WORDS: Readonly<Record<string, string>> = { SampleCount: 'SAMPLE_COUNT' };

/** `2026-01-31T10:00:00.000+0000`. */
const timestamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

/** Names of the regions that people use most; others are told by their code. */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-central-1': 'EU (Frankfurt)',
};
const regionName = (region: string): string => REGION_NAMES[region] ?? region;
