import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import type { ScalableService } from './scalable-service.ts';
import type { StepScaling, TargetTracking } from './scaling-props.ts';
import { ServiceAutoscaling, type ServiceAutoscalingProps } from './service-autoscaling.ts';
import { type Json, refuses, type Synthesized, synth } from './testing/synth.ts';

const SERVICE: ScalableService = {
  name: 'interstella-monolith',
  controller: 'ECS',
  autoscaled: true,
  desiredCount: 2,
  cpuUnits: 256,
  after: [],
};
const CPU: TargetTracking = { metric: { type: 'cpu' }, target: 60 };
const REQUESTS = {
  type: 'requests-per-target',
  loadBalancerArnSuffix: 'app/interstella/0123456789abcdef',
  targetGroupArnSuffix: 'targetgroup/monolith/fedcba9876543210',
} as const;
const STEP: StepScaling = {
  name: 'burst',
  steps: [
    { from: 0, to: 20, change: 1 },
    { from: 20, change: 3 },
  ],
  alarms: [{ name: 'monolith-busy', metric: { type: 'cpu' }, threshold: 70, evaluationPeriods: 2 }],
};

const add = (stack: TerraformStack, props: Partial<ServiceAutoscalingProps> = {}): ServiceAutoscaling =>
  new ServiceAutoscaling(stack, 'scaling', {
    clusterName: 'interstella',
    service: SERVICE,
    minTasks: 2,
    maxTasks: 8,
    targetTracking: [CPU],
    ...props,
  });
const made = (props: Partial<ServiceAutoscalingProps> = {}): Synthesized => synth((stack) => add(stack, props));
const tracked = (policy: TargetTracking): Json => made({ targetTracking: [policy] }).one('aws_appautoscaling_policy');

test('the target is the service’s desired count, between its bounds', (t) => {
  const target = made().one('aws_appautoscaling_target');
  t.like(target, {
    service_namespace: 'ecs',
    scalable_dimension: 'ecs:service:DesiredCount',
    resource_id: 'service/interstella/interstella-monolith',
    min_capacity: 2,
    max_capacity: 8,
  });
  t.is(target.suspended_state, undefined);
});

test('a policy names its target by reference, and cools down 300 s either way', (t) => {
  const policy = tracked(CPU);
  t.like(policy, { name: 'cpu', policy_type: 'TargetTrackingScaling' });
  t.regex(policy.resource_id, /^\$\{aws_appautoscaling_target\.\w+\.resource_id\}$/);
  t.deepEqual(policy.target_tracking_scaling_policy_configuration, {
    predefined_metric_specification: { predefined_metric_type: 'ECSServiceAverageCPUUtilization' },
    target_value: 60,
    scale_out_cooldown: 300,
    scale_in_cooldown: 300,
    disable_scale_in: false,
  });
});

test('memory, with cooldowns of its own, and out only', (t) => {
  const policy = tracked({
    metric: { type: 'memory' },
    target: 75,
    scaleOutCooldownSeconds: 0,
    scaleInCooldownSeconds: 900,
    disableScaleIn: true,
  });
  t.is(policy.name, 'memory');
  t.like(policy.target_tracking_scaling_policy_configuration, {
    predefined_metric_specification: { predefined_metric_type: 'ECSServiceAverageMemoryUtilization' },
    scale_out_cooldown: 0,
    scale_in_cooldown: 900,
    disable_scale_in: true,
  });
});

test('requests per target: the label joins the suffixes of both ARNs', (t) => {
  const policy = tracked({ metric: REQUESTS, target: 600 });
  t.is(policy.name, 'requests');
  t.deepEqual(policy.target_tracking_scaling_policy_configuration.predefined_metric_specification, {
    predefined_metric_type: 'ALBRequestCountPerTarget',
    resource_label: 'app/interstella/0123456789abcdef/targetgroup/monolith/fedcba9876543210',
  });
});

test('a custom metric, by its dimensions', (t) => {
  const policy = tracked({
    metric: { type: 'custom', namespace: 'Interstella', metricName: 'Backlog', dimensions: { Topic: 'Orders' } },
    target: 10,
  });
  t.is(policy.name, 'Backlog');
  t.deepEqual(policy.target_tracking_scaling_policy_configuration.customized_metric_specification, {
    namespace: 'Interstella',
    metric_name: 'Backlog',
    statistic: 'Average',
    dimensions: [{ name: 'Topic', value: 'Orders' }],
  });
});

test('step scaling: intervals from the threshold, and an alarm that calls the policy', (t) => {
  const out = made({ targetTracking: [], stepScaling: [STEP] });
  t.like(out.one('aws_appautoscaling_policy'), {
    name: 'burst',
    policy_type: 'StepScaling',
    step_scaling_policy_configuration: {
      adjustment_type: 'ChangeInCapacity',
      cooldown: 300,
      metric_aggregation_type: 'Average',
      step_adjustment: [
        { metric_interval_lower_bound: '0', metric_interval_upper_bound: '20', scaling_adjustment: 1 },
        { metric_interval_lower_bound: '20', scaling_adjustment: 3 },
      ],
    },
  });
  const alarm = out.one('aws_cloudwatch_metric_alarm');
  t.like(alarm, {
    alarm_name: 'monolith-busy',
    namespace: 'AWS/ECS',
    metric_name: 'CPUUtilization',
    dimensions: { ClusterName: 'interstella', ServiceName: 'interstella-monolith' },
    statistic: 'Average',
    threshold: 70,
    evaluation_periods: 2,
  });
  t.regex(alarm.alarm_actions.join(), /^\$\{aws_appautoscaling_policy\.[\w-]+\.arn\}$/);
});

test('step scaling in percent; an alarm on requests sums, on a custom metric as it is told', (t) => {
  const alarms = [
    { name: 'requests', metric: REQUESTS, threshold: 1000 },
    {
      name: 'slow',
      metric: { type: 'custom', namespace: 'Interstella', metricName: 'Seconds' },
      threshold: 2,
      statistic: 'p99',
    },
  ] as const;
  const steps = [{ from: 0, change: 50 }];
  const out = made({
    stepScaling: [{ name: 'half', adjustment: 'PercentChangeInCapacity', minimumAdjustment: 2, steps, alarms }],
  });
  const [, policy] = out.all('aws_appautoscaling_policy').sort((a: Json, b: Json) => (a.name < b.name ? -1 : 1));
  t.like(policy.step_scaling_policy_configuration, {
    adjustment_type: 'PercentChangeInCapacity',
    min_adjustment_magnitude: 2,
  });
  const of = (name: string): Json =>
    out.all('aws_cloudwatch_metric_alarm').find((alarm: Json) => alarm.alarm_name === name);
  t.like(of('requests'), {
    namespace: 'AWS/ApplicationELB',
    metric_name: 'RequestCountPerTarget',
    statistic: 'Sum',
    dimensions: {
      LoadBalancer: 'app/interstella/0123456789abcdef',
      TargetGroup: 'targetgroup/monolith/fedcba9876543210',
    },
  });
  t.like(of('slow'), { namespace: 'Interstella', metric_name: 'Seconds', extended_statistic: 'p99' });
});

test('schedules move the bounds that they name, in a time zone', (t) => {
  const out = made({
    targetTracking: [],
    schedules: [
      { name: 'day', schedule: 'cron(0 8 ? * MON-FRI *)', timezone: 'Europe/Zurich', minTasks: 4, maxTasks: 8 },
      { name: 'night', schedule: 'at(2026-12-01T20:00:00)', minTasks: 2 },
    ],
  });
  const [day, night] = out.all('aws_appautoscaling_scheduled_action');
  t.like(day, { name: 'day', schedule: 'cron(0 8 ? * MON-FRI *)', timezone: 'Europe/Zurich' });
  t.deepEqual(day.scalable_target_action, { min_capacity: '4', max_capacity: '8' });
  t.is(night.timezone, 'UTC');
  t.deepEqual(night.scalable_target_action, { min_capacity: '2' });
});

test('scaling can be held', (t) => {
  t.deepEqual(made({ suspended: { scaleIn: true } }).one('aws_appautoscaling_target').suspended_state, {
    dynamic_scaling_in_suspended: true,
    dynamic_scaling_out_suspended: false,
    scheduled_scaling_suspended: false,
  });
});

test('blue/green: cpu is followed, requests per target are refused, in alarms too', (t) => {
  const service: ScalableService = { ...SERVICE, controller: 'CODE_DEPLOY' };
  t.notThrows(() => made({ service }));
  const alarms = [{ name: 'requests', metric: REQUESTS, threshold: 1000 }];
  refuses(t, ['stepScaling[0].alarms[0].metric', 'targetTracking[0].metric'], (stack) => {
    add(stack, {
      service,
      targetTracking: [{ metric: REQUESTS, target: 600 }],
      stepScaling: [{ ...STEP, alarms }],
    });
  });
});

test('a service whose desired count is Terraform’s, or that reserves no CPU, is refused', (t) => {
  refuses(t, ['service', 'targetTracking'], (stack) => {
    add(stack, { service: { ...SERVICE, autoscaled: false, cpuUnits: 0 } });
  });
});

for (const [what, bounds, props] of [
  ['a minimum above the maximum', { minTasks: 3, maxTasks: 2 }, ['minTasks, maxTasks']],
  ['a start outside the bounds', { minTasks: 3, maxTasks: 8 }, ['minTasks, maxTasks']],
  ['parts of tasks', { minTasks: 1.5 }, ['minTasks']],
  ['more than a service takes', { maxTasks: 5001 }, ['maxTasks']],
  ['nothing that brings it back from zero', { minTasks: 0 }, ['minTasks']],
  ['nothing that scales', { targetTracking: [] }, ['targetTracking, stepScaling, schedules']],
  ['two policies on one metric', { targetTracking: [CPU, { ...CPU, name: 'too' }] }, ['targetTracking']],
  [
    'two policies of one name',
    { targetTracking: [CPU, { ...CPU, name: 'cpu', metric: { type: 'memory' } }] },
    ['targetTracking, stepScaling'],
  ],
  ['a target of nothing', { targetTracking: [{ ...CPU, target: 0 }] }, ['targetTracking[0].target']],
  ['a percentage that cannot be', { targetTracking: [{ ...CPU, target: 101 }] }, ['targetTracking[0].target']],
  [
    'a cooldown into the past',
    { targetTracking: [{ ...CPU, scaleInCooldownSeconds: -1 }] },
    ['targetTracking[0].scaleInCooldownSeconds'],
  ],
  [
    'a percentile to track',
    {
      targetTracking: [{ metric: { type: 'custom', namespace: 'N', metricName: 'M', statistic: 'p99' }, target: 1 }],
    },
    ['targetTracking[0].metric.statistic'],
  ],
  [
    'a label of something else',
    { targetTracking: [{ metric: { ...REQUESTS, loadBalancerArnSuffix: 'net/nlb/1' }, target: 1 }] },
    ['targetTracking[0].metric.loadBalancerArnSuffix'],
  ],
] as const) {
  test(`refused: ${what}`, (t) => {
    refuses(t, props, (stack) => add(stack, bounds as Partial<ServiceAutoscalingProps>));
  });
}

for (const [what, step, prop] of [
  [
    'a gap',
    {
      steps: [
        { from: 0, to: 10, change: 1 },
        { from: 20, change: 2 },
      ],
    },
    'steps',
  ],
  [
    'an overlap',
    {
      steps: [
        { from: 0, to: 10, change: 1 },
        { from: 5, change: 2 },
      ],
    },
    'steps',
  ],
  ['an end above the threshold', { steps: [{ from: 0, to: 10, change: 1 }] }, 'steps'],
  ['an end below it', { steps: [{ from: -10, to: 0, change: -1 }] }, 'steps'],
  ['a step without ends', { steps: [{ change: 1 }] }, 'steps'],
  ['no step', { steps: [] }, 'steps'],
  ['half a task', { steps: [{ from: 0, change: 0.5 }] }, 'steps.change'],
  ['no alarm', { alarms: [] }, 'alarms'],
  ['a least adjustment of tasks', { minimumAdjustment: 2 }, 'minimumAdjustment'],
  ['another adjustment', { adjustment: 'Double' }, 'adjustment'],
  ['an alarm without threshold', { alarms: [{ ...STEP.alarms[0], threshold: Number.NaN }] }, 'alarms[0].threshold'],
] as const) {
  test(`refused: step scaling with ${what}`, (t) => {
    refuses(t, [`stepScaling[0].${prop}`], (stack) =>
      add(stack, { stepScaling: [{ ...STEP, ...step } as StepScaling] }),
    );
  });
}

for (const [what, action, props] of [
  ['five fields of cron', { schedule: 'cron(0 8 * * *)' }, ['schedule']],
  ['no unit', { schedule: 'rate(5)' }, ['schedule']],
  ['an unknown zone', { timezone: 'Mars/Olympus' }, ['timezone']],
  ['no bound', { minTasks: undefined }, ['minTasks, maxTasks']],
  ['a minimum above the service’s maximum', { minTasks: 9 }, ['minTasks, maxTasks']],
  ['a colon in its name', { name: 'a:b' }, ['name']],
] as const) {
  test(`refused: a schedule with ${what}`, (t) => {
    const day = { name: 'day', schedule: 'rate(1 hour)', minTasks: 4, ...action };
    refuses(
      t,
      props.map((prop) => `schedules[0].${prop}`),
      (stack) => {
        add(stack, { schedules: [day as NonNullable<ServiceAutoscalingProps['schedules']>[number]] });
      },
    );
  });
}

test('every problem is told at once', (t) => {
  refuses(
    t,
    ['maxTasks', 'schedules[0].schedule', 'service', 'stepScaling[0].alarms', 'targetTracking[0].target'],
    (stack) =>
      add(stack, {
        service: { ...SERVICE, autoscaled: false },
        maxTasks: 6000,
        targetTracking: [{ ...CPU, target: -1 }],
        stepScaling: [{ ...STEP, alarms: [] }],
        schedules: [{ name: 'day', schedule: 'daily', minTasks: 3 }],
      }),
  );
});
