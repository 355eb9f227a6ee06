/** The SDK's ECS client against the endpoint. */
import * as ecsClient from '@aws-sdk/client-ecs';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const ecs = new ecsClient.ECSClient(config);

test('ECS: services, tasks and instances are described as AWS shapes them', async (t) => {
  const { clusters } = await ecs.send(new ecsClient.DescribeClustersCommand({ clusters: ['shop', 'none'] }));
  t.like(clusters?.[0], { clusterName: 'shop', registeredContainerInstancesCount: 1, activeServicesCount: 2 });
  const { services, failures } = await ecs.send(
    new ecsClient.DescribeServicesCommand({ cluster: 'shop', services: ['orders', 'none'] }),
  );
  t.like(services?.[0], { serviceName: 'orders', runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] });
  t.is(services?.[0]?.events?.[0]?.createdAt?.getTime(), build.START_MS);
  t.like(failures?.[0], { reason: 'MISSING', arn: build.arn('ecs', 'service/shop/none') });
  const { taskArns } = await ecs.send(
    new ecsClient.ListTasksCommand({ cluster: 'shop', serviceName: 'orders', maxResults: 1 }),
  );
  t.is(taskArns?.length, 1);
  const { tasks } = await ecs.send(new ecsClient.DescribeTasksCommand({ cluster: build.cluster.arn, tasks: taskArns }));
  t.like(tasks?.[0]?.containers?.[0]?.networkBindings?.[0], { hostPort: 32769, containerPort: 5000 });
  const { containerInstanceArns } = await ecs.send(new ecsClient.ListContainerInstancesCommand({ cluster: 'shop' }));
  const described = await ecs.send(
    new ecsClient.DescribeContainerInstancesCommand({ cluster: 'shop', containerInstances: containerInstanceArns }),
  );
  const memory = described.containerInstances?.[0]?.remainingResources?.find((one) => one.name === 'MEMORY');
  t.is(memory?.integerValue, 1644);
});

test('ECS: pages follow each other to the end', async (t) => {
  const found: string[] = [];
  for await (const page of ecsClient.paginateListTasks(
    { client: ecs, pageSize: 1 },
    { cluster: 'shop', serviceName: 'orders' },
  )) {
    found.push(...(page.taskArns ?? []));
  }
  t.deepEqual(found, [build.taskState(1).arn, build.taskState(2).arn]);
});

test('ECS: RunTask, StopTask, UpdateService and RegisterTaskDefinition act', async (t) => {
  const { tasks = [] } = await ecs.send(
    new ecsClient.RunTaskCommand({
      cluster: 'shop',
      taskDefinition: 'orders',
      count: 2,
      startedBy: 'me',
      group: 'batch',
    }),
  );
  t.is(tasks.length, 2);
  const stopped = await ecs.send(
    new ecsClient.StopTaskCommand({ cluster: 'shop', task: tasks[0]?.taskArn, reason: 'enough' }),
  );
  t.like(stopped.task, { desiredStatus: 'STOPPED', stoppedReason: 'enough' });
  const twice = await ecs.send(
    new ecsClient.StopTaskCommand({ cluster: 'shop', task: tasks[0]?.taskArn, reason: 'once more' }),
  );
  t.like(twice.task, { desiredStatus: 'STOPPED', stoppedReason: 'enough' });
  const updated = await ecs.send(
    new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'orders', desiredCount: 3 }),
  );
  t.is(updated.service?.desiredCount, 3);
  const { taskDefinition } = await ecs.send(
    new ecsClient.DescribeTaskDefinitionCommand({ taskDefinition: 'orders:1' }),
  );
  const again = await ecs.send(
    new ecsClient.RegisterTaskDefinitionCommand({
      ...taskDefinition,
      family: 'orders-two',
      containerDefinitions: taskDefinition?.containerDefinitions,
    }),
  );
  t.like(again.taskDefinition, { revision: 1, family: 'orders-two' });
  t.deepEqual(again.taskDefinition?.containerDefinitions, taskDefinition?.containerDefinitions);
});

const ECS_REFUSALS: [string, () => Promise<unknown>, string, RegExp][] = [
  [
    'an unknown cluster',
    () => ecs.send(new ecsClient.ListTasksCommand({ cluster: 'none' })),
    'ClusterNotFoundException',
    /Cluster not found/,
  ],
  [
    'an unknown service',
    () => ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'none' })),
    'ServiceNotFoundException',
    /Service not found/,
  ],
  [
    'a setting without local counterpart',
    () =>
      ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'orders', enableExecuteCommand: true })),
    'InvalidParameterException',
    /enableExecuteCommand/,
  ],
  [
    'a negative count',
    () => ecs.send(new ecsClient.UpdateServiceCommand({ cluster: 'shop', service: 'orders', desiredCount: -1 })),
    'InvalidParameterException',
    /desiredCount/,
  ],
  [
    'volumes',
    () =>
      ecs.send(
        new ecsClient.RegisterTaskDefinitionCommand({
          family: 'x',
          containerDefinitions: [{ name: 'x', image: 'x', memory: 10, mountPoints: [{ sourceVolume: 'v' }] }],
        }),
      ),
    'InvalidParameterException',
    /mountPoints.*no local counterpart/,
  ],
  [
    'a container without memory',
    () =>
      ecs.send(
        new ecsClient.RegisterTaskDefinitionCommand({ family: 'x', containerDefinitions: [{ name: 'x', image: 'x' }] }),
      ),
    'ClientException',
    /memoryReservation/,
  ],
  [
    'an operation that is not there',
    () =>
      ecs.send(new ecsClient.ExecuteCommandCommand({ cluster: 'shop', task: 'x', command: 'sh', interactive: true })),
    'UnknownOperationException',
    /does not offer ExecuteCommand of ecs/,
  ],
];
for (const [name, run, code, message] of ECS_REFUSALS) {
  test(`ECS refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { name: code, message });
  });
}
