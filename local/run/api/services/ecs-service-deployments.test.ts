/** Deployment strategies and service deployments through the SDK's ECS client. */
import * as ecsClient from '@aws-sdk/client-ecs';
import test from 'ava';
import * as delivery from '../testing/builders-delivery.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const ecs = new ecsClient.ECSClient(clientConfig(plane.endpoint));

type Input = ecsClient.CreateServiceCommandInput;
const ATTACHED = { targetGroupArn: delivery.blueGroup.arn, containerName: 'threads-cntr', containerPort: 3000 };
const create = (more: Partial<Input>) =>
  ecs.send(
    new ecsClient.CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'posts',
      taskDefinition: 'threads:1',
      loadBalancers: [ATTACHED],
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } },
      ...more,
    } as Input),
  );
const advanced = {
  alternateTargetGroupArn: delivery.greenGroup.arn,
  productionListenerRule: 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/nope/1/2/3',
  roleArn: 'arn:aws:iam::000000000000:role/ecs',
};
const hook = { hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:nope', roleArn: 'r' };

for (const [what, more, message] of [
  [
    'a strategy of two groups with one',
    { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
    /advancedConfiguration must be/,
  ],
  [
    'steps without traffic',
    { loadBalancers: [], deploymentConfiguration: { strategy: 'CANARY' } },
    /needs a load balancer/,
  ],
  [
    'what is of another strategy',
    { deploymentConfiguration: { linearConfiguration: { stepPercent: 10 } } },
    /linearConfiguration is not valid/,
  ],
  [
    'a share that is none',
    { deploymentConfiguration: { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } } },
    /multiple of 0.1 from 3/,
  ],
  [
    'a bake time over a day',
    { deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1441 } },
    /from 0 to 1440/,
  ],
  [
    'another controller',
    { deploymentController: { type: 'CODE_DEPLOY' }, deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
    /only supported with the ECS/,
  ],
  [
    'a function that is not there',
    {
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        lifecycleHooks: [{ ...hook, lifecycleStages: ['PRE_SCALE_UP'] }],
      },
    },
    /does not exist/,
  ],
  [
    'a stage that is none',
    {
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        lifecycleHooks: [{ ...hook, lifecycleStages: ['BAKE_TIME'] }],
      },
    },
    /lifecycleStages/,
  ],
  [
    'a rule that is not there',
    {
      loadBalancers: [{ ...ATTACHED, advancedConfiguration: advanced }],
      deploymentConfiguration: { strategy: 'BLUE_GREEN' },
    },
    /does not forward to/,
  ],
] as const)
  test(`CreateService refuses ${what}`, async (t) => {
    await t.throwsAsync(create(more as unknown as Partial<Input>), { name: 'InvalidParameterException', message });
  });

test('a rolling service has service deployments and revisions, which are found by ARN', async (t) => {
  const list = new ecsClient.ListServiceDeploymentsCommand({ cluster: 'shop', service: 'orders' });
  const { serviceDeployments } = await ecs.send(list);
  const arn = serviceDeployments?.[0]?.serviceDeploymentArn ?? '';
  t.regex(arn, /:service-deployment\/shop\/orders\/[\w-]{21}$/);
  const unknown = arn.replace('/orders/', '/nobody/');
  const described = await ecs.send(
    new ecsClient.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn, unknown] }),
  );
  t.like(described.serviceDeployments?.[0], { status: 'SUCCESSFUL', deploymentConfiguration: { strategy: 'ROLLING' } });
  t.deepEqual(described.failures, [{ arn: unknown, reason: 'MISSING' }]);
  const revision = described.serviceDeployments?.[0]?.targetServiceRevision?.arn ?? '';
  const { serviceRevisions } = await ecs.send(
    new ecsClient.DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] }),
  );
  t.is(serviceRevisions?.[0]?.serviceRevisionArn, revision);
  await t.throwsAsync(ecs.send(new ecsClient.StopServiceDeploymentCommand({ serviceDeploymentArn: arn })), {
    name: 'ConflictException',
  });
  await t.throwsAsync(ecs.send(new ecsClient.StopServiceDeploymentCommand({ serviceDeploymentArn: unknown })), {
    name: 'ServiceDeploymentNotFoundException',
  });
  await t.throwsAsync(
    ecs.send(new ecsClient.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: ['orders'] })),
    { name: 'InvalidParameterException' },
  );
});
