import type { Case } from '../case.ts';
import { add, alarmOn, type Body, type Stack, the } from '../system.ts';

const GROUP = 'aws_codedeploy_deployment_group';
const ALARM = 'aws_cloudwatch_metric_alarm';

const alarms = (s: Stack, names: readonly string[], more: Body = {}): void => {
  the(s, GROUP, 'shop')['alarm_configuration'] = { enabled: true, alarms: names, ...more };
};

const rollback = (s: Stack, ...events: string[]): void => {
  the(s, GROUP, 'shop')['auto_rollback_configuration'] = { enabled: true, events };
};

const BOTH = ['blue-5xx', 'green-5xx'];

export const BLUE_GREEN: readonly Case[] = [
  {
    rule: 'listener-reverted',
    falls: (s) => delete the(s, 'aws_lb_listener_rule', 'shop')['lifecycle'],
    at: 'aws_lb_listener_rule.shop.lifecycle',
    spares: (s) => {
      the(s, 'aws_lb_listener_rule', 'shop')['lifecycle'] = [{ ignore_changes: ['action[0].target_group_arn'] }];
    },
  },
  {
    rule: 'listener-reverted',
    falls: (s) => {
      the(s, 'aws_lb_listener', 'main')['default_action'] = the(s, 'aws_lb_listener_rule', 'shop')['action'];
    },
    at: 'aws_lb_listener.main.lifecycle',
    spares: (s) => {
      the(s, 'aws_lb_listener', 'main')['default_action'] = the(s, 'aws_lb_listener_rule', 'api')['action'];
    },
  },
  {
    rule: 'service-reverted',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'shop')['lifecycle'] = { ignore_changes: ['task_definition'] };
    },
    at: 'aws_ecs_service.shop.lifecycle',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'shop')['lifecycle'] = { ignore_changes: 'all' };
    },
  },
  {
    rule: 'service-undeployed',
    falls: (s) => delete s[GROUP],
    at: 'aws_ecs_service.shop',
    spares: () => undefined,
  },
  {
    rule: 'alarms-on-one-side',
    falls: (s) => alarms(s, ['blue-5xx']),
    at: 'aws_codedeploy_deployment_group.shop.alarm_configuration',
    // An alarm on the load balancer as a whole sees both.
    spares: (s) => {
      add(s, ALARM, 'all', { ...alarmOn('all', 'blue'), dimensions: { LoadBalancer: '${aws_lb.main.arn_suffix}' } });
      alarms(s, ['all']);
    },
  },
  {
    rule: 'alarm-missing',
    falls: (s) => alarms(s, [...BOTH, 'nobody']),
    at: 'aws_codedeploy_deployment_group.shop.alarm_configuration',
    spares: (s) => {
      add(s, 'aws_cloudwatch_composite_alarm', 'c', { alarm_name: 'somebody', alarm_rule: 'TRUE' });
      alarms(s, [...BOTH, 'somebody'], { ignore_poll_alarm_failure: true });
    },
  },
  {
    rule: 'alarm-missing',
    falls: (s) => alarms(s, [...BOTH, 'nobody'], { ignore_poll_alarm_failure: true }),
    at: 'aws_codedeploy_deployment_group.shop.alarm_configuration',
    severity: 'warning',
    spares: (s) => alarms(s, BOTH, { ignore_poll_alarm_failure: true }),
  },
  {
    // Published with the load balancer only.
    rule: 'alarm-never-fires',
    falls: (s) => {
      the(s, ALARM, 'green')['dimensions'] = { TargetGroup: '${aws_lb_target_group.green.arn_suffix}' };
    },
    at: 'aws_cloudwatch_metric_alarm.green',
    severity: 'error',
    spares: (s) => {
      const requests = {
        metric_name: 'RequestCountPerTarget',
        dimensions: { TargetGroup: '${aws_lb_target_group.green.arn_suffix}' },
      };
      Object.assign(the(s, ALARM, 'green'), requests);
    },
  },
  {
    rule: 'alarm-never-fires',
    falls: (s) => {
      the(s, ALARM, 'blue')['metric_name'] = 'HTTPCode_Target_5xx_Count';
    },
    at: 'aws_cloudwatch_metric_alarm.blue',
    severity: 'error',
    spares: (s) => Object.assign(the(s, ALARM, 'blue'), { namespace: 'Own', metric_name: 'HTTPCode_Target_5xx_Count' }),
  },
  {
    rule: 'alarm-never-fires',
    falls: (s) => add(s, ALARM, 'memory', memoryAlarm(100)),
    at: 'aws_cloudwatch_metric_alarm.memory',
    severity: 'warning',
    spares: (s) => add(s, ALARM, 'memory', memoryAlarm(99)),
  },
  {
    rule: 'alarm-without-rollback',
    falls: (s) => rollback(s, 'DEPLOYMENT_FAILURE'),
    at: 'aws_codedeploy_deployment_group.shop.auto_rollback_configuration',
    spares: (s) => rollback(s, 'DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'),
  },
  {
    rule: 'no-deployment-alarms',
    falls: (s) => {
      delete the(s, GROUP, 'shop')['alarm_configuration'];
      rollback(s, 'DEPLOYMENT_FAILURE');
    },
    at: 'aws_codedeploy_deployment_group.shop.alarm_configuration',
    spares: (s) => alarms(s, BOTH),
  },
  {
    rule: 'no-termination-wait',
    falls: (s) => terminate(s, { action: 'TERMINATE' }),
    at: 'aws_codedeploy_deployment_group.shop.blue_green_deployment_config',
    spares: (s) => terminate(s, { action: 'KEEP_ALIVE' }),
  },
];

const terminate = (s: Stack, how: Body): void => {
  the(s, GROUP, 'shop')['blue_green_deployment_config'] = { terminate_blue_instances_on_deployment_success: how };
};

const memoryAlarm = (threshold: number): Body => ({
  ...alarmOn('memory', 'blue'),
  namespace: 'AWS/ECS',
  metric_name: 'MemoryReservation',
  statistic: 'Average',
  threshold,
  dimensions: { ClusterName: 'main' },
});
