/** The forum, deployed by the real Terraform and provider, from instances to blue/green. */
import test, { type ExecutionContext } from 'ava';
import type { Ask } from './ask.ts';
import { shiftToGreen } from './codedeploy-shift.ts';
import { brokenForum } from './forum-breakages.ts';
import { frontHolds } from './front-holds.ts';
import type { Held } from './held.ts';
import { chain, inOrder } from './order.ts';
import { permissionsOf, rolesOf, type Scaled, scalingHolds } from './service-holds.ts';
import { toolchain, walkStages } from './suite.ts';

const CLUSTER = 'interstella-forum';
const THREADS = 'threads_service';
/** What is tested serves; what serves takes traffic; and only then the monolith goes to zero. */
const BLUE_GREEN_ORDER = [
  ...chain(
    `aws_lb_listener_rule.${THREADS}_test-rule`,
    `aws_ecs_service.${THREADS}`,
    `terraform_data.${THREADS}_in-service`,
    `aws_lb_listener_rule.${THREADS}_production-rule`,
    `aws_codedeploy_deployment_group.${THREADS}`,
  ),
  ...chain(`aws_lb_listener_rule.${THREADS}_production-rule`, 'aws_ecs_service.monolith'),
];
const BOUNDS = { cluster: CLUSTER, min: 2, max: 6 };
const SCALED: readonly Scaled[] = [
  { ...BOUNDS, service: 'users', policies: { cpu: 70, requests: 6000 } },
  { ...BOUNDS, service: 'posts', policies: { cpu: 70, requests: 6000 } },
  // Its requests move from group to group.
  { ...BOUNDS, service: 'threads', policies: { cpu: 70 } },
];
/** Blue/green: a roll-back goes to a revision of before. */
const KEPT = ['threads-task-def'];
const GROUP_ARN = 'arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:threadsApp/threadsDG';
const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`forum: monolith, containers, strangler, microservices, destroyed${why}`, async (t) => {
  t.timeout(60 * 60_000);
  await walkStages(t, {
    system: 'forum',
    keptFamilies: KEPT,
    more: { CUTOVER_DEPLOYMENT_CONFIG: 'canary:20:7' },
    stages: [
      {
        name: 'monolith',
        async holds(t, { held }) {
          const rules = await held.rules(CLUSTER, 80);
          t.deepEqual(
            rules.flatMap((rule) => rule.targetGroups),
            ['monolith-tg'],
          );
          t.is((await held.targetGroup('monolith-tg'))?.TargetType, 'instance');
        },
      },
      {
        name: 'containers',
        async holds(t, { held }) {
          const service = await held.service(CLUSTER, 'monolith-service');
          t.like(service, { launchType: 'FARGATE', desiredCount: 2 });
          t.like(await held.targetGroup('monolith-cntr-tg'), {
            TargetType: 'ip',
            Port: 3000,
            HealthCheckPath: '/',
            HealthCheckIntervalSeconds: 6,
            HealthCheckTimeoutSeconds: 5,
            HealthyThresholdCount: 2,
            UnhealthyThresholdCount: 2,
          });
          t.like(await held.taskDefinition('monolith-task-def'), { cpu: '256', memory: '512', networkMode: 'awsvpc' });
        },
      },
      {
        name: 'strangler',
        async holds(t, { held, output }) {
          const paths = (await held.rules(CLUSTER, 80)).flatMap((rule) => rule.paths);
          t.deepEqual(paths, ['/api/users*', '/api/posts*', '/*']);
          t.deepEqual(await held.rules(CLUSTER, 8080), [
            { priority: '1', paths: ['/api/users*'], targetGroups: ['users-tg'] },
            { priority: '2', paths: ['/api/posts*'], targetGroups: ['posts-tg'] },
            { priority: '900', paths: ['/*'], targetGroups: ['monolith-cntr-tg'] },
            { priority: 'default', paths: [], targetGroups: [] },
          ]);
          for (const name of ['users', 'posts']) {
            const [tested, taken] = [`${name}_route`, `${name}-traffic`].map((rule) => `aws_lb_listener_rule.${rule}`);
            inOrder(t, output, chain(tested as string, `aws_ecs_service.${name}_`, taken as string));
          }
        },
      },
      {
        name: 'microservices',
        async holds(t, { held, ask, output }) {
          const threads = (await held.rules(CLUSTER, 80)).find((rule) => rule.paths.includes('/api/threads*'));
          t.deepEqual(threads?.targetGroups, ['threads-tg']);
          const service = await held.service(CLUSTER, 'threads');
          t.is(service?.deploymentController?.type, 'CODE_DEPLOY');
          const group = await held.deploymentGroup('threadsApp', 'threadsDG');
          t.like(group, { deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce', computePlatform: 'ECS' });
          t.deepEqual(group?.ecsServices, [{ serviceName: 'threads', clusterName: CLUSTER }]);
          const pair = group?.loadBalancerInfo?.targetGroupPairInfoList?.[0];
          t.deepEqual(pair?.targetGroups?.map((one) => one.name).sort(), ['threads-tg', 'threads-tg-2']);
          t.is(
            group?.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess
              ?.terminationWaitTimeInMinutes,
            5,
          );
          t.deepEqual([...(group?.autoRollbackConfiguration?.events ?? [])].sort(), [
            'DEPLOYMENT_FAILURE',
            'DEPLOYMENT_STOP_ON_ALARM',
            'DEPLOYMENT_STOP_ON_REQUEST',
          ]);
          await scalingHolds(t, ask, SCALED);
          await rolesHold(t, ask);
          inOrder(t, output, BLUE_GREEN_ORDER);
        },
      },
    ],
    front: {
      async holds(t, { ask, held, operator }) {
        const watched = ['users', 'posts', 'threads'];
        const paths = ['/api/users*', '/api/posts*', '/api/threads*', '/*', '/*'];
        await frontHolds(t, ask, operator, { front: 'forum', loadBalancer: CLUSTER, watched, paths });
        await canaryHolds(t, ask, held);
        await shifted(t, ask, held);
      },
    },
    broken: brokenForum,
  });
});

/** Tasks may call nothing; ECS may pull and log for them; the hook may report to its own deployment group. */
async function rolesHold(t: ExecutionContext, ask: Ask): Promise<void> {
  const roles = await rolesOf(ask, 'users-task-def');
  t.deepEqual(roles, { task: 'ECSTaskRole', execution: 'ECSTaskExecutionRole' });
  t.deepEqual(await permissionsOf(ask, roles.task), []);
  const started = await permissionsOf(ask, roles.execution);
  const image = 'ecr:BatchGetImage arn:aws:ecr:us-east-1:123456789012:repository/';
  t.deepEqual(
    started.filter((permission) => permission.startsWith('ecr:BatchGetImage')),
    ['api', 'posts', 'threads', 'users'].map((repository) => `${image}${repository}`),
  );
  t.deepEqual([...new Set(started.filter((permission) => permission.endsWith(' *')))], ['ecr:GetAuthorizationToken *']);
  t.deepEqual(await permissionsOf(ask, 'CodeDeployHook_pre-traffic-hook'), [
    `codedeploy:PutLifecycleEventHookExecutionStatus ${GROUP_ARN}`,
  ]);
}

/** Traffic moves as the deployment says, by the listener that serves. */
async function canaryHolds(t: ExecutionContext, ask: Ask, held: Held): Promise<void> {
  const group = await held.deploymentGroup('threadsApp', 'threadsDG');
  const [config] = await ask([
    'codedeploy',
    'get_deployment_config',
    { deploymentConfigName: group?.deploymentConfigName },
  ]);
  t.deepEqual(config.deploymentConfigInfo.trafficRoutingConfig.timeBasedCanary, {
    canaryPercentage: 20,
    canaryInterval: 7,
  });
  const pair = group?.loadBalancerInfo?.targetGroupPairInfoList?.[0];
  const [production, tests] = [pair?.prodTrafficRoute?.listenerArns, pair?.testTrafficRoute?.listenerArns];
  const [{ Listeners }] = await ask(['elbv2', 'describe_listeners', { ListenerArns: [production?.[0], tests?.[0]] }]);
  t.deepEqual(Listeners.map(({ Port }: { Port: number }) => Port).sort(), [443, 8080]);
}

/** CodeDeploy has moved the service, as the plan that follows must not notice. */
async function shifted(t: ExecutionContext, ask: Ask, held: Held): Promise<void> {
  const names = { cluster: CLUSTER, service: 'threads', family: 'threads-task-def', loadBalancer: CLUSTER };
  const { taskDefinition, rules } = await shiftToGreen(ask, { ...names, blue: 'threads-tg', green: 'threads-tg-2' });
  t.is(rules, 2, 'rules of the production and the test listener');
  const service = await held.service(CLUSTER, 'threads');
  t.is(service?.taskDefinition, taskDefinition);
  t.regex(service?.loadBalancers?.[0]?.targetGroupArn ?? '', /targetgroup\/threads-tg-2\//);
}
