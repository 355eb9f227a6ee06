import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import type { Construct } from './cdktf.ts';
import { type AlarmShape, checkAlarmName, checkAlarmShape, checkOneOf, shapeConfig } from './metric-alarm.ts';
import type { PropCheck } from './prop-check.ts';

/** An alarm on a metric of the load balancer, namespace AWS/ApplicationELB. Its statistic is Sum by default. */
export interface BalancerAlarm extends AlarmShape {
  /** Of one alarm; on target groups each one's alarm is `<name>-<group>`. */
  readonly name: string;
  /** `target-groups`: one alarm for each of the pair, since either may be green. @default target-groups */
  readonly on?: 'target-groups' | 'load-balancer';
  /** E.g. HTTPCode_Target_5XX_Count, TargetResponseTime (ELB load-balancer-cloudwatch-metrics). */
  readonly metricName: string;
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
  return new CloudwatchMetricAlarm(scope, `alarm-${name}`, {
    alarmName: name,
    alarmDescription: `Stops a deployment: ${alarm.metricName}`,
    namespace: 'AWS/ApplicationELB',
    metricName: alarm.metricName,
    dimensions,
    ...shapeConfig(alarm, 'Sum'),
  }).alarmName;
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
    checkAlarmName(check, `${prop}.${'existing' in alarm ? 'existing' : 'name'}`, name);
    if (!('existing' in alarm)) checkBalancerAlarm(check, prop, alarm);
  });
}

function checkBalancerAlarm(check: PropCheck, prop: string, alarm: BalancerAlarm): void {
  checkOneOf(check, `${prop}.on`, alarm.on, ['target-groups', 'load-balancer']);
  checkAlarmShape(check, prop, alarm);
  check.matches(`${prop}.metricName`, alarm.metricName, {
    pattern: /^[A-Za-z]\w{0,254}$/,
    rule: 'a metric of AWS/ApplicationELB (ELB load-balancer-cloudwatch-metrics)',
  });
}
