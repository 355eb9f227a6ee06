/** aws_appautoscaling_target, _policy and _scheduled_action (Application Auto Scaling user guide and API). */
import { block, blocks, bool, COMMON, inert, number, only, real, refused, schema, text, word } from '../schema.ts';

const MATH = 'metric math is not evaluated here; track one metric';
const UNIT = 'datapoints are found by name and dimensions, whatever their unit';
/** Numbers that may be missing are texts in Terraform’s schema. */
const WHOLE = { pattern: /^\d*$/, rule: 'a whole number, or nothing' } as const;
const BOUND = { pattern: /^(-?\d+(\.\d+)?|-?Infinity)?$/, rule: 'a number, or nothing for infinity' } as const;
const COOLDOWN = { fallback: 300, min: 0, rule: 'seconds; 300 for ECS (AAS target-tracking-scaling-policy-overview)' };

/** What is scaled: the desired count of a service. Read and write capacity of tables have no effect here (see kinds). */
const SCALED = {
  service_namespace: word(['ecs', 'dynamodb'], undefined, { rule: 'only ECS services are scaled here' }),
  scalable_dimension: text({ required: true }),
  resource_id: text({ required: true }),
} as const;

export const SCALABLE_TARGET = schema(['aws_appautoscaling_target'], {
  ...SCALED,
  min_capacity: number({ required: true, min: 0 }),
  max_capacity: number({ required: true, min: 0 }),
  suspended_state: block({
    dynamic_scaling_in_suspended: bool(false),
    dynamic_scaling_out_suspended: bool(false),
    scheduled_scaling_suspended: bool(false),
  }),
  role_arn: inert('scaling needs no rights here'),
  tags: COMMON.tags,
  tags_all: COMMON.tags_all,
  region: COMMON.region,
});

const DIMENSION = { name: text({ required: true }), value: text({ required: true }) } as const;

const CUSTOMIZED_METRIC = {
  namespace: text(),
  metric_name: text(),
  statistic: only(['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'], 'AAS CustomizedMetricSpecification'),
  dimensions: blocks(DIMENSION),
  metrics: blocks({
    id: text({ required: true }),
    return_data: bool(true),
    metric_stat: block({
      stat: text({ required: true }),
      metric: block(
        { namespace: text({ required: true }), metric_name: text({ required: true }), dimensions: blocks(DIMENSION) },
        { required: true },
      ),
      unit: inert(UNIT),
    }),
    expression: refused(MATH),
    label: inert('for people'),
  }),
  unit: inert(UNIT),
} as const;

export const SCALING_POLICY = schema(['aws_appautoscaling_policy'], {
  name: text({ required: true, pattern: /^[^\n]{1,255}$/, rule: '1 to 255 characters' }),
  policy_type: word(['StepScaling', 'TargetTrackingScaling'], 'StepScaling', {
    rule: 'predictive scaling needs two weeks of history',
  }),
  ...SCALED,
  target_tracking_scaling_policy_configuration: block({
    target_value: real({
      required: true,
      approximated:
        'three minutes above it scale out, to ceil(running × metric ÷ target); fifteen below 90 % of it scale in, by the highest of them',
    }),
    predefined_metric_specification: block({
      predefined_metric_type: text({ required: true }),
      resource_label: text(),
    }),
    customized_metric_specification: block(CUSTOMIZED_METRIC),
    scale_in_cooldown: number(COOLDOWN),
    scale_out_cooldown: number(COOLDOWN),
    disable_scale_in: bool(false),
  }),
  step_scaling_policy_configuration: block({
    adjustment_type: word(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
    cooldown: number(COOLDOWN),
    metric_aggregation_type: word(['Average', 'Minimum', 'Maximum'], 'Average'),
    min_adjustment_magnitude: number({ min: 1 }),
    step_adjustment: blocks(
      {
        metric_interval_lower_bound: text(BOUND),
        metric_interval_upper_bound: text(BOUND),
        scaling_adjustment: number({ required: true }),
      },
      { min: 1, max: 20, rule: '1 to 20 steps a policy (AAS service quotas)' },
    ),
  }),
  predictive_scaling_policy_configuration: refused('predictive scaling needs two weeks of history'),
  region: COMMON.region,
});

export const SCHEDULED_ACTION = schema(['aws_appautoscaling_scheduled_action'], {
  name: text({ required: true, pattern: /^[^\n|:/]{1,256}$/, rule: '1 to 256 characters without | : and /' }),
  ...SCALED,
  schedule: text({ required: true }),
  timezone: text({ fallback: 'UTC' }),
  scalable_target_action: block(
    { min_capacity: text(WHOLE), max_capacity: text(WHOLE) },
    { required: true, rule: 'the capacity to set' },
  ),
  start_time: refused('schedules hold as long as the plane runs'),
  end_time: refused('schedules hold as long as the plane runs'),
  region: COMMON.region,
});
