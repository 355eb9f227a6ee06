/** The shop of the sound system, deployed blue/green by ECS itself: the traps of CodeDeploy's deployments are its own, too. */
import type { Case } from '../case.ts';
import { type Body, type Stack, the } from '../system.ts';

const both = (listener: string): Body => ({
  listener_arn: `\${aws_lb_listener.${listener}.arn}`,
  action: [
    {
      type: 'forward',
      forward: {
        target_group: [
          { arn: '${aws_lb_target_group.blue.arn}', weight: 100 },
          { arn: '${aws_lb_target_group.green.arn}', weight: 0 },
        ],
      },
    },
  ],
});

/** @param alarms that its deployments heed */
function deployedByEcs(s: Stack, alarms: readonly string[] = ['blue-5xx', 'green-5xx']): void {
  delete s['aws_codedeploy_app'];
  delete s['aws_codedeploy_deployment_group'];
  Object.assign(the(s, 'aws_lb_listener_rule', 'shop'), both('main'));
  Object.assign(the(s, 'aws_lb_listener_rule', 'test'), both('test'));
  const shop = the(s, 'aws_ecs_service', 'shop');
  const [attached] = [shop['load_balancer']].flat() as Body[];
  Object.assign(shop, {
    deployment_controller: { type: 'ECS' },
    deployment_configuration: { strategy: 'BLUE_GREEN', bake_time_in_minutes: 5 },
    deployment_circuit_breaker: { enable: true, rollback: true },
    alarms: { alarm_names: alarms, enable: true, rollback: true },
    load_balancer: {
      ...attached,
      advanced_configuration: {
        alternate_target_group_arn: '${aws_lb_target_group.green.arn}',
        production_listener_rule: '${aws_lb_listener_rule.shop.arn}',
        test_listener_rule: '${aws_lb_listener_rule.test.arn}',
        role_arn: 'arn:aws:iam::000000000000:role/ecs',
      },
    },
  });
}

const onInstances = (s: Stack, memoryMiB: number): void => {
  deployedByEcs(s);
  the(s, 'aws_ecs_service', 'shop')['launch_type'] = 'EC2';
  const task = the(s, 'aws_ecs_task_definition', 'shop');
  Object.assign(task, { requires_compatibilities: ['EC2'], memory: String(memoryMiB) });
};

export const OWN_BLUE_GREEN: readonly Case[] = [
  {
    rule: 'listener-reverted',
    falls: (s) => {
      deployedByEcs(s);
      delete the(s, 'aws_lb_listener_rule', 'shop')['lifecycle'];
    },
    at: 'aws_lb_listener_rule.shop.lifecycle',
    spares: (s) => deployedByEcs(s),
  },
  {
    rule: 'alarms-on-one-side',
    falls: (s) => deployedByEcs(s, ['blue-5xx']),
    at: 'aws_ecs_service.shop.alarms.alarm_names',
    spares: (s) => deployedByEcs(s),
  },
  {
    rule: 'blue-green-room',
    falls: (s) => onInstances(s, 1536),
    at: 'aws_ecs_service.shop',
    spares: (s) => onInstances(s, 512),
  },
  {
    // What is in the group that the service does not name at first boots as slowly.
    rule: 'grace-period',
    bootSeconds: { green: 61 },
    falls: (s) => deployedByEcs(s),
    at: 'aws_ecs_service.shop',
    severity: 'warning',
    spares: (s) => {
      deployedByEcs(s);
      the(s, 'aws_ecs_service', 'shop')['health_check_grace_period_seconds'] = 61;
    },
  },
];
