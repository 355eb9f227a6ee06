/** aws_codedeploy_app, aws_codedeploy_deployment_config, aws_codedeploy_deployment_group (CodeDeploy user guide and API). */
import { block, blocks, bool, COMMON, inert, number, refused, schema, text, texts, word } from '../schema.ts';

const ECS_ONLY = 'only blue/green deployments of ECS services are run here; Terraform’s default is Server';
const SERVERS = 'of deployments to servers only, and those are not run here';
const NAME = { required: true, pattern: /^[^\n]{1,100}$/, rule: '1 to 100 characters (CD limits)' } as const;
/** Two days (CD BlueInstanceTerminationOption). */
const MAX_WAIT_MINUTES = 2880;

export const CODEDEPLOY_APP = schema(['aws_codedeploy_app'], {
  name: text(NAME),
  compute_platform: word(['ECS'], undefined, { rule: ECS_ONLY }),
  ...COMMON,
});

const SHIFT = {
  interval: number({ required: true, min: 1, max: MAX_WAIT_MINUTES, rule: 'minutes (CD TimeBasedCanary)' }),
  percentage: number({ required: true, min: 1, max: 99, rule: 'percent (CD TimeBasedCanary)' }),
} as const;

export const DEPLOYMENT_CONFIG = schema(['aws_codedeploy_deployment_config'], {
  deployment_config_name: text({
    required: true,
    pattern: /^(?!CodeDeployDefault\.)[^\n]{1,100}$/,
    rule: '1 to 100 characters, not CodeDeployDefault.… (CD CreateDeploymentConfig)',
  }),
  compute_platform: word(['ECS'], undefined, { rule: ECS_ONLY }),
  traffic_routing_config: block({
    type: word(['AllAtOnce', 'TimeBasedCanary', 'TimeBasedLinear'], 'AllAtOnce'),
    time_based_canary: block(SHIFT),
    time_based_linear: block(SHIFT),
  }),
  minimum_healthy_hosts: refused(SERVERS),
  zonal_config: refused(SERVERS),
  region: COMMON.region,
});

const READY = {
  action_on_timeout: word(['CONTINUE_DEPLOYMENT', 'STOP_DEPLOYMENT'], 'CONTINUE_DEPLOYMENT'),
  wait_time_in_minutes: number({ fallback: 0, min: 0, max: MAX_WAIT_MINUTES }),
} as const;

const TERMINATION = {
  action: word(['TERMINATE', 'KEEP_ALIVE'], 'TERMINATE'),
  termination_wait_time_in_minutes: number({ fallback: 0, min: 0, max: MAX_WAIT_MINUTES }),
} as const;

const ROUTE = {
  listener_arns: texts({ min: 1, max: 1, rule: 'exactly one listener a route (CD TrafficRoute)' }),
} as const;

const PAIR = {
  prod_traffic_route: block(ROUTE, { required: true }),
  test_traffic_route: block(ROUTE),
  target_group: blocks(
    { name: text({ required: true }) },
    { min: 2, max: 2, rule: 'two target groups, one for blue and one for green (CD TargetGroupPairInfo)' },
  ),
} as const;

export const DEPLOYMENT_GROUP = schema(['aws_codedeploy_deployment_group'], {
  app_name: text({ required: true }),
  deployment_group_name: text(NAME),
  deployment_config_name: text({
    required: true,
    rule: 'Terraform’s default, CodeDeployDefault.OneAtATime, is not of ECS: name a configuration such as CodeDeployDefault.ECSAllAtOnce',
  }),
  service_role_arn: text({ required: true }),
  deployment_style: block(
    {
      deployment_type: word(['BLUE_GREEN'], undefined, {
        rule: 'ECS services under CodeDeploy are deployed blue/green',
      }),
      deployment_option: word(['WITH_TRAFFIC_CONTROL'], undefined, {
        rule: 'blue/green moves traffic between target groups',
      }),
    },
    { required: true, rule: 'Terraform’s default, IN_PLACE, is not of ECS' },
  ),
  ecs_service: block(
    { cluster_name: text({ required: true }), service_name: text({ required: true }) },
    { required: true, rule: 'the service that is deployed' },
  ),
  load_balancer_info: block(
    {
      target_group_pair_info: block(PAIR, { required: true, rule: 'ECS needs two target groups and a listener' }),
      elb_info: refused(SERVERS),
      target_group_info: refused(SERVERS),
    },
    { required: true, rule: 'ECS needs two target groups and a listener' },
  ),
  blue_green_deployment_config: block({
    deployment_ready_option: block(READY),
    terminate_blue_instances_on_deployment_success: block(TERMINATION),
    green_fleet_provisioning_option: refused(SERVERS),
  }),
  auto_rollback_configuration: block({ enabled: bool(false), events: texts() }),
  alarm_configuration: block({
    enabled: bool(false),
    ignore_poll_alarm_failure: bool(false),
    alarms: texts({ max: 10, rule: 'at most 10 alarms a deployment group (CD limits)' }),
  }),
  trigger_configuration: inert('deployment events are not published to topics here'),
  autoscaling_groups: refused(SERVERS),
  ec2_tag_filter: refused(SERVERS),
  ec2_tag_set: refused(SERVERS),
  on_premises_instance_tag_filter: refused(SERVERS),
  outdated_instances_strategy: inert(SERVERS),
  termination_hook_enabled: inert(SERVERS),
  ...COMMON,
});
