/** The rules of ServiceAutoscaling (Application Auto Scaling user guide and API). */
import type { Construct } from './cdktf.ts';
import { checkStatistic, isPercentile, STATISTICS } from './metric-alarm.ts';
import { PropCheck } from './prop-check.ts';
import {
  type ScalingMetric,
  type ScheduledCapacity,
  type ServiceAutoscalingProps,
  type TargetTracking,
  trackingName,
} from './scaling-props.ts';
import { checkStepScaling } from './step-check.ts';

const MAX_TASKS = 5000;
const MAX_POLICIES = 50;
const MAX_SCHEDULES = 200;
const MAX_SECONDS = 2_147_483_647;
const POLICY_NAME = {
  pattern: /^[^\p{C}]{1,255}$/u,
  rule: '1–255 printable characters (AAS PutScalingPolicy)',
};

/** @throws InvalidPropsError with every problem */
export function checkAutoscaling(scope: Construct, id: string, props: ServiceAutoscalingProps): void {
  const check = new PropCheck(scope, id);
  checkBounds(check, props);
  checkService(check, props);
  checkNumbers(check, props);
  props.targetTracking?.forEach((policy, index) => {
    checkTracking(check, `targetTracking[${index}]`, policy, props);
  });
  props.stepScaling?.forEach((policy, index) => {
    const prop = `stepScaling[${index}]`;
    check.matches(`${prop}.name`, policy.name, POLICY_NAME);
    checkStepScaling(check, prop, policy);
    checkCooldown(check, `${prop}.cooldownSeconds`, policy.cooldownSeconds);
    policy.alarms.forEach((alarm, at) => {
      checkMetric(check, `${prop}.alarms[${at}].metric`, alarm.metric, props);
    });
  });
  props.schedules?.forEach((action, index) => {
    checkSchedule(check, `schedules[${index}]`, action, props);
  });
  check.done();
}

function checkBounds(check: PropCheck, props: ServiceAutoscalingProps): void {
  const { minTasks, maxTasks, service, stepScaling = [], schedules = [] } = props;
  const source = 'ECS service-quotas';
  check
    .range('minTasks', minTasks, { min: 0, max: MAX_TASKS, source })
    .range('maxTasks', maxTasks, { min: 1, max: MAX_TASKS, source })
    .that(minTasks <= service.desiredCount && service.desiredCount <= maxTasks, {
      prop: 'minTasks, maxTasks',
      value: { minTasks, desiredCount: service.desiredCount, maxTasks },
      rule: 'minTasks ≤ the service’s desiredCount ≤ maxTasks, else it is scaled as soon as it is there (AAS RegisterScalableTarget)',
      fix: 'widen the bounds, or let the service start inside them',
    })
    .that(minTasks > 0 || stepScaling.length + schedules.length > 0, {
      prop: 'minTasks',
      value: minTasks,
      rule: 'at 0 tasks there is no metric to follow, and nothing scales out again (AAS target-tracking-scaling-policy-overview)',
      fix: 'keep at least 1, or add a step policy on a metric that is there without tasks, or a schedule',
    });
}

function checkService(check: PropCheck, { service, targetTracking = [] }: ServiceAutoscalingProps): void {
  check
    .that(service.autoscaled, {
      prop: 'service',
      value: { autoscaled: service.autoscaled },
      rule: 'Terraform leaves the desired count of a scaled service alone, else each apply sets it back',
      fix: 'make the service with autoscaled: true',
    })
    .that(service.cpuUnits > 0 || !targetTracking.some(({ metric }) => metric.type === 'cpu'), {
      prop: 'targetTracking',
      value: { metric: 'cpu', cpuUnits: service.cpuUnits },
      rule: 'CPU utilization is a percentage of what the task definition reserves (ECS cloudwatch-metrics), which is nothing',
      fix: 'give its tasks cpuUnits',
    });
}

function checkNumbers(check: PropCheck, props: ServiceAutoscalingProps): void {
  const { targetTracking = [], stepScaling = [], schedules = [] } = props;
  const policies = [...targetTracking.map(trackingName), ...stepScaling.map(({ name }) => name)];
  const metrics = targetTracking.map(({ metric }) => JSON.stringify(metric));
  const actions = schedules.map(({ name }) => name);
  const unique = (prop: string, names: readonly string[], rule: string): void => {
    check.that(new Set(names).size === names.length, { prop, value: names, rule, fix: 'rename one, or leave it out' });
  };
  unique('targetTracking, stepScaling', policies, 'each policy has a name of its own (AAS PutScalingPolicy)');
  unique('targetTracking', metrics, 'one target tracking policy a metric (AAS PutScalingPolicy)');
  unique('schedules', actions, 'each action has a name of its own (AAS PutScheduledAction)');
  check
    .that(policies.length + actions.length > 0, {
      prop: 'targetTracking, stepScaling, schedules',
      value: [],
      rule: 'a policy or a schedule, else nothing is ever scaled',
      fix: 'track cpu, or leave the construct out',
    })
    .that(policies.length <= MAX_POLICIES, {
      prop: 'targetTracking, stepScaling',
      value: policies.length,
      rule: `at most ${MAX_POLICIES} policies a service (AAS quotas)`,
      fix: 'leave some out',
    })
    .that(actions.length <= MAX_SCHEDULES, {
      prop: 'schedules',
      value: actions.length,
      rule: `at most ${MAX_SCHEDULES} scheduled actions a service (AAS quotas)`,
      fix: 'leave some out',
    });
}

function checkTracking(check: PropCheck, prop: string, policy: TargetTracking, props: ServiceAutoscalingProps): void {
  const { metric, target } = policy;
  const percent = metric.type === 'cpu' || metric.type === 'memory';
  check.matches(`${prop}.name`, trackingName(policy), POLICY_NAME).that(target > 0 && (!percent || target <= 100), {
    prop: `${prop}.target`,
    value: target,
    rule: percent
      ? 'a percentage above 0, at most 100'
      : 'a number above 0 (AAS TargetTrackingScalingPolicyConfiguration)',
    fix: percent ? 'leave room above it, such as 60' : 'set what one task can take',
  });
  checkCooldown(check, `${prop}.scaleOutCooldownSeconds`, policy.scaleOutCooldownSeconds);
  checkCooldown(check, `${prop}.scaleInCooldownSeconds`, policy.scaleInCooldownSeconds);
  checkMetric(check, `${prop}.metric`, metric, props);
  const statistic = metric.type === 'custom' ? metric.statistic : undefined;
  check.that(statistic === undefined || !isPercentile(statistic), {
    prop: `${prop}.metric.statistic`,
    value: statistic,
    rule: `one of ${STATISTICS.join(', ')} (AAS CustomizedMetricSpecification)`,
    fix: 'take one of these, or a step policy, whose alarm may look at a percentile',
  });
}

function checkCooldown(check: PropCheck, prop: string, seconds: number | undefined): void {
  check.range(prop, seconds, { min: 0, max: MAX_SECONDS, unit: 'seconds' });
}

function checkMetric(check: PropCheck, prop: string, metric: ScalingMetric, props: ServiceAutoscalingProps): void {
  if (metric.type === 'requests-per-target') {
    check.that(props.service.controller !== 'CODE_DEPLOY', {
      prop,
      value: metric.type,
      rule: 'not for blue/green: the metric follows one target group, and each deployment moves the tasks to the other (ECS service-autoscaling-targettracking)',
      fix: 'follow cpu or memory, which are the service’s',
    });
    checkLabel(check, prop, metric);
  }
  if (metric.type !== 'custom') return;
  check
    .matches(`${prop}.namespace`, metric.namespace, {
      pattern: /^[^:\p{C}][^\p{C}]{0,254}$/u,
      rule: '1–255 printable characters, not beginning with a colon (CloudWatch PutMetricData)',
    })
    .matches(`${prop}.metricName`, metric.metricName, {
      pattern: /^[^\p{C}]{1,255}$/u,
      rule: '1–255 printable characters (CloudWatch PutMetricData)',
    });
  checkStatistic(check, `${prop}.statistic`, metric.statistic);
}

function checkLabel(
  check: PropCheck,
  prop: string,
  metric: Extract<ScalingMetric, { type: 'requests-per-target' }>,
): void {
  const source = 'AAS PredefinedMetricSpecification';
  check
    .matches(`${prop}.loadBalancerArnSuffix`, metric.loadBalancerArnSuffix, {
      pattern: /^app\/[A-Za-z0-9-]+\/[0-9a-f]+$/,
      rule: `app/NAME/ID (${source})`,
      fix: 'give the load balancer’s arnSuffix',
    })
    .matches(`${prop}.targetGroupArnSuffix`, metric.targetGroupArnSuffix, {
      pattern: /^targetgroup\/[A-Za-z0-9-]+\/[0-9a-f]+$/,
      rule: `targetgroup/NAME/ID (${source})`,
      fix: 'give the target group’s arnSuffix',
    });
}

function checkSchedule(
  check: PropCheck,
  prop: string,
  action: ScheduledCapacity,
  { minTasks, maxTasks }: ServiceAutoscalingProps,
): void {
  const { minTasks: least, maxTasks: most } = action;
  check
    .matches(`${prop}.name`, action.name, {
      pattern: /^[^\p{C}|:/]{1,256}$/u,
      rule: '1–256 printable characters without | : and / (AAS PutScheduledAction)',
    })
    .matches(`${prop}.schedule`, action.schedule, {
      pattern: /^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/,
      rule: 'at(yyyy-mm-ddThh:mm:ss), rate(5 minutes) or cron() with six fields (AAS scheduled-scaling-using-cron-expressions)',
    })
    .that(action.timezone === undefined || isTimezone(action.timezone), {
      prop: `${prop}.timezone`,
      value: action.timezone,
      rule: 'an IANA time zone (AAS PutScheduledAction)',
      fix: 'take one such as Europe/Zurich',
    })
    .range(`${prop}.minTasks`, least, { min: 0, max: MAX_TASKS })
    .range(`${prop}.maxTasks`, most, { min: 0, max: MAX_TASKS })
    .that(least !== undefined || most !== undefined, {
      prop: `${prop}.minTasks, maxTasks`,
      value: action.name,
      rule: 'one bound at least, else the action does nothing (AAS ScalableTargetAction)',
      fix: 'set minTasks, maxTasks or both',
    })
    .that((least ?? minTasks) <= (most ?? maxTasks), {
      prop: `${prop}.minTasks, maxTasks`,
      value: { minTasks: least ?? minTasks, maxTasks: most ?? maxTasks },
      rule: 'minTasks ≤ maxTasks, with the service’s own bound where the action has none (AAS ScalableTargetAction)',
      fix: 'set both',
    });
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
