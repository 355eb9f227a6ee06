/** Scaling policies of ECS services: target tracking and step scaling (Application Auto Scaling user guide). */
import type { Values } from '../../read/schema.ts';
import { SCALING_POLICY } from '../../read/schemas/aws-appautoscaling.ts';
import type { ScalingPolicy } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { textOf } from '../names.ts';
import type { Report } from '../report.ts';
import { isStatistic } from './alarms.ts';
import { scalesService, scalingArn } from './scaling-common.ts';
import { stepProblems } from './step-adjustments.ts';

const TRACKING = 'target_tracking_scaling_policy_configuration';
const STEPPING = 'step_scaling_policy_configuration';
const PREDEFINED = [
  'ECSServiceAverageCPUUtilization',
  'ECSServiceAverageMemoryUtilization',
  'ALBRequestCountPerTarget',
] as const;
const LABEL = /^(app|net)\/[^/]+\/[0-9a-f]{16}\/targetgroup\/[^/]+\/[0-9a-f]{16}$/;

export const scalingPolicy = acting(
  SCALING_POLICY,
  'scalingPolicies',
  (names, block, attribute) => ({
    id: textOf(attribute('name')),
    arn: scalingArn({ names, address: block.address }, 'scalingPolicy', attribute),
    alarm_arns: [],
  }),
  buildPolicy,
);

type PolicyContext = BuildContext<typeof SCALING_POLICY.fields>;

function buildPolicy(context: PolicyContext): ScalingPolicy | null {
  const { base, values: v, computed, report } = context;
  if (!scalesService(v, report)) return null;
  const isTracking = v.policy_type === 'TargetTrackingScaling';
  const [own, other] = [
    'target_tracking_scaling_policy_configuration' as const,
    'step_scaling_policy_configuration' as const,
  ].sort((a) => (a.startsWith('target') === isTracking ? -1 : 1));
  if (own && v[own] === null) report.missing(own, `policy type ${v.policy_type} needs it`);
  if (other && v[other] !== null)
    report.bad(
      other,
      v.policy_type,
      `it does not go with policy type ${v.policy_type}`,
      'the block that the type names',
    );
  const policy = isTracking ? trackingOf(context) : steppingOf(context);
  return { ...base, arn: computed('arn'), name: v.name, resourceId: v.resource_id, policy };
}

type Tracking = Extract<ScalingPolicy['policy'], { type: 'TargetTrackingScaling' }>;

function trackingOf(context: PolicyContext): Tracking {
  const { values, report } = context;
  const given = values.target_tracking_scaling_policy_configuration;
  if (given && given.target_value <= 0)
    report.bad(`${TRACKING}.target_value`, given.target_value, 'it is not above 0', 'a number above 0');
  return {
    type: 'TargetTrackingScaling',
    targetValue: given?.target_value ?? 1,
    metric: metricOf(context),
    scaleOutCooldownSeconds: given?.scale_out_cooldown ?? 300,
    scaleInCooldownSeconds: given?.scale_in_cooldown ?? 300,
    disableScaleIn: given?.disable_scale_in ?? false,
  };
}

function metricOf(context: PolicyContext): Tracking['metric'] {
  const { values, report } = context;
  const given = values.target_tracking_scaling_policy_configuration;
  const [predefined, customized] = [given?.predefined_metric_specification, given?.customized_metric_specification];
  if (given && !predefined === !customized)
    report.bad(
      TRACKING,
      null,
      predefined ? 'two metrics are given' : 'no metric is given',
      'predefined_metric_specification or customized_metric_specification',
    );
  if (customized) return customMetric(customized, report);
  const path = `${TRACKING}.predefined_metric_specification`;
  const kind = PREDEFINED.find((p) => p === predefined?.predefined_metric_type) ?? PREDEFINED[0];
  if (predefined && predefined.predefined_metric_type !== kind)
    report.bad(
      `${path}.predefined_metric_type`,
      predefined.predefined_metric_type,
      'it is no metric of a service',
      PREDEFINED.join(', '),
    );
  const label = predefined?.resource_label ?? '';
  if (kind !== 'ALBRequestCountPerTarget') {
    if (label)
      report.bad(`${path}.resource_label`, label, `it does not go with ${kind}`, 'ALBRequestCountPerTarget only');
    return { kind };
  }
  if (!LABEL.test(label))
    report.bad(
      `${path}.resource_label`,
      label,
      'it names no target group',
      'app/LB/ID/targetgroup/TG/ID: both arn_suffix',
    );
  return { kind, label };
}

type Customized = NonNullable<
  NonNullable<
    Values<typeof SCALING_POLICY.fields>['target_tracking_scaling_policy_configuration']
  >['customized_metric_specification']
>;

/** Given by its attributes, or as one `metrics` query that is one metric. */
function customMetric(v: Customized, report: Report): Tracking['metric'] {
  const path = `${TRACKING}.customized_metric_specification`;
  const dimensions = (list: readonly { name: string; value: string }[]) =>
    Object.fromEntries(list.map((d) => [d.name, d.value]));
  const [query, ...more] = v.metrics;
  if (!query) {
    for (const name of ['namespace', 'metric_name', 'statistic'] as const)
      if (v[name] === null) report.missing(`${path}.${name}`, 'namespace, metric_name and statistic, or metrics');
    return {
      kind: 'custom',
      namespace: v.namespace ?? '',
      name: v.metric_name ?? '',
      dimensions: dimensions(v.dimensions),
      statistic: v.statistic ?? 'Average',
    };
  }
  const stat = query.metric_stat;
  if (more.length > 0 || !stat)
    report.problem('UNSUPPORTED_ATTRIBUTE', `${path}.metrics`, {
      message: 'metric math is not evaluated here',
      value: v.metrics.map((m) => m.id),
      rule: 'one metrics block with a metric_stat',
      fix: 'track one metric',
    });
  if (stat && !isStatistic(stat.stat))
    report.bad(
      `${path}.metrics.metric_stat.stat`,
      stat.stat,
      'there is no such statistic here',
      'Sum, Average, Minimum, Maximum, SampleCount, p0 to p100',
    );
  return {
    kind: 'custom',
    namespace: stat?.metric.namespace ?? '',
    name: stat?.metric.metric_name ?? '',
    dimensions: dimensions(stat?.metric.dimensions ?? []),
    statistic: stat?.stat ?? 'Average',
  };
}

function steppingOf({ values, report }: PolicyContext): Extract<ScalingPolicy['policy'], { type: 'StepScaling' }> {
  const given = values.step_scaling_policy_configuration;
  const bound = (text: string | null): number | null =>
    text === null || /^$|Infinity/.test(text) ? null : Number(text);
  const steps = (given?.step_adjustment ?? []).map((s) => ({
    lowerBound: bound(s.metric_interval_lower_bound),
    upperBound: bound(s.metric_interval_upper_bound),
    adjustment: s.scaling_adjustment,
  }));
  for (const message of stepProblems(steps))
    report.bad(
      `${STEPPING}.step_adjustment`,
      steps,
      message,
      'steps side by side, without overlaps and gaps (AAS step-scaling-policy-overview)',
    );
  const adjustmentType = given?.adjustment_type ?? 'ChangeInCapacity';
  const magnitude = given?.min_adjustment_magnitude ?? null;
  if (magnitude !== null && adjustmentType !== 'PercentChangeInCapacity')
    report.bad(
      `${STEPPING}.min_adjustment_magnitude`,
      magnitude,
      `it does not go with ${adjustmentType}`,
      'PercentChangeInCapacity only',
    );
  return {
    type: 'StepScaling',
    adjustmentType,
    minAdjustmentMagnitude: magnitude,
    metricAggregation: given?.metric_aggregation_type ?? 'Average',
    cooldownSeconds: given?.cooldown ?? 300,
    steps,
  };
}
