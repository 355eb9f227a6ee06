/** Before anything starts: scaling that could not act, with every problem at once. */
import type { Problem } from '../../errors.ts';
import type { ScalableTarget, ScalingPolicy, ScheduledScaling, Topology } from '../../topology.ts';
import { compileSchedule } from './decide-schedule.ts';
import { splitLabel } from './policy-metric.ts';

export function checkScaling(topology: Topology): Problem[] {
  const registered = new Set(topology.scalableTargets.map((t) => t.resourceId));
  return [
    ...topology.scalableTargets.flatMap((target) => checkTarget(target, topology)),
    ...topology.scalingPolicies.flatMap((policy) => [
      ...checkRegistered(policy, registered),
      ...checkPolicy(policy),
      ...checkLabel(policy, topology),
    ]),
    ...topology.scheduledScalings.flatMap((action) => [
      ...checkRegistered(action, registered),
      ...checkSchedule(action),
    ]),
  ];
}

function checkTarget(target: ScalableTarget, topology: Topology): Problem[] {
  const problems: Problem[] = [];
  const { address, minCapacity, maxCapacity, clusterName, serviceName } = target;
  if (!topology.services.some((s) => s.clusterName === clusterName && s.name === serviceName))
    problems.push({
      code: 'DANGLING_REFERENCE',
      address: `${address}.resource_id`,
      message: `there is no service ${serviceName} in cluster ${clusterName}`,
      value: target.resourceId,
      rule: 'service/<cluster>/<service> of an existing service (AAS API_RegisterScalableTarget)',
      fix: 'build it from the service’s cluster and name',
    });
  if (minCapacity > maxCapacity)
    problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${address}.min_capacity`,
      message: `the minimum ${minCapacity} is above the maximum ${maxCapacity}`,
      value: minCapacity,
      rule: 'min_capacity is at most max_capacity (AAS API_RegisterScalableTarget)',
      fix: 'raise max_capacity or lower min_capacity',
    });
  return problems;
}

function checkRegistered(resource: ScalingPolicy | ScheduledScaling, registered: ReadonlySet<string>): Problem[] {
  if (registered.has(resource.resourceId)) return [];
  return [
    {
      code: 'DANGLING_REFERENCE',
      address: `${resource.address}.resource_id`,
      message: `no aws_appautoscaling_target registers ${resource.resourceId}`,
      value: resource.resourceId,
      rule: 'policies and scheduled actions belong to a registered target (AAS API_PutScalingPolicy)',
      fix: 'take resource_id from the aws_appautoscaling_target',
    },
  ];
}

export function checkPolicy({ address, policy }: ScalingPolicy): Problem[] {
  const invalid = (attribute: string, message: string, value: unknown, rule: string): Problem[] => [
    { code: 'INVALID_ATTRIBUTE', address: `${address}.${attribute}`, message, value, rule },
  ];
  if (policy.type === 'TargetTrackingScaling') {
    const { metric, targetValue } = policy;
    const of = 'target_tracking_scaling_policy_configuration';
    return [
      ...(targetValue > 0
        ? []
        : invalid(`${of}.target_value`, 'the target is not above 0', targetValue, 'a number above 0')),
      ...(metric.kind === 'ALBRequestCountPerTarget' && !splitLabel(metric.label)
        ? invalid(
            `${of}.predefined_metric_specification.resource_label`,
            'the label does not name a load balancer and a target group',
            metric.label,
            'app/<load balancer>/<id>/targetgroup/<target group>/<id>: arn_suffix of both (AAS API_PredefinedMetricSpecification)',
          )
        : []),
    ];
  }
  return checkSteps(policy).flatMap(({ message, value }) =>
    invalid(
      'step_scaling_policy_configuration.step_adjustment',
      message,
      value,
      'intervals without gaps or overlaps, at most one open at each end (AAS step-scaling-policy-overview)',
    ),
  );
}

/** Steps must cover one unbroken range, so that exactly one of them holds inside it. */
function checkSteps({
  steps,
}: Extract<ScalingPolicy['policy'], { type: 'StepScaling' }>): { message: string; value: unknown }[] {
  if (steps.length === 0) return [{ message: 'there is no step', value: steps }];
  const sorted = [...steps].sort((a, b) => (a.lowerBound ?? -Infinity) - (b.lowerBound ?? -Infinity));
  return sorted.flatMap((step, i): { message: string; value: unknown }[] => {
    const lower = step.lowerBound ?? -Infinity;
    const upper = step.upperBound ?? Infinity;
    const next = sorted[i + 1];
    if (lower >= upper) return [{ message: 'a lower bound is not below its upper bound', value: step }];
    if (!next || (next.lowerBound ?? -Infinity) === upper) return [];
    const overlap = (next.lowerBound ?? -Infinity) < upper;
    return [{ message: `two steps ${overlap ? 'overlap' : 'leave a gap'}`, value: [step, next] }];
  });
}

export function checkSchedule({ address, schedule, timezone, minCapacity, maxCapacity }: ScheduledScaling): Problem[] {
  const problems: Problem[] = [];
  try {
    compileSchedule(schedule, timezone, 0);
  } catch (error) {
    problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${address}.schedule`,
      message: error instanceof Error ? error.message : String(error),
      value: schedule,
      rule: 'at(yyyy-mm-ddThh:mm:ss), rate(5 minutes) or cron(0 8 ? * MON-FRI *), in an IANA time zone (AAS scheduled-scaling-using-cron-expressions)',
      fix: 'write it in one of these forms',
    });
  }
  if (minCapacity !== null && maxCapacity !== null && minCapacity > maxCapacity)
    problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${address}.scalable_target_action`,
      message: `the minimum ${minCapacity} is above the maximum ${maxCapacity}`,
      value: { minCapacity, maxCapacity },
      rule: 'min_capacity is at most max_capacity (AAS API_ScalableTargetAction)',
    });
  return problems;
}

function checkLabel({ address, policy }: ScalingPolicy, topology: Topology): Problem[] {
  if (policy.type !== 'TargetTrackingScaling' || policy.metric.kind !== 'ALBRequestCountPerTarget') return [];
  const label = splitLabel(policy.metric.label);
  if (!label) return [];
  const known =
    topology.loadBalancers.some((lb) => lb.arnSuffix === label.loadBalancer) &&
    topology.targetGroups.some((group) => group.arnSuffix === label.targetGroup);
  if (known) return [];
  return [
    {
      code: 'DANGLING_REFERENCE',
      address: `${address}.target_tracking_scaling_policy_configuration.predefined_metric_specification.resource_label`,
      message:
        'the label names a load balancer or target group that is not in these stacks: the policy would see no data',
      value: policy.metric.label,
      rule: 'arn_suffix of the load balancer, a slash, arn_suffix of the target group (AAS API_PredefinedMetricSpecification)',
      fix: 'build it from the two resources',
    },
  ];
}
