import test from 'ava';
import { BlueGreenService, type BlueGreenServiceProps } from './blue-green-service.ts';
import type { TerraformStack } from './cdktf.ts';
import { EcsCluster } from './ecs-cluster.ts';
import { Role } from './role.ts';
import { type Json, refuses, type Synthesized, synth } from './testing/synth.ts';

const ROUTE = {
  productionListenerArn: 'arn:listener/80',
  testListenerArn: 'arn:listener/8080',
  priority: 3,
  pathPatterns: ['/api/threads*'],
  targetGroup: { name: 'threads-tg', vpcId: 'vpc-1', port: 3000, targetType: 'ip' as const, healthPath: '/' },
};

const add = (stack: TerraformStack, props: Partial<BlueGreenServiceProps> = {}): BlueGreenService =>
  new BlueGreenService(stack, 'threads', {
    name: 'threads',
    family: 'threads-task-def',
    containerName: 'threads-cntr',
    cluster: new EcsCluster(stack, 'cluster', { name: 'forum' }),
    repository: { arn: 'arn:aws:ecr:us-east-1:1:repository/threads', url: 'registry/threads' },
    imageTag: 'latest',
    containerPort: 3000,
    desiredCount: 2,
    region: 'us-east-1',
    subnetIds: ['subnet-1', 'subnet-2'],
    securityGroupIds: ['sg-1'],
    route: ROUTE,
    loadBalancerArnSuffix: 'app/forum/1',
    serviceRole: new Role(stack, 'role', {
      name: 'ecsCodeDeployServiceRole',
      description: 'd',
      servicePrincipal: 'codedeploy.amazonaws.com',
      managedPolicyArns: ['arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS'],
    }),
    appSpecParameter: '/interstella/codedeploy/threadsApp/appspec',
    ...props,
  });
const made = (props: Partial<BlueGreenServiceProps> = {}): Synthesized => synth((stack) => add(stack, props));
const group = (props: Partial<BlueGreenServiceProps> = {}): Json => made(props).one('aws_codedeploy_deployment_group');
const rules = (out: Synthesized) => {
  const on = (listener: string): [string, Json] =>
    Object.entries<Json>(out.json.resource.aws_lb_listener_rule).find(([, rule]) => rule.listener_arn === listener)!;
  return { production: on('arn:listener/80'), test: on('arn:listener/8080') };
};
/** The only address of a type. */
const address = (out: Synthesized, type: string): string => `${type}.${Object.keys(out.json.resource[type]).join()}`;

test('two target groups, alike but for their names', (t) => {
  const [blue, green] = made().all('aws_lb_target_group');
  t.deepEqual([blue.name, green.name].sort(), ['threads-tg', 'threads-tg-2']);
  const rest = ({ name, '//': _, ...others }: Json) => others;
  t.deepEqual(rest(blue), rest(green));
  t.is(made({ secondTargetGroupName: 'other' }).all('aws_lb_target_group')[1].name, 'other');
});

test('the service is under CODE_DEPLOY, and Terraform leaves what CodeDeploy moves', (t) => {
  const service = made().one('aws_ecs_service');
  t.like(service, { name: 'threads', desired_count: 2, launch_type: 'FARGATE', platform_version: 'LATEST' });
  t.deepEqual(service.deployment_controller, { type: 'CODE_DEPLOY' });
  t.false(service.wait_for_steady_state);
  t.is(service.deployment_circuit_breaker, undefined);
  t.is(service.deployment_minimum_healthy_percent, undefined);
  t.is(service.load_balancer.length, 1);
  t.like(service.load_balancer[0], { container_name: 'threads-cntr', container_port: 3000 });
  t.regex(service.load_balancer[0].target_group_arn, /threads_blue_/);
  t.deepEqual(service.lifecycle.ignore_changes, [
    'task_definition',
    'load_balancer',
    'network_configuration',
    'platform_version',
  ]);
});

test('WHEN something else scales it THEN its desired count is left alone too', (t) => {
  t.true(made({ autoscaled: true }).one('aws_ecs_service').lifecycle.ignore_changes.includes('desired_count'));
});

test('order: test rule, service, healthy targets, production rule, deployment group', (t) => {
  const out = made();
  const { production, test: shown } = rules(out);
  const wait = out.one('terraform_data');
  t.deepEqual(out.one('aws_ecs_service').depends_on, [`aws_lb_listener_rule.${shown[0]}`]);
  t.deepEqual(wait.depends_on, [address(out, 'aws_ecs_service')]);
  t.deepEqual(production[1].depends_on, [address(out, 'terraform_data')]);
  t.true(out.one('aws_codedeploy_deployment_group').depends_on.includes(`aws_lb_listener_rule.${production[0]}`));
});

test('the wait is one command of the AWS CLI, again for another service', (t) => {
  const wait = made().one('terraform_data');
  t.regex(
    wait.provisioner[0]['local-exec'].command,
    /^aws elbv2 wait target-in-service --target-group-arn \$\{aws_lb_target_group\.threads_blue_\w+\.arn\} --region us-east-1$/,
  );
  t.regex(wait.triggers_replace.service, /^\$\{aws_ecs_service\.\w+\.id\}$/);
});

test('a service without tasks is not waited for', (t) => {
  const out = made({ desiredCount: 0 });
  t.deepEqual(out.all('terraform_data'), []);
  t.deepEqual(rules(out).production[1].depends_on, [address(out, 'aws_ecs_service')]);
});

test('both rules start at the first group, and their actions are CodeDeploy’s afterwards', (t) => {
  const out = made();
  for (const [, rule] of Object.values(rules(out))) {
    t.like(rule, { priority: 3, lifecycle: { ignore_changes: ['action'] } });
    t.deepEqual(rule.condition[0].path_pattern.values, ['/api/threads*']);
    t.regex(rule.action[0].target_group_arn, /threads_blue_/);
  }
});

test('defaults are those of the workshop', (t) => {
  const out = made();
  t.like(out.one('aws_codedeploy_app'), { name: 'threadsApp', compute_platform: 'ECS' });
  const found = out.one('aws_codedeploy_deployment_group');
  t.like(found, {
    deployment_group_name: 'threadsDG',
    deployment_config_name: 'CodeDeployDefault.ECSAllAtOnce',
    deployment_style: { deployment_type: 'BLUE_GREEN', deployment_option: 'WITH_TRAFFIC_CONTROL' },
    alarm_configuration: { enabled: false, ignore_poll_alarm_failure: false, alarms: [] },
    auto_rollback_configuration: {
      enabled: true,
      events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'],
    },
    blue_green_deployment_config: {
      deployment_ready_option: { action_on_timeout: 'CONTINUE_DEPLOYMENT', wait_time_in_minutes: 0 },
      terminate_blue_instances_on_deployment_success: { action: 'TERMINATE', termination_wait_time_in_minutes: 5 },
    },
  });
  const pair = found.load_balancer_info.target_group_pair_info;
  t.deepEqual(pair.prod_traffic_route, { listener_arns: ['arn:listener/80'] });
  t.deepEqual(pair.test_traffic_route, { listener_arns: ['arn:listener/8080'] });
  t.regex(pair.target_group[0].name, /threads_blue_/);
  t.regex(pair.target_group[1].name, /threads_green_/);
  t.true(found.depends_on.some((dependency: string) => dependency.startsWith('aws_iam_role_policy_attachment.')));
});

test('application and group take other names', (t) => {
  const out = made({ applicationName: 'App', deploymentGroupName: 'Group' });
  t.is(out.one('aws_codedeploy_app').name, 'App');
  t.is(out.one('aws_codedeploy_deployment_group').deployment_group_name, 'Group');
});

test('STOP_DEPLOYMENT waits; blue stays as long as it is told', (t) => {
  const config = group({
    ready: { action: 'STOP_DEPLOYMENT', waitMinutes: 60 },
    terminationWaitMinutes: 2880,
  }).blue_green_deployment_config;
  t.deepEqual(config.deployment_ready_option, { action_on_timeout: 'STOP_DEPLOYMENT', wait_time_in_minutes: 60 });
  t.is(config.terminate_blue_instances_on_deployment_success.termination_wait_time_in_minutes, 2880);
});

test('some roll-back events, or none', (t) => {
  t.deepEqual(group({ rollbackOn: ['DEPLOYMENT_FAILURE'] }).auto_rollback_configuration, {
    enabled: true,
    events: ['DEPLOYMENT_FAILURE'],
  });
  t.false(group({ rollbackOn: [] }).auto_rollback_configuration.enabled);
});

test('the revisions that Terraform replaces stay registered', (t) => {
  t.true(made().one('aws_ecs_task_definition').skip_destroy);
});

test('an account-wide execution and task role is shared', (t) => {
  const out = synth((stack) => {
    const role = (id: string) =>
      new Role(stack, id, { name: id, description: 'd', servicePrincipal: 'ecs-tasks.amazonaws.com' });
    add(stack, { executionRole: role('ECSTaskExecutionRole'), taskRole: role('ECSTaskRole') });
  });
  const task = out.one('aws_ecs_task_definition');
  t.regex(task.execution_role_arn, /aws_iam_role\.ECSTaskExecutionRole_/);
  t.regex(task.task_role_arn, /aws_iam_role\.ECSTaskRole_/);
  const policy = out.one('aws_iam_role_policy');
  t.is(policy.name, 'threads-task-def');
  t.deepEqual(task.depends_on, [address(out, 'aws_iam_role_policy')]);
});

test('every bad prop is told at once', (t) => {
  refuses(
    t,
    [
      'alarms',
      'appSpecParameter',
      'applicationName',
      'configuration.percentage',
      'desiredCount',
      'hooks.AfterEverything',
      'name',
      'platformVersion',
      'ready.waitMinutes',
      'rollbackOn',
      'route.targetGroup.targetType',
      'route.testListenerArn',
      'secondTargetGroupName',
      'terminationAction',
      'terminationWaitMinutes',
    ],
    (stack) =>
      add(stack, {
        name: 'a b',
        desiredCount: -1,
        platformVersion: 'NEWEST',
        applicationName: 'a b',
        appSpecParameter: 'no-slash',
        secondTargetGroupName: 'threads-tg',
        configuration: { name: 'mine', type: 'canary', percentage: 100, intervalMinutes: 5 },
        terminationAction: 'KEEP_ALIVE' as 'TERMINATE',
        terminationWaitMinutes: 2881,
        ready: { action: 'STOP_DEPLOYMENT', waitMinutes: 0 },
        rollbackOn: ['DEPLOYMENT_SUCCESS' as 'DEPLOYMENT_FAILURE'],
        hooks: { AfterEverything: 'f' } as Record<string, string>,
        alarms: Array.from({ length: 11 }, (_, index) => ({ existing: `alarm-${index}` })),
        route: {
          ...ROUTE,
          testListenerArn: ROUTE.productionListenerArn,
          targetGroup: { ...ROUTE.targetGroup, targetType: 'instance' },
        },
      }),
  );
});

for (const [what, ready, prop] of [
  ['no wait', { action: 'STOP_DEPLOYMENT' }, 'ready.waitMinutes'],
  ['a wait beyond two days', { action: 'STOP_DEPLOYMENT', waitMinutes: 2881 }, 'ready.waitMinutes'],
  ['a wait that nothing does', { action: 'CONTINUE_DEPLOYMENT', waitMinutes: 5 }, 'ready.waitMinutes'],
  ['another action', { action: 'RETRY' }, 'ready.action'],
] as const) {
  test(`refused: readiness with ${what}`, (t) => {
    refuses(t, [prop], (stack) => add(stack, { ready: ready as BlueGreenServiceProps['ready'] & object }));
  });
}
