/** Amazon CloudWatch: metrics here, alarms in cloudwatch-alarms.ts; over JSON, CBOR and Query alike. Rules: CloudWatch API reference. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate, readToken, writeToken } from '../pages.ts';
import { bool, decimal, integer, list, name, text, timestamp } from '../schema.ts';
import { alarmOperations } from './cloudwatch-alarms.ts';

const dimensions = list(z.object({ Name: name, Value: name }), 30);
const period = integer(1, 86_400).refine(
  (value) => [1, 5, 10, 30].includes(value) || value % 60 === 0,
  'must be 1, 5, 10, 30 or a multiple of 60',
);
const statistic = z
  .string()
  .regex(/^(SampleCount|Average|Sum|Minimum|Maximum|p(\d{1,2}(\.\d{1,10})?|100))$/, 'is no offered statistic');

const dataInput = z.object({
  MetricDataQueries: list(
    z.object({
      Id: z.string().regex(/^[a-z][A-Za-z0-9_]{0,254}$/),
      Label: text.optional(),
      ReturnData: bool.optional(),
      Expression: text.optional(),
      MetricStat: z
        .object({
          Metric: z.object({ Namespace: name, MetricName: name, Dimensions: dimensions.optional() }),
          Period: period,
          Stat: statistic,
          Unit: text.optional(),
        })
        .optional(),
    }),
    500,
  ),
  StartTime: timestamp,
  EndTime: timestamp,
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).optional(),
  MaxDatapoints: integer(1, 100_800).optional(),
  NextToken: text.optional(),
});

const statisticsInput = z.object({
  Namespace: name,
  MetricName: name,
  Dimensions: dimensions.optional(),
  StartTime: timestamp,
  EndTime: timestamp,
  Period: period,
  Statistics: list(z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']), 5).optional(),
  ExtendedStatistics: list(statistic, 10).optional(),
  Unit: text.optional(),
});

const listInput = z.object({
  Namespace: text.optional(),
  MetricName: text.optional(),
  Dimensions: list(z.object({ Name: name, Value: text.optional() }), 10).optional(),
  NextToken: text.optional(),
  RecentlyActive: text.optional(),
});

const datum = z.object({
  MetricName: name,
  Dimensions: dimensions.optional(),
  Timestamp: timestamp.optional(),
  Value: decimal.optional(),
  Values: list(decimal, 150).optional(),
  Counts: list(decimal, 150).optional(),
  Unit: text.optional(),
  StorageResolution: integer(1, 60).optional(),
  StatisticValues: z.never('has no local counterpart: put the values themselves').optional(),
});
const putInput = z.object({
  Namespace: z
    .string()
    .min(1)
    .max(255)
    .refine((value) => !value.startsWith('AWS/'), 'must not begin with AWS/'),
  MetricData: list(datum, 1000),
});

export const cloudwatch: ServiceTable = {
  name: 'monitoring',
  targetPrefix: 'GraniteServiceVersion20100801',
  jsonVersion: '1.0',
  version: '2010-08-01',
  xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  validationError: 'InvalidParameterValue',
  missingError: 'MissingParameter',
  queryCompatible: true,
  operations: {
    GetMetricData: operation(dataInput, getData),
    GetMetricStatistics: operation(statisticsInput, getStatistics),
    ListMetrics: operation(listInput, listMetrics),
    PutMetricData: operation(putInput, putData),
    ...alarmOperations,
  },
};

function getData(input: z.output<typeof dataInput>, call: Call): object {
  checkRange(input.StartTime, input.EndTime);
  const max = input.MaxDatapoints ?? 100_800;
  const skip = input.NextToken === undefined ? 0 : Number(readToken(input.NextToken, 'InvalidNextToken'));
  if (!Number.isSafeInteger(skip)) throw new ApiError('InvalidNextToken', 'Invalid token.');
  const results = input.MetricDataQueries.map((query) => {
    if (!query.MetricStat) {
      throw new ApiError(
        'ValidationError',
        `${query.Id}: metric math and search expressions have no local counterpart; give a MetricStat`,
      );
    }
    const { Metric, Period, Stat } = query.MetricStat;
    const points = call.metrics.query({
      namespace: Metric.Namespace,
      name: Metric.MetricName,
      dimensions: dimensionsOf(Metric.Dimensions),
      startMs: input.StartTime,
      endMs: input.EndTime,
      periodSeconds: Period,
      statistic: Stat,
    });
    const ordered = input.ScanBy === 'TimestampAscending' ? points : points.toReversed();
    return { Id: query.Id, Label: query.Label ?? Metric.MetricName, points: query.ReturnData === false ? [] : ordered };
  });
  // A page is a slice of all series laid end to end.
  let begin = skip;
  let left = max;
  const MetricDataResults = results.map(({ Id, Label, points }) => {
    const slice = points.slice(Math.min(begin, points.length), Math.min(begin, points.length) + left);
    begin = Math.max(0, begin - points.length);
    left -= slice.length;
    return {
      Id,
      Label,
      Timestamps: slice.map((point) => new Date(point.startMs)),
      Values: slice.map((point) => point.value),
      StatusCode: 'Complete',
    };
  });
  const total = results.reduce((sum, { points }) => sum + points.length, 0);
  return {
    MetricDataResults,
    Messages: [],
    NextToken: skip + max < total ? writeToken(String(skip + max)) : undefined,
  };
}

function getStatistics(input: z.output<typeof statisticsInput>, call: Call): object {
  checkRange(input.StartTime, input.EndTime);
  const statistics = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (statistics.length === 0)
    throw new ApiError('MissingParameter', 'Must specify either Statistics or ExtendedStatistics');
  if ((input.EndTime - input.StartTime) / 1000 / input.Period > 1440) {
    throw new ApiError('InvalidParameterCombination', 'You have requested more than 1,440 datapoints.');
  }
  const points = new Map<number, Record<string, unknown>>();
  for (const wanted of statistics) {
    const found = call.metrics.query({
      namespace: input.Namespace,
      name: input.MetricName,
      dimensions: dimensionsOf(input.Dimensions),
      startMs: input.StartTime,
      endMs: input.EndTime,
      periodSeconds: input.Period,
      statistic: wanted,
    });
    for (const { startMs, value } of found) {
      const point = points.get(startMs) ?? { Timestamp: new Date(startMs), Unit: input.Unit ?? 'None' };
      points.set(startMs, point);
      if (!wanted.startsWith('p')) point[wanted] = value;
      else
        point['ExtendedStatistics'] = new Map([
          ...((point['ExtendedStatistics'] as Map<string, number>) ?? []),
          [wanted, value],
        ]);
    }
  }
  return { Label: input.MetricName, Datapoints: [...points.values()] };
}

function listMetrics(input: z.output<typeof listInput>, call: Call): object {
  const wanted = input.Dimensions ?? [];
  const found = call.metrics
    .list({
      ...(input.Namespace ? { namespace: input.Namespace } : {}),
      ...(input.MetricName ? { name: input.MetricName } : {}),
    })
    .filter((metric) =>
      wanted.every(
        ({ Name, Value }) =>
          Object.hasOwn(metric.dimensions, Name) && (Value === undefined || metric.dimensions[Name] === Value),
      ),
    );
  const keyOf = (metric: (typeof found)[number]): string =>
    JSON.stringify([metric.namespace, metric.name, Object.entries(metric.dimensions).sort()]);
  const page = paginate(found, keyOf, { token: input.NextToken, max: 500, errorCode: 'InvalidParameterValue' });
  const Metrics = page.items.map((metric) => ({
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
  }));
  return { Metrics, NextToken: page.next };
}

function putData({ Namespace, MetricData }: z.output<typeof putInput>, call: Call): null {
  if (MetricData.length === 0) throw new ApiError('MissingParameter', 'The parameter MetricData is required.');
  for (const one of MetricData) {
    const values = one.Values ?? (one.Value === undefined ? [] : [one.Value]);
    if (values.length === 0)
      throw new ApiError('MissingParameter', 'At least one of the parameters must be specified: Value, Values');
    if (one.Counts && one.Counts.length !== values.length)
      throw new ApiError('InvalidParameterValue', 'Values and Counts must have the same length');
  }
  for (const one of MetricData) {
    (one.Values ?? [one.Value ?? 0]).forEach((value, index) => {
      call.metrics.put({
        namespace: Namespace,
        name: one.MetricName,
        dimensions: dimensionsOf(one.Dimensions),
        value,
        count: one.Counts?.[index] ?? 1,
        ...(one.Unit ? { unit: one.Unit } : {}),
        ...(one.Timestamp === undefined ? {} : { atMs: one.Timestamp }),
      });
    });
  }
  return null;
}

function checkRange(startMs: number, endMs: number): void {
  if (!(startMs < endMs))
    throw new ApiError('InvalidParameterValue', 'The parameter StartTime must be less than the parameter EndTime.');
}

function dimensionsOf(given: readonly { Name: string; Value: string }[] = []): Record<string, string> {
  return Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));
}
