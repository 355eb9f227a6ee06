/** Policies and schedules that could not act: found before anything starts, and where the endpoint puts them. */
import type { Problem } from '../../errors.ts';
import type { ScalingPolicy, ScheduledScaling, Topology } from '../../topology.ts';
import { compileSchedule } from './decide-schedule.ts';
import { splitLabel } from './policy-metric.ts';

/** What the resolver leaves to whoever acts on it; targets and labels are checked there. */
export const checkScaling = (topology: Topology): Problem[] => [
  ...topology.scalingPolicies.flatMap(checkPolicy),
  ...topology.scheduledScalings.flatMap(checkSchedule),
];

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
