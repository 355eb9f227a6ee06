/** Alarms on one metric (CloudWatch PutMetricAlarm). */
import { ALARM, PERCENTILE, STATISTICS } from '../../read/schemas/aws-cloudwatch-alarm.ts';
import type { Alarm } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, textOf } from '../names.ts';

const MAX_DIMENSIONS = 30;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

const alarm = acting(
  ALARM,
  'alarms',
  (names, _block, attribute) => {
    const name = textOf(attribute('alarm_name'));
    return { id: name, arn: arnOf(names, 'cloudwatch', `alarm:${name}`) };
  },
  buildAlarm,
);

type Context = BuildContext<typeof ALARM.fields>;
type Metric = Pick<Alarm, 'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'periodSeconds'>;

function buildAlarm(context: Context): Alarm {
  const { base, values: v, computed, report } = context;
  const metric = v.metric_query.length > 0 ? queriedMetric(context) : plainMetric(context);
  const datapoints = v.datapoints_to_alarm ?? v.evaluation_periods;
  if (datapoints > v.evaluation_periods)
    report.bad('datapoints_to_alarm', datapoints, 'it is above evaluation_periods', `at most ${v.evaluation_periods}`);
  if (v.threshold === null) report.missing('threshold', 'an alarm on a metric has a threshold');
  if (Object.keys(metric.dimensions).length > MAX_DIMENSIONS)
    report.bad('dimensions', Object.keys(metric.dimensions).length, 'there are too many', `at most ${MAX_DIMENSIONS}`);
  checkPeriod(metric.periodSeconds, context);
  return {
    ...base,
    arn: computed('arn'),
    name: v.alarm_name,
    description: v.alarm_description,
    ...metric,
    evaluationPeriods: v.evaluation_periods,
    datapointsToAlarm: datapoints,
    threshold: v.threshold ?? 0,
    comparison: v.comparison_operator,
    treatMissingData: v.treat_missing_data,
    actionsEnabled: v.actions_enabled,
    alarmActions: v.alarm_actions,
    okActions: v.ok_actions,
    insufficientDataActions: v.insufficient_data_actions,
  };
}

function plainMetric({ values: v, report }: Context): Metric {
  for (const name of ['namespace', 'metric_name', 'period'] as const)
    if (v[name] === null) report.missing(name, 'namespace, metric_name, period and a statistic, or metric_query');
  if (v.statistic !== null && v.extended_statistic !== null)
    report.bad('extended_statistic', v.extended_statistic, 'it does not go with statistic', 'one of the two');
  if (v.statistic === null && v.extended_statistic === null)
    report.missing('statistic', 'statistic or extended_statistic');
  return {
    namespace: v.namespace ?? '',
    metricName: v.metric_name ?? '',
    dimensions: v.dimensions,
    statistic: v.statistic ?? v.extended_statistic ?? 'Average',
    periodSeconds: v.period ?? 60,
  };
}

/** One query that is one metric says the same as the attributes do. */
function queriedMetric({ values: v, report }: Context): Metric {
  const [query, ...more] = v.metric_query;
  const metric = query?.metric ?? null;
  if (more.length > 0 || !metric)
    report.problem('UNSUPPORTED_ATTRIBUTE', 'metric_query', {
      message: 'metric math is not evaluated here',
      value: v.metric_query.map((q) => q.id),
      rule: 'one metric_query with a metric block',
      fix: 'alarm on one metric',
    });
  for (const name of ['namespace', 'metric_name', 'period', 'statistic', 'extended_statistic'] as const)
    if (v[name] !== null) report.bad(name, v[name], 'it does not go with metric_query', 'one of the two');
  if (metric && !isStatistic(metric.stat))
    report.bad(
      'metric_query.metric.stat',
      metric.stat,
      'there is no such statistic here',
      `${STATISTICS.join(', ')}, p0 to p100`,
    );
  if (metric && metric.namespace === null) report.missing('metric_query.metric.namespace');
  return {
    namespace: metric?.namespace ?? '',
    metricName: metric?.metric_name ?? '',
    dimensions: metric?.dimensions ?? {},
    statistic: metric?.stat ?? 'Average',
    periodSeconds: metric?.period ?? 60,
  };
}

export const isStatistic = (text: string): boolean =>
  (STATISTICS as readonly string[]).includes(text) || PERCENTILE.test(text);

function checkPeriod(periodSeconds: number, { values: v, report }: Context): void {
  const path = v.metric_query.length > 0 ? 'metric_query.metric.period' : 'period';
  if (![10, 20, 30].includes(periodSeconds) && periodSeconds % 60 !== 0)
    report.bad(
      path,
      periodSeconds,
      'it is no period',
      '10, 20, 30 or a multiple of 60 seconds (CloudWatch PutMetricAlarm)',
    );
  const longest = periodSeconds >= HOUR_SECONDS ? 7 * DAY_SECONDS : DAY_SECONDS;
  if (periodSeconds * v.evaluation_periods > longest)
    report.bad(
      'evaluation_periods',
      v.evaluation_periods,
      `${v.evaluation_periods} periods of ${periodSeconds} s are too long a time`,
      `at most ${longest} s in all: a day, or a week with periods of an hour (CloudWatch PutMetricAlarm)`,
    );
}

export const ALARM_KINDS = [alarm];
