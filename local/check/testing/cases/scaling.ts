import type { Case } from '../case.ts';
import { add, alarmOn, type Body, container, type Stack, the, trackingPolicy } from '../system.ts';

const TARGET = 'aws_appautoscaling_target';
const POLICY = 'aws_appautoscaling_policy';

const label = (group: string): Body => ({
  predefined_metric_type: 'ALBRequestCountPerTarget',
  resource_label: `\${aws_lb.main.arn_suffix}/\${aws_lb_target_group.${group}.arn_suffix}`,
});

const scale = (s: Stack, service: string, more: Body = {}): void => {
  add(s, TARGET, service, {
    ...the(s, TARGET, 'api'),
    resource_id: `service/main/\${aws_ecs_service.${service}.name}`,
    ...more,
  });
};

const ignoringCount = (s: Stack, service: string): void => {
  const body = the(s, 'aws_ecs_service', service);
  const ignored = ((body['lifecycle'] as Body | undefined)?.['ignore_changes'] as string[] | undefined) ?? [];
  body['lifecycle'] = { ignore_changes: [...ignored, 'desired_count'] };
};

const custom = (dimensions: Body[]): Body => {
  const policy = trackingPolicy('api', {});
  policy['target_tracking_scaling_policy_configuration'] = {
    target_value: 50,
    customized_metric_specification: {
      namespace: 'AWS/ECS',
      metric_name: 'CPUUtilization',
      statistic: 'Average',
      dimensions,
    },
  };
  return policy;
};

const CLUSTER = { name: 'ClusterName', value: 'main' };

const steps: Body = {
  name: 'steps',
  policy_type: 'StepScaling',
  service_namespace: 'ecs',
  scalable_dimension: 'ecs:service:DesiredCount',
  resource_id: `\${${TARGET}.api.resource_id}`,
  step_scaling_policy_configuration: {
    adjustment_type: 'ChangeInCapacity',
    step_adjustment: [{ metric_interval_lower_bound: '0', scaling_adjustment: 1 }],
  },
};

export const SCALING: readonly Case[] = [
  {
    rule: 'requests-under-blue-green',
    falls: (s) => {
      scale(s, 'shop');
      add(s, POLICY, 'shop', trackingPolicy('shop', label('blue')));
    },
    at: 'aws_appautoscaling_policy.shop',
    spares: (s) => {
      scale(s, 'shop');
      add(s, POLICY, 'shop', trackingPolicy('shop', { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }));
      add(s, POLICY, 'api', trackingPolicy('api', label('api')));
    },
  },
  {
    rule: 'scaling-metric-absent',
    falls: (s) => add(s, POLICY, 'api', trackingPolicy('api', label('orders'))),
    at: 'aws_appautoscaling_policy.api',
    spares: (s) => add(s, POLICY, 'api', trackingPolicy('api', label('api'))),
  },
  {
    rule: 'scaling-metric-absent',
    falls: (s) => add(s, POLICY, 'api', custom([CLUSTER, { name: 'Service', value: 'api' }])),
    at: 'aws_appautoscaling_policy.api',
    spares: (s) => add(s, POLICY, 'api', custom([CLUSTER, { name: 'ServiceName', value: 'api' }])),
  },
  {
    rule: 'scaling-metric-absent',
    falls: (s) => {
      scale(s, 'orders');
      delete container(s, 'orders')['cpu'];
      add(s, POLICY, 'orders', trackingPolicy('orders', { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }));
    },
    at: 'aws_appautoscaling_policy.orders',
    severity: 'warning',
    spares: (s) => {
      scale(s, 'orders');
      delete container(s, 'orders')['cpu'];
      const memory = { predefined_metric_type: 'ECSServiceAverageMemoryUtilization' };
      add(s, POLICY, 'orders', trackingPolicy('orders', memory));
    },
  },
  {
    rule: 'capacity-bounds',
    falls: (s) => {
      the(s, TARGET, 'api')['max_capacity'] = 1;
    },
    at: 'aws_appautoscaling_target.api',
    severity: 'error',
    spares: (s) => {
      the(s, TARGET, 'api')['max_capacity'] = 3;
    },
  },
  {
    rule: 'capacity-bounds',
    falls: (s) => scale(s, 'orders', { min_capacity: 3 }),
    at: 'aws_appautoscaling_target.orders',
    spares: (s) => scale(s, 'orders', { min_capacity: 2 }),
  },
  {
    rule: 'capacity-bounds',
    falls: (s) => {
      the(s, TARGET, 'api')['min_capacity'] = 6;
    },
    at: 'aws_appautoscaling_target.api',
    spares: (s) => {
      the(s, TARGET, 'api')['min_capacity'] = 0;
    },
  },
  {
    rule: 'count-reverted',
    falls: (s) => scale(s, 'orders'),
    at: 'aws_ecs_service.orders.lifecycle',
    spares: (s) => {
      scale(s, 'orders');
      ignoringCount(s, 'orders');
    },
  },
  {
    rule: 'policy-uncalled',
    falls: (s) => add(s, POLICY, 'steps', steps),
    at: 'aws_appautoscaling_policy.steps',
    spares: (s) => {
      add(s, POLICY, 'steps', steps);
      const calling = { ...alarmOn('many', 'api'), alarm_actions: [`\${${POLICY}.steps.arn}`] };
      add(s, 'aws_cloudwatch_metric_alarm', 'many', calling);
    },
  },
  {
    rule: 'target-without-policy',
    falls: (s) => delete s[POLICY],
    at: 'aws_appautoscaling_target.api',
    spares: (s) => {
      delete s[POLICY];
      add(s, 'aws_appautoscaling_scheduled_action', 'night', {
        name: 'night',
        service_namespace: 'ecs',
        scalable_dimension: 'ecs:service:DesiredCount',
        resource_id: `\${${TARGET}.api.resource_id}`,
        schedule: 'cron(0 22 * * ? *)',
        scalable_target_action: { min_capacity: '2', max_capacity: '2' },
      });
    },
  },
];
