import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import type { Construct } from './cdktf.ts';
import type { PropCheck } from './prop-check.ts';

export const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
const STATISTICS = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'] as const;
const MISSING_DATA = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/** An alarm on a metric of the load balancer, namespace AWS/ApplicationELB. */
export interface BalancerAlarm {
  /** Of one alarm; on target groups each one's alarm is `<name>-<group>`. */
  readonly name: string;
  /** `target-groups`: one alarm for each of the pair, since either may be green. @default target-groups */
  readonly on?: 'target-groups' | 'load-balancer';
  /** E.g. HTTPCode_Target_5XX_Count, TargetResponseTime (ELB load-balancer-cloudwatch-metrics). */
  readonly metricName: string;
  /** Sum, Average, Minimum, Maximum, SampleCount, or a percentile such as p99. @default Sum */
  readonly statistic?: string;
  readonly threshold: number;
  /** @default GreaterThanOrEqualToThreshold */
  readonly comparison?: (typeof COMPARISONS)[number];
  /** 10, 30 or a multiple of 60; these metrics come once a minute. @default 60 */
  readonly periodSeconds?: number;
  /** Periods that are looked at. @default 1 */
  readonly evaluationPeriods?: number;
  /** Of these periods, how many must breach. @default all */
  readonly datapointsToAlarm?: number;
  /** @default notBreaching: counters have no datapoint where there was nothing to count */
  readonly missingData?: (typeof MISSING_DATA)[number];
}

/** An alarm that stops a deployment: one that is made here, or the name of one that exists. */
export type DeploymentAlarm = BalancerAlarm | { readonly existing: string };

export interface AlarmScope {
  readonly loadBalancerArnSuffix: string;
  /** With their names as text, since the alarms' names carry them. */
  readonly targetGroups: readonly { readonly name: string; readonly arnSuffix: string }[];
}

/** How many alarms CodeDeploy polls for one deployment group at most (CD deployment-groups-configure-advanced-options). */
const MAX_ALARMS = 10;

/** @returns the alarms' names, made or not */
export function useAlarms(scope: Construct, alarms: readonly DeploymentAlarm[], watched: AlarmScope): string[] {
  return alarms.flatMap((alarm) => {
    if ('existing' in alarm) return [alarm.existing];
    const LoadBalancer = watched.loadBalancerArnSuffix;
    if (alarm.on === 'load-balancer') return [metricAlarm(scope, alarm, alarm.name, { LoadBalancer })];
    return watched.targetGroups.map((group) =>
      metricAlarm(scope, alarm, `${alarm.name}-${group.name}`, { LoadBalancer, TargetGroup: group.arnSuffix }),
    );
  });
}

function metricAlarm(scope: Construct, alarm: BalancerAlarm, name: string, dimensions: Record<string, string>): string {
  const { statistic = 'Sum', evaluationPeriods = 1 } = alarm;
  return new CloudwatchMetricAlarm(scope, `alarm-${name}`, {
    alarmName: name,
    alarmDescription: `Stops a deployment: ${alarm.metricName}`,
    namespace: 'AWS/ApplicationELB',
    metricName: alarm.metricName,
    dimensions,
    ...(isPercentile(statistic) ? { extendedStatistic: statistic } : { statistic }),
    comparisonOperator: alarm.comparison ?? 'GreaterThanOrEqualToThreshold',
    threshold: alarm.threshold,
    period: alarm.periodSeconds ?? 60,
    evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm ?? evaluationPeriods,
    treatMissingData: alarm.missingData ?? 'notBreaching',
  }).alarmName;
}

function isPercentile(statistic: string): boolean {
  return /^p(\d{1,2}(\.\d{1,2})?|100)$/.test(statistic);
}

/** Notes what is wrong with the alarms of a pair of target groups. */
export function checkAlarms(check: PropCheck, alarms: readonly DeploymentAlarm[]): void {
  const names = alarms.flatMap((alarm) =>
    'existing' in alarm || alarm.on === 'load-balancer' ? ['one'] : ['blue', 'green'],
  );
  check.that(names.length <= MAX_ALARMS, {
    prop: 'alarms',
    value: names.length,
    rule: `at most ${MAX_ALARMS} alarms in a deployment group, two for each on target groups (CD deployment-groups-configure-advanced-options)`,
    fix: 'leave some out, or combine them in a composite alarm',
  });
  const given = alarms.map((alarm) => ('existing' in alarm ? alarm.existing : alarm.name));
  check.that(new Set(given).size === given.length, {
    prop: 'alarms',
    value: given,
    rule: 'each alarm has a name of its own',
    fix: 'rename one, or leave it out',
  });
  alarms.forEach((alarm, index) => {
    const prop = `alarms[${index}]`;
    const name = 'existing' in alarm ? alarm.existing : alarm.name;
    // The group's name of at most 32 characters is put behind it.
    check.matches(`${prop}.${'existing' in alarm ? 'existing' : 'name'}`, name, {
      pattern: /^[^\s\p{C}][^\p{C}]{0,221}$/u,
      rule: '1–222 printable characters (CloudWatch PutMetricAlarm: 255 with the group that is put behind)',
    });
    if (!('existing' in alarm)) checkBalancerAlarm(check, prop, alarm);
  });
}

function checkBalancerAlarm(check: PropCheck, prop: string, alarm: BalancerAlarm): void {
  const { statistic = 'Sum', periodSeconds = 60, evaluationPeriods = 1, datapointsToAlarm = evaluationPeriods } = alarm;
  const oneOf = (key: string, value: string | undefined, allowed: readonly string[]): void => {
    check.that(value === undefined || allowed.includes(value), {
      prop: `${prop}.${key}`,
      value,
      rule: `one of ${allowed.join(', ')} (CloudWatch PutMetricAlarm)`,
      fix: 'take one of these',
    });
  };
  oneOf('on', alarm.on, ['target-groups', 'load-balancer']);
  oneOf('comparison', alarm.comparison, COMPARISONS);
  oneOf('missingData', alarm.missingData, MISSING_DATA);
  if (!isPercentile(statistic)) oneOf('statistic', statistic, STATISTICS);
  check
    .matches(`${prop}.metricName`, alarm.metricName, {
      pattern: /^[A-Za-z]\w{0,254}$/,
      rule: 'a metric of AWS/ApplicationELB (ELB load-balancer-cloudwatch-metrics)',
    })
    .that(Number.isFinite(alarm.threshold), {
      prop: `${prop}.threshold`,
      value: alarm.threshold,
      rule: 'a number',
      fix: 'set the value at which the alarm fires',
    })
    .that([10, 30].includes(periodSeconds) || (periodSeconds >= 60 && periodSeconds % 60 === 0), {
      prop: `${prop}.periodSeconds`,
      value: periodSeconds,
      rule: '10, 30 or a multiple of 60 seconds (CloudWatch PutMetricAlarm)',
      fix: 'take 60',
    })
    .range(`${prop}.evaluationPeriods`, evaluationPeriods, { min: 1, max: 100 })
    .that(Number.isInteger(datapointsToAlarm) && datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods, {
      prop: `${prop}.datapointsToAlarm`,
      value: { datapointsToAlarm, evaluationPeriods },
      rule: 'from 1 to evaluationPeriods (CloudWatch PutMetricAlarm)',
      fix: 'lower datapointsToAlarm',
    });
}
