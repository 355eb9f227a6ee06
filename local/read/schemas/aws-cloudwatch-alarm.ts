/** aws_cloudwatch_metric_alarm (CloudWatch PutMetricAlarm). */
import {
  block,
  blocks,
  bool,
  COMMON,
  inert,
  map,
  number,
  real,
  refused,
  schema,
  text,
  texts,
  word,
} from '../schema.ts';

const MATH = 'metric math is not evaluated here; alarm on one metric';
const UNIT = 'datapoints are found by name and dimensions, whatever their unit';
const ACTIONS = { max: 5, rule: 'at most 5 actions a state (CloudWatch PutMetricAlarm)' } as const;

/** `p50` … `p99.9`; trimmed means and other statistics are not computed here. */
export const PERCENTILE = /^p(100|\d{1,2}(\.\d{1,10})?)$/;
export const STATISTICS = ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'] as const;

export const ALARM = schema(['aws_cloudwatch_metric_alarm'], {
  alarm_name: text({ required: true, pattern: /^[^\n]{1,255}$/, rule: '1 to 255 characters' }),
  alarm_description: text({ fallback: '' }),
  comparison_operator: word(
    ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold'],
    undefined,
    { rule: 'bands of anomaly detection are not computed here' },
  ),
  evaluation_periods: number({ required: true, min: 1, max: 1440 }),
  datapoints_to_alarm: number({ min: 1, max: 1440 }),
  threshold: real(),
  namespace: text({ pattern: /^[^:][^\n]{0,254}$/, rule: '1 to 255 characters, not beginning with a colon' }),
  metric_name: text({ pattern: /^[^\n]{1,255}$/, rule: '1 to 255 characters' }),
  dimensions: map(),
  period: number({ min: 10, max: 604_800 }),
  statistic: text({ pattern: /^(Sum|Average|Minimum|Maximum|SampleCount)$/, rule: STATISTICS.join(', ') }),
  extended_statistic: text({ pattern: PERCENTILE, rule: 'p0 to p100' }),
  treat_missing_data: word(['missing', 'ignore', 'breaching', 'notBreaching'], 'missing'),
  actions_enabled: bool(true),
  alarm_actions: texts(ACTIONS),
  ok_actions: texts(ACTIONS),
  insufficient_data_actions: texts(ACTIONS),
  metric_query: blocks({
    id: text({ required: true }),
    return_data: bool(false),
    metric: block({
      namespace: text(),
      metric_name: text({ required: true }),
      dimensions: map(),
      period: number({ required: true, min: 10, max: 604_800 }),
      stat: text({ required: true }),
      unit: inert(UNIT),
    }),
    expression: refused(MATH),
    period: refused(MATH),
    label: inert('for people'),
    account_id: inert('the plane is one account'),
  }),
  evaluate_low_sample_count_percentiles: inert('percentiles are evaluated whatever the number of samples'),
  unit: inert(UNIT),
  threshold_metric_id: refused('bands of anomaly detection are not computed here'),
  tags: COMMON.tags,
  tags_all: COMMON.tags_all,
  region: COMMON.region,
});
