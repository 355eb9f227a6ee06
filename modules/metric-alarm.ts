/** What an alarm looks at and when it fires, whatever it then does (CloudWatch PutMetricAlarm). */
import type { CloudwatchMetricAlarmConfig } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import type { PropCheck } from './prop-check.ts';

export const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const STATISTICS = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'] as const;
const MISSING_DATA = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/** Longest name of an alarm that leaves room for a target group's name, 32, behind it: 255 in all. */
const MAX_NAME = 222;
const MAX_PERIODS = 100;

export interface AlarmShape {
  /** Sum, Average, Minimum, Maximum, SampleCount, or a percentile such as p99. @default the caller's, as it says */
  readonly statistic?: string;
  readonly threshold: number;
  /** @default GreaterThanOrEqualToThreshold */
  readonly comparison?: Comparison;
  /** 10, 30 or a multiple of 60; AWS's own metrics come once a minute. @default 60 */
  readonly periodSeconds?: number;
  /** Periods that are looked at, 1–100. @default 1 */
  readonly evaluationPeriods?: number;
  /** Of these periods, how many must breach. @default all */
  readonly datapointsToAlarm?: number;
  /** @default notBreaching: counters have no datapoint where there was nothing to count */
  readonly missingData?: (typeof MISSING_DATA)[number];
}

type ShapeConfig = Pick<
  CloudwatchMetricAlarmConfig,
  | 'statistic'
  | 'extendedStatistic'
  | 'comparisonOperator'
  | 'threshold'
  | 'period'
  | 'evaluationPeriods'
  | 'datapointsToAlarm'
  | 'treatMissingData'
>;

/** The shape as Terraform takes it. @param statistic where the shape has none */
export function shapeConfig(shape: AlarmShape, statistic: (typeof STATISTICS)[number]): ShapeConfig {
  const { evaluationPeriods = 1 } = shape;
  const chosen = shape.statistic ?? statistic;
  return {
    ...(isPercentile(chosen) ? { extendedStatistic: chosen } : { statistic: chosen }),
    comparisonOperator: shape.comparison ?? 'GreaterThanOrEqualToThreshold',
    threshold: shape.threshold,
    period: shape.periodSeconds ?? 60,
    evaluationPeriods,
    datapointsToAlarm: shape.datapointsToAlarm ?? evaluationPeriods,
    treatMissingData: shape.missingData ?? 'notBreaching',
  };
}

export function isPercentile(statistic: string): boolean {
  return /^p(\d{1,2}(\.\d{1,2})?|100)$/.test(statistic);
}

/** Notes a name that CloudWatch does not take, or that leaves no room for what is put behind it. */
export function checkAlarmName(check: PropCheck, prop: string, name: string): void {
  check.matches(prop, name, {
    pattern: new RegExp(`^[^\\s\\p{C}][^\\p{C}]{0,${MAX_NAME - 1}}$`, 'u'),
    rule: `1–${MAX_NAME} printable characters (CloudWatch PutMetricAlarm: 255 with the group that is put behind)`,
  });
}

/** Notes what is wrong with a shape. @param prop path of the alarm in its construct's props */
export function checkAlarmShape(check: PropCheck, prop: string, shape: AlarmShape): void {
  const { periodSeconds = 60, evaluationPeriods = 1, datapointsToAlarm = evaluationPeriods } = shape;
  checkOneOf(check, `${prop}.comparison`, shape.comparison, COMPARISONS);
  checkOneOf(check, `${prop}.missingData`, shape.missingData, MISSING_DATA);
  checkStatistic(check, `${prop}.statistic`, shape.statistic);
  check
    .that(Number.isFinite(shape.threshold), {
      prop: `${prop}.threshold`,
      value: shape.threshold,
      rule: 'a number',
      fix: 'set the value at which the alarm fires',
    })
    .that([10, 30].includes(periodSeconds) || (periodSeconds >= 60 && periodSeconds % 60 === 0), {
      prop: `${prop}.periodSeconds`,
      value: periodSeconds,
      rule: '10, 30 or a multiple of 60 seconds (CloudWatch PutMetricAlarm)',
      fix: 'take 60',
    })
    .range(`${prop}.evaluationPeriods`, evaluationPeriods, { min: 1, max: MAX_PERIODS })
    .that(Number.isInteger(datapointsToAlarm) && datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods, {
      prop: `${prop}.datapointsToAlarm`,
      value: { datapointsToAlarm, evaluationPeriods },
      rule: 'from 1 to evaluationPeriods (CloudWatch PutMetricAlarm)',
      fix: 'lower datapointsToAlarm',
    });
}

/** Notes a statistic that is neither one of CloudWatch's nor a percentile; none is fine. */
export function checkStatistic(check: PropCheck, prop: string, statistic: string | undefined): void {
  if (statistic !== undefined && !isPercentile(statistic)) checkOneOf(check, prop, statistic, STATISTICS);
}

/** Notes a value that is none of CloudWatch's; none is fine. */
export function checkOneOf(
  check: PropCheck,
  prop: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  check.that(value === undefined || allowed.includes(value), {
    prop,
    value,
    rule: `one of ${allowed.join(', ')} (CloudWatch PutMetricAlarm)`,
    fix: 'take one of these',
  });
}
