/** The forum, deployed by the real Terraform and provider, from instances to blue/green. */
import test from 'ava';
import { toolchain, walkStages } from './suite.ts';

const CLUSTER = 'interstella-forum';
/** Blue/green: a roll-back goes to a revision of before. */
const KEPT = ['threads-task-def'];
const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`forum: monolith, containers, strangler, microservices, destroyed${why}`, async (t) => {
  t.timeout(40 * 60_000);
  await walkStages(
    t,
    'forum',
    [
      {
        name: 'monolith',
        async holds(t, held) {
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
        async holds(t, held) {
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
        async holds(t, held) {
          const paths = (await held.rules(CLUSTER, 80)).flatMap((rule) => rule.paths);
          t.deepEqual(paths, ['/api/users*', '/api/posts*', '/*']);
        },
      },
      {
        name: 'microservices',
        async holds(t, held) {
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
        },
      },
    ],
    KEPT,
  );
});
