/** Services, clusters, task sets and task definitions made and removed through the SDK's ECS client. */
import * as ecsClient from '@aws-sdk/client-ecs';
import test from 'ava';
import * as build from '../testing/builders.ts';
import * as delivery from '../testing/builders-delivery.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const ecs = new ecsClient.ECSClient(clientConfig(plane.endpoint));

/** The workshop's ecs-service-threads.json, for another name. */
const input: ecsClient.CreateServiceCommandInput = {
  cluster: 'shop',
  serviceName: 'posts',
  taskDefinition: 'threads:1',
  loadBalancers: [{ targetGroupArn: delivery.blueGroup.arn, containerName: 'threads-cntr', containerPort: 3000 }],
  desiredCount: 1,
  clientToken: '',
  launchType: 'FARGATE',
  schedulingStrategy: 'REPLICA',
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  },
  deploymentController: { type: 'CODE_DEPLOY' },
};

/** The workshop's fargate-task-def.json. */
const LAB_DEFINITION: ecsClient.RegisterTaskDefinitionCommandInput = {
  requiresCompatibilities: ['FARGATE'],
  containerDefinitions: [
    {
      name: 'monolith-cntr1',
      image: '012345678912.dkr.ecr.us-east-1.amazonaws.com/api:latest',
      memoryReservation: 128,
      essential: true,
      portMappings: [{ containerPort: 3000, protocol: 'tcp' }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': '/ecs/monolith-task-def',
          'awslogs-region': 'us-east-1',
          'awslogs-stream-prefix': 'ecs',
        },
      },
    },
  ],
  volumes: [],
  networkMode: 'awsvpc',
  memory: '512',
  cpu: '256',
  executionRoleArn: 'arn:aws:iam::012345678912:role/ECSTaskExecutionRole',
  taskRoleArn: 'arn:aws:iam::012345678912:role/ECSTaskRole',
  family: 'monolith-task-def',
};

const describe = async (service: string) =>
  (await ecs.send(new ecsClient.DescribeServicesCommand({ cluster: 'shop', services: [service] }))).services?.[0];

test.serial('a CODE_DEPLOY service shows task sets and no deployments', async (t) => {
  const service = await describe('threads');
  t.like(service, {
    deploymentController: { type: 'CODE_DEPLOY' },
    taskDefinition: delivery.threadsDefinition.arn,
    deployments: [],
  });
  t.like(service?.taskSets?.[0], {
    status: 'PRIMARY',
    runningCount: 1,
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: 'STEADY_STATE',
    loadBalancers: [{ targetGroupArn: delivery.blueGroup.arn, containerName: 'threads-cntr', containerPort: 3000 }],
  });
  t.deepEqual((await describe('orders'))?.taskSets, []);
});

test.serial('a service is made as the workshop makes it, scaled to 0 and deleted', async (t) => {
  const { service } = await ecs.send(new ecsClient.CreateServiceCommand(input));
  t.like(service, {
    serviceName: 'posts',
    serviceArn: build.arn('ecs', 'service/shop/posts'),
    desiredCount: 1,
    launchType: 'FARGATE',
  });
  await t.throwsAsync(ecs.send(new ecsClient.DeleteServiceCommand({ cluster: 'shop', service: 'posts' })), {
    name: 'InvalidParameterException',
    message: 'The service cannot be stopped while it is scaled above 0.',
  });
  await ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'posts', desiredCount: 0 }));
  const gone = await ecs.send(new ecsClient.DeleteServiceCommand({ cluster: 'shop', service: 'posts' }));
  t.is(gone.service?.status, 'DRAINING');
});

test.serial('a cluster is made, made again, and removed once it is empty', async (t) => {
  const made = await ecs.send(new ecsClient.CreateClusterCommand({ clusterName: 'my_first_ecs_cluster' }));
  t.like(made.cluster, { status: 'ACTIVE', clusterName: 'my_first_ecs_cluster' });
  const again = await ecs.send(new ecsClient.CreateClusterCommand({ clusterName: 'my_first_ecs_cluster' }));
  t.is(again.cluster?.clusterArn, made.cluster?.clusterArn);
  const { clusterArns } = await ecs.send(new ecsClient.ListClustersCommand({}));
  t.true(clusterArns?.includes(made.cluster?.clusterArn ?? ''));
  const providers = (capacityProviders: string[], capacityProvider: string, cluster = 'my_first_ecs_cluster') =>
    ecs.send(
      new ecsClient.PutClusterCapacityProvidersCommand({
        cluster,
        capacityProviders,
        defaultCapacityProviderStrategy: [{ capacityProvider, weight: 1 }],
      }),
    );
  t.deepEqual((await providers(['FARGATE'], 'FARGATE')).cluster?.capacityProviders, ['FARGATE']);
  const { clusters } = await ecs.send(new ecsClient.DescribeClustersCommand({ clusters: ['my_first_ecs_cluster'] }));
  t.like(clusters?.[0]?.defaultCapacityProviderStrategy?.[0], { capacityProvider: 'FARGATE', weight: 1, base: 0 });
  await t.throwsAsync(providers(['none'], 'none'), { message: /capacity provider none does not exist/ });
  await t.throwsAsync(providers(['FARGATE'], 'FARGATE_SPOT'), { message: /FARGATE_SPOT is not associated/ });
  await t.throwsAsync(providers(['FARGATE'], 'FARGATE', 'shop'), { message: /made by the stacks/ });
  const service = { ...input, cluster: 'my_first_ecs_cluster' };
  await ecs.send(new ecsClient.CreateServiceCommand(service));
  const remove = new ecsClient.DeleteClusterCommand({ cluster: 'my_first_ecs_cluster' });
  await t.throwsAsync(ecs.send(remove), { name: 'ClusterContainsServicesException' });
  await t.throwsAsync(ecs.send(new ecsClient.DeleteClusterCommand({ cluster: 'shop' })), {
    name: 'ClusterContainsServicesException',
  });
});

test.serial('the workshop’s task definition is taken; a deregistered one starts nothing more', async (t) => {
  const { taskDefinition } = await ecs.send(new ecsClient.RegisterTaskDefinitionCommand(LAB_DEFINITION));
  t.like(taskDefinition, { family: 'monolith-task-def', revision: 1, status: 'ACTIVE', memory: '512' });
  await ecs.send(new ecsClient.RegisterTaskDefinitionCommand(LAB_DEFINITION));
  const { taskDefinition: gone } = await ecs.send(
    new ecsClient.DeregisterTaskDefinitionCommand({ taskDefinition: 'monolith-task-def:2' }),
  );
  t.is(gone?.status, 'INACTIVE');
  const newest = await ecs.send(new ecsClient.DescribeTaskDefinitionCommand({ taskDefinition: 'monolith-task-def' }));
  t.is(newest.taskDefinition?.revision, 1);
  const list = async (status?: 'INACTIVE') =>
    (await ecs.send(new ecsClient.ListTaskDefinitionsCommand({ familyPrefix: 'monolith-task-def', status })))
      .taskDefinitionArns?.length;
  t.is(await list(), 1);
  t.is(await list('INACTIVE'), 1);
  await t.throwsAsync(
    ecs.send(
      new ecsClient.UpdateServiceCommand({
        cluster: 'shop',
        service: 'orders',
        taskDefinition: gone?.taskDefinitionArn,
      }),
    ),
    { name: 'ClientException', message: /inactive/ },
  );
});

test.serial('task sets of an external service are made, scaled, made primary and removed', async (t) => {
  const external = { cluster: 'shop', serviceName: 'outside', desiredCount: 2, launchType: 'FARGATE' } as const;
  await ecs.send(new ecsClient.CreateServiceCommand({ ...external, deploymentController: { type: 'EXTERNAL' } }));
  const service = { cluster: 'shop', service: 'outside' };
  const { taskSet } = await ecs.send(
    new ecsClient.CreateTaskSetCommand({
      ...service,
      taskDefinition: 'threads:1',
      externalId: 'mine',
      loadBalancers: [{ targetGroupArn: delivery.greenGroup.arn, containerName: 'threads-cntr', containerPort: 3000 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      scale: { value: 50, unit: 'PERCENT' },
    }),
  );
  t.like(taskSet, { status: 'ACTIVE', externalId: 'mine', scale: { value: 50 }, startedBy: 'EXTERNAL' });
  const set = { ...service, taskSet: taskSet?.id ?? '' };
  const scaled = await ecs.send(new ecsClient.UpdateTaskSetCommand({ ...set, scale: { value: 100, unit: 'PERCENT' } }));
  t.is(scaled.taskSet?.scale?.value, 100);
  const primary = new ecsClient.UpdateServicePrimaryTaskSetCommand({
    ...service,
    primaryTaskSet: taskSet?.taskSetArn ?? '',
  });
  t.is((await ecs.send(primary)).taskSet?.status, 'PRIMARY');
  const listed = await ecs.send(new ecsClient.DescribeTaskSetsCommand({ ...service, taskSets: [set.taskSet, 'none'] }));
  t.is(listed.taskSets?.length, 1);
  t.is(listed.failures?.length, 1);
  await t.throwsAsync(ecs.send(new ecsClient.DeleteTaskSetCommand(set)), { message: /scaled above 0/ });
  const removed = await ecs.send(new ecsClient.DeleteTaskSetCommand({ ...set, force: true }));
  t.is(removed.taskSet?.status, 'DRAINING');
});

const create = (change: Partial<ecsClient.CreateServiceCommandInput>) => () =>
  ecs.send(new ecsClient.CreateServiceCommand({ ...input, serviceName: 'refused', ...change }));
const REFUSALS: [string, () => Promise<unknown>, RegExp, string?][] = [
  ['an unknown cluster', create({ cluster: 'none' }), /Cluster not found/, 'ClusterNotFoundException'],
  ['an unknown definition', create({ taskDefinition: 'none' }), /task definition/, 'ClientException'],
  ['no definition', create({ taskDefinition: undefined }), /TaskDefinition must be specified/],
  ['a bad name', create({ serviceName: 'a b' }), /serviceName/],
  ['a setting without local counterpart', create({ enableExecuteCommand: true }), /enableExecuteCommand/],
  ['service connect', create({ serviceConnectConfiguration: { enabled: true } }), /serviceConnectConfiguration/],
  ['CodeDeploy without a load balancer', create({ loadBalancers: [] }), /Load balancers are required/],
  [
    'CodeDeploy with a circuit breaker',
    create({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } }),
    /circuit breaker/,
  ],
  [
    'CodeDeploy with alarms',
    create({ deploymentConfiguration: { alarms: { alarmNames: ['errors'], enable: true, rollback: true } } }),
    /[Aa]larms are only supported with the ECS deployment controller/,
  ],
  [
    'a daemon with a count',
    create({ schedulingStrategy: 'DAEMON' }),
    /daemon scheduling strategy does not support a desired count/,
  ],
  [
    'a target group that is not there',
    create({ loadBalancers: [{ targetGroupArn: 'arn:none', containerName: 'threads-cntr', containerPort: 3000 }] }),
    /arn:none/,
  ],
  [
    'a target group of instances',
    create({
      loadBalancers: [{ targetGroupArn: build.targetGroup.arn, containerName: 'threads-cntr', containerPort: 3000 }],
    }),
    /target type instance/,
  ],
  [
    'launch type and strategy',
    create({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] }),
    /both a launch type and capacity provider strategy/,
  ],
  ['placement on Fargate', create({ placementStrategy: [{ type: 'spread' }] }), /not supported with FARGATE/],
  [
    'a service that could never be deployed',
    create({
      deploymentController: { type: 'ECS' },
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
    }),
    /could ever be replaced/,
  ],
  [
    'a definition for an external service',
    create({ deploymentController: { type: 'EXTERNAL' }, loadBalancers: undefined }),
    /cannot be specified/,
  ],
  [
    'task sets of a CodeDeploy service',
    () =>
      ecs.send(new ecsClient.CreateTaskSetCommand({ cluster: 'shop', service: 'threads', taskDefinition: 'threads' })),
    /EXTERNAL/,
  ],
  [
    'a cluster with container insights',
    () =>
      ecs.send(
        new ecsClient.CreateClusterCommand({
          clusterName: 'x',
          settings: [{ name: 'containerInsights', value: 'enabled' }],
        }),
      ),
    /containerInsights|settings/,
  ],
  [
    'a deregistration without revision',
    () => ecs.send(new ecsClient.DeregisterTaskDefinitionCommand({ taskDefinition: 'threads' })),
    /Revision is missing/,
    'ClientException',
  ],
];
for (const [name, run, message, code = 'InvalidParameterException'] of REFUSALS)
  test.serial(`ECS refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { name: code, message });
  });

test.serial('deployment settings are changed and shown; those that could never deploy are refused', async (t) => {
  const update = (change: Omit<ecsClient.UpdateServiceCommandInput, 'service'>) =>
    ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'orders', ...change }));
  const { service } = await update({
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      alarms: { alarmNames: ['errors'], enable: true, rollback: false },
    },
    healthCheckGracePeriodSeconds: 30,
  });
  t.like(service, {
    healthCheckGracePeriodSeconds: 30,
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      alarms: { alarmNames: ['errors'], enable: true, rollback: false },
    },
  });
  // What is not named stays.
  const next = await update({ deploymentConfiguration: { minimumHealthyPercent: 100 } });
  t.is(next.service?.deploymentConfiguration?.maximumPercent, 150);
  await t.throwsAsync(update({ deploymentConfiguration: { maximumPercent: 100 } }), {
    name: 'InvalidParameterException',
    message: /could ever be replaced/,
  });
  await t.throwsAsync(
    ecs.send(
      new ecsClient.UpdateServiceCommand({
        cluster: 'shop',
        service: 'threads',
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
      }),
    ),
    { name: 'InvalidParameterException', message: /circuit breaker/ },
  );
});
