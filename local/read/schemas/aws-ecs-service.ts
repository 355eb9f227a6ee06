/** aws_ecs_service (ECS service_definition_parameters). */
import {
  block,
  blocks,
  bool,
  COMMON,
  inert,
  json,
  number,
  only,
  real,
  refused,
  schema,
  text,
  texts,
  word,
} from '../schema.ts';
import { STRATEGY_ITEM } from './aws-ecs-cluster.ts';
import { PLACEMENT_CONSTRAINT } from './aws-ecs-task-definition.ts';

const NO_ROLES = 'ECS needs no rights here';
const UP_TO_A_DAY = { min: 0, max: 1440, rule: '0 to 1440 minutes (ECS API_DeploymentConfiguration)' };
const TERRAFORM = 'of the Terraform run itself';

export const SERVICE = schema(['aws_ecs_service'], {
  name: text({
    required: true,
    pattern: /^[A-Za-z0-9_-]{1,255}$/,
    rule: '1 to 255 letters, digits, hyphens and underscores',
  }),
  cluster: text({ fallback: 'default' }),
  task_definition: text(),
  desired_count: number({ fallback: 0, min: 0, max: 5000, rule: 'at most 5000 tasks a service (ECS service-quotas)' }),
  launch_type: only(['EC2', 'FARGATE'], 'EXTERNAL needs instances of one’s own'),
  capacity_provider_strategy: blocks(STRATEGY_ITEM, { max: 20 }),
  scheduling_strategy: word(['REPLICA', 'DAEMON'], 'REPLICA'),
  deployment_controller: block({
    type: word(['ECS', 'CODE_DEPLOY', 'EXTERNAL'], 'ECS'),
  }),
  deployment_configuration: block({
    strategy: word(['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'], 'ROLLING'),
    bake_time_in_minutes: number(UP_TO_A_DAY),
    lifecycle_hook: blocks({
      hook_target_arn: text({ required: true, rule: 'the ARN of a Lambda function (ECS API_DeploymentLifecycleHook)' }),
      role_arn: text({ required: true, noEffect: NO_ROLES }),
      lifecycle_stages: texts({ required: true, min: 1, rule: 'at least one stage (ECS API_DeploymentLifecycleHook)' }),
      hook_details: json(),
      target_type: only(['AWS_LAMBDA'], 'deployments are not paused here: functions decide'),
    }),
    linear_configuration: block({
      step_percent: real({ min: 3, max: 100, rule: '3.0 to 100.0 (ECS API_LinearConfiguration)' }),
      step_bake_time_in_minutes: number(UP_TO_A_DAY),
    }),
    canary_configuration: block({
      canary_percent: real({ min: 0.1, max: 100, rule: '0.1 to 100.0 (ECS API_CanaryConfiguration)' }),
      canary_bake_time_in_minutes: number(UP_TO_A_DAY),
    }),
  }),
  deployment_minimum_healthy_percent: number({ fallback: 100, min: 0, max: 100 }),
  deployment_maximum_percent: number({ min: 100, rule: '100 percent or more (ECS deployment-type-ecs)' }),
  deployment_circuit_breaker: block({ enable: bool(false), rollback: bool(false) }),
  alarms: block(
    {
      alarm_names: texts({ required: true }),
      enable: bool(false, { required: true }),
      rollback: bool(false, { required: true }),
    },
    {
      approximated:
        'AWS does not publish how long a deployment bakes: here (evaluation periods + 1) × period of the slowest alarm',
    },
  ),
  health_check_grace_period_seconds: number({ fallback: 0, min: 0, max: 2_147_483_647 }),
  load_balancer: blocks(
    {
      target_group_arn: text({ required: true }),
      container_name: text({ required: true }),
      container_port: number({ required: true, min: 1, max: 65_535 }),
      elb_name: refused('classic load balancers are not run here'),
      advanced_configuration: block({
        alternate_target_group_arn: text({ required: true }),
        production_listener_rule: text({ required: true }),
        test_listener_rule: text(),
        role_arn: text({ required: true, noEffect: NO_ROLES }),
      }),
    },
    { max: 5, rule: 'at most 5 target groups a service (ECS service-quotas)' },
  ),
  network_configuration: block({
    subnets: texts({ min: 1, max: 16, rule: '1 to 16 subnets (ECS NetworkConfiguration)' }),
    security_groups: texts({ max: 5, rule: 'at most 5 security groups (ECS NetworkConfiguration)' }),
    assign_public_ip: inert('tasks here have loopback addresses'),
  }),
  placement_constraints: blocks(PLACEMENT_CONSTRAINT, { max: 10 }),
  ordered_placement_strategy: blocks(
    { type: word(['spread', 'binpack', 'random']), field: text() },
    { max: 5, rule: 'at most 5 placement strategies a service' },
  ),
  wait_for_steady_state: bool(false),
  force_new_deployment: bool(false),
  triggers: inert(TERRAFORM),
  sigint_rollback: inert(TERRAFORM),
  iam_role: inert('the load balancer needs no rights here'),
  platform_version: inert('the process runs on this machine’s platform'),
  propagate_tags: inert('tags are kept and shown; nothing here acts on them'),
  enable_ecs_managed_tags: inert('tags are kept and shown; nothing here acts on them'),
  enable_execute_command: inert('execute-command is not offered here; the processes are yours to look at'),
  force_delete: inert('services here go when their tasks are stopped'),
  availability_zone_rebalancing: inert('tasks are spread when they are placed'),
  service_connect_configuration: refused('service connect is not offered here'),
  service_registries: refused('service discovery is not offered here'),
  volume_configuration: inert('processes share this machine’s files'),
  vpc_lattice_configurations: refused('VPC Lattice is not offered here'),
  ...COMMON,
});
