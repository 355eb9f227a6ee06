/** Real SDK clients against the endpoint. */
import * as logsClient from '@aws-sdk/client-cloudwatch-logs';
import * as ecrClient from '@aws-sdk/client-ecr';
import * as ecsClient from '@aws-sdk/client-ecs';
import * as elbClient from '@aws-sdk/client-elastic-load-balancing-v2';
import * as snsClient from '@aws-sdk/client-sns';
import * as ssmClient from '@aws-sdk/client-ssm';
import * as stsClient from '@aws-sdk/client-sts';
import test from 'ava';
import { startReceiver } from '../topics/testing/receiver.ts';
import * as build from './testing/builders.ts';
import { startApi } from './testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = {
  endpoint: plane.endpoint,
  region: build.REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
};
const ecs = new ecsClient.ECSClient(config);
const sns = new snsClient.SNSClient(config);
const ssm = new ssmClient.SSMClient(config);
const elb = new elbClient.ElasticLoadBalancingV2Client(config);
const logs = new logsClient.CloudWatchLogsClient(config);

test('STS and ECR', async (t) => {
  const sts = new stsClient.STSClient(config);
  t.like(await sts.send(new stsClient.GetCallerIdentityCommand({})), { Account: build.ACCOUNT });
  const ecr = new ecrClient.ECRClient(config);
  const { repositories } = await ecr.send(new ecrClient.DescribeRepositoriesCommand({}));
  t.is(repositories?.[0]?.repositoryName, 'shop-orders');
  await t.throwsAsync(ecr.send(new ecrClient.DescribeRepositoriesCommand({ repositoryNames: ['none'] })), {
    name: 'RepositoryNotFoundException',
  });
});

test('ECS: services, tasks and instances are described as AWS shapes them', async (t) => {
  const { clusters } = await ecs.send(new ecsClient.DescribeClustersCommand({ clusters: ['shop', 'none'] }));
  t.like(clusters?.[0], { clusterName: 'shop', registeredContainerInstancesCount: 1, activeServicesCount: 1 });
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
    'CreateService',
    () =>
      ecs.send(new ecsClient.CreateServiceCommand({ cluster: 'shop', serviceName: 'new', taskDefinition: 'orders' })),
    'UnsupportedFeatureException',
    /made by the stacks/,
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

test('ELBv2: load balancers, rules and target health', async (t) => {
  const { LoadBalancers } = await elb.send(new elbClient.DescribeLoadBalancersCommand({ Names: ['shop'] }));
  t.like(LoadBalancers?.[0], { LoadBalancerName: 'shop', Scheme: 'internet-facing', State: { Code: 'active' } });
  const { Listeners } = await elb.send(
    new elbClient.DescribeListenersCommand({ LoadBalancerArn: build.loadBalancer.arn }),
  );
  t.is(Listeners?.[0]?.DefaultActions?.[0]?.FixedResponseConfig?.MessageBody, '<none> & more');
  const { Rules } = await elb.send(new elbClient.DescribeRulesCommand({ ListenerArn: build.listener.arn }));
  t.deepEqual(
    Rules?.map((rule) => [rule.Priority, rule.IsDefault]),
    [
      ['10', false],
      ['default', true],
    ],
  );
  t.is(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.Weight, 1);
  const { TargetGroups } = await elb.send(
    new elbClient.DescribeTargetGroupsCommand({ LoadBalancerArn: build.loadBalancer.arn }),
  );
  t.deepEqual(TargetGroups?.[0]?.LoadBalancerArns, [build.loadBalancer.arn]);
  const health = await elb.send(new elbClient.DescribeTargetHealthCommand({ TargetGroupArn: build.targetGroup.arn }));
  t.like(health.TargetHealthDescriptions?.[0], {
    Target: { Id: 'i-1', Port: 32769 },
    TargetHealth: { State: 'unhealthy', Reason: 'Target.ResponseCodeMismatch' },
  });
  const { Attributes } = await elb.send(
    new elbClient.DescribeTargetGroupAttributesCommand({ TargetGroupArn: build.targetGroup.arn }),
  );
  t.is(Attributes?.find((one) => one.Key === 'deregistration_delay.timeout_seconds')?.Value, '300');
  const { TagDescriptions } = await elb.send(
    new elbClient.DescribeTagsCommand({ ResourceArns: [build.loadBalancer.arn] }),
  );
  t.deepEqual(TagDescriptions?.[0]?.Tags, [{ Key: 'Name', Value: 'shop' }]);
  await t.throwsAsync(elb.send(new elbClient.DescribeLoadBalancersCommand({ Names: ['none'] })), {
    name: 'LoadBalancerNotFoundException',
  });
  await t.throwsAsync(elb.send(new elbClient.DescribeSSLPoliciesCommand({})), { name: 'InvalidAction' });
});

test('SSM: parameters are put, read, filtered and removed; secrets stay hidden', async (t) => {
  const put = (Name: string, Value: string, Type: ssmClient.ParameterType = 'String') =>
    ssm.send(new ssmClient.PutParameterCommand({ Name, Value, Type }));
  await put('/shop/a', '1');
  await put('/shop/deep/b', '2');
  t.is((await put('/shop/key', 'hush', 'SecureString')).Version, 1);
  const read = async (WithDecryption: boolean) =>
    (await ssm.send(new ssmClient.GetParameterCommand({ Name: '/shop/key', WithDecryption }))).Parameter?.Value;
  t.is(await read(true), 'hush');
  t.false((await read(false))?.includes('hush'));
  const byPath = async (Recursive: boolean) =>
    (await ssm.send(new ssmClient.GetParametersByPathCommand({ Path: '/shop', Recursive }))).Parameters?.map(
      (one) => one.Name,
    );
  t.deepEqual(await byPath(false), ['/shop/a', '/shop/key']);
  t.deepEqual(await byPath(true), ['/shop/a', '/shop/deep/b', '/shop/key']);
  const filter = { Key: 'Name', Option: 'BeginsWith', Values: ['/shop/d'] };
  const { Parameters } = await ssm.send(new ssmClient.DescribeParametersCommand({ ParameterFilters: [filter] }));
  t.deepEqual(
    Parameters?.map((one) => one.Name),
    ['/shop/deep/b'],
  );
  await t.throwsAsync(put('/shop/a', '2'), { name: 'ParameterAlreadyExists' });
  const both = await ssm.send(new ssmClient.GetParametersCommand({ Names: ['/shop/a', '/none'] }));
  t.deepEqual([both.Parameters?.length, both.InvalidParameters], [1, ['/none']]);
  await ssm.send(new ssmClient.DeleteParameterCommand({ Name: '/shop/a' }));
  await t.throwsAsync(ssm.send(new ssmClient.GetParameterCommand({ Name: '/shop/a' })), { name: 'ParameterNotFound' });
});

test('SNS: subscribe, confirm by the link, publish, unsubscribe', async (t) => {
  const receiver = await startReceiver();
  t.teardown(() => receiver.close());
  const { TopicArn = '' } = await sns.send(
    new snsClient.CreateTopicCommand({ Name: 'orders', Attributes: { SignatureVersion: '2' } }),
  );
  const pending = await sns.send(
    new snsClient.SubscribeCommand({
      TopicArn,
      Protocol: 'http',
      Endpoint: receiver.url,
      Attributes: { FilterPolicy: '{"kind":["rush"]}', RawMessageDelivery: 'true' },
    }),
  );
  t.is(pending.SubscriptionArn, 'pending confirmation');
  const [confirmation] = await receiver.until(1, 'SubscriptionConfirmation');
  const { SubscribeURL } = JSON.parse(confirmation?.body ?? '{}') as { SubscribeURL: string };
  const link = new URL(SubscribeURL);
  const visited = await fetch(`${plane.endpoint}/${link.search}`);
  t.is(visited.status, 200);
  t.regex(await visited.text(), /<ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns/);
  const attribute = { DataType: 'String', StringValue: 'rush' };
  const { MessageId } = await sns.send(
    new snsClient.PublishCommand({ TopicArn, Message: 'grüße <&>\n', MessageAttributes: { kind: attribute } }),
  );
  const [request] = await receiver.until(1);
  t.is(request?.body, 'grüße <&>\n');
  t.is(request?.headers['x-amz-sns-message-id'], MessageId);
  const { Subscriptions } = await sns.send(new snsClient.ListSubscriptionsByTopicCommand({ TopicArn }));
  const SubscriptionArn = Subscriptions?.[0]?.SubscriptionArn ?? '';
  const { Attributes } = await sns.send(new snsClient.GetSubscriptionAttributesCommand({ SubscriptionArn }));
  t.like(Attributes, { FilterPolicy: '{"kind":["rush"]}', PendingConfirmation: 'false', RawMessageDelivery: 'true' });
  const topic = await sns.send(new snsClient.GetTopicAttributesCommand({ TopicArn }));
  t.like(topic.Attributes, { SignatureVersion: '2', SubscriptionsConfirmed: '1' });
  await sns.send(new snsClient.UnsubscribeCommand({ SubscriptionArn }));
  t.deepEqual((await sns.send(new snsClient.ListSubscriptionsCommand({}))).Subscriptions, []);
});

test('SNS: a batch succeeds and fails entry by entry', async (t) => {
  const { TopicArn = '' } = await sns.send(new snsClient.CreateTopicCommand({ Name: 'batch' }));
  const answer = await sns.send(
    new snsClient.PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'x' },
        { Id: 'b', Message: 'x', Subject: 'two\nlines' },
      ],
    }),
  );
  t.deepEqual(
    answer.Successful?.map((one) => one.Id),
    ['a'],
  );
  t.like(answer.Failed?.[0], { Id: 'b', Code: 'InvalidParameter', SenderFault: true });
  const entries = [
    { Id: 'a', Message: 'x' },
    { Id: 'a', Message: 'y' },
  ];
  const refused = sns.send(new snsClient.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  await t.throwsAsync(refused, { name: 'BatchEntryIdsNotDistinctException' });
});

test('SNS refuses as AWS does', async (t) => {
  const TopicArn = build.arn('sns', 'none');
  await t.throwsAsync(sns.send(new snsClient.PublishCommand({ TopicArn, Message: 'x' })), {
    name: 'NotFoundException',
  });
  await t.throwsAsync(sns.send(new snsClient.CreateTopicCommand({ Name: 'a b' })), {
    name: 'InvalidParameterException',
  });
  const fifo = new snsClient.CreateTopicCommand({ Name: 'a', Attributes: { FifoTopic: 'true' } });
  await t.throwsAsync(sns.send(fifo), { name: 'InvalidParameterException', message: /FifoTopic/ });
  await t.throwsAsync(sns.send(new snsClient.ConfirmSubscriptionCommand({ TopicArn, Token: 'x' })), {
    name: 'InvalidParameterException',
  });
});

test('Logs: groups, streams, filters and pages', async (t) => {
  await logs.send(new logsClient.CreateLogGroupCommand({ logGroupName: '/shop/orders' }));
  await t.throwsAsync(logs.send(new logsClient.CreateLogGroupCommand({ logGroupName: '/shop/orders' })), {
    name: 'ResourceAlreadyExistsException',
  });
  for (let i = 0; i < 10; i++)
    plane.logs.append('/shop/orders', i % 2 ? 'odd' : 'even', `${i % 5 ? 'INFO' : 'ERROR'} order ${i}`);
  const { logGroups } = await logs.send(new logsClient.DescribeLogGroupsCommand({ logGroupNamePrefix: '/shop' }));
  t.is(logGroups?.[0]?.logGroupName, '/shop/orders');
  const { logStreams } = await logs.send(
    new logsClient.DescribeLogStreamsCommand({
      logGroupName: '/shop/orders',
      orderBy: 'LastEventTime',
      descending: true,
    }),
  );
  t.deepEqual(
    logStreams?.map((one) => one.logStreamName),
    ['odd', 'even'],
  );
  const filter = { logGroupName: '/shop/orders', filterPattern: '"order" -INFO', logStreamNames: ['even', 'odd'] };
  const { events } = await logs.send(new logsClient.FilterLogEventsCommand(filter));
  t.deepEqual(
    events?.map((one) => one.message),
    ['ERROR order 0', 'ERROR order 5'],
  );
  const paged: (string | undefined)[] = [];
  const pages = logsClient.paginateFilterLogEvents({ client: logs, pageSize: 3 }, { logGroupName: '/shop/orders' });
  for await (const page of pages) paged.push(...(page.events ?? []).map((one) => one.message));
  t.is(paged.length, 10);
  const input = { logGroupName: '/shop/orders', logStreamName: 'even', limit: 2 };
  const tail = await logs.send(new logsClient.GetLogEventsCommand(input));
  t.deepEqual(
    tail.events?.map((one) => one.message),
    ['INFO order 6', 'INFO order 8'],
  );
  const before = await logs.send(new logsClient.GetLogEventsCommand({ ...input, nextToken: tail.nextBackwardToken }));
  t.deepEqual(
    before.events?.map((one) => one.message),
    ['INFO order 2', 'INFO order 4'],
  );
  const end = await logs.send(new logsClient.GetLogEventsCommand({ ...input, nextToken: tail.nextForwardToken }));
  t.deepEqual([end.events, end.nextForwardToken], [[], tail.nextForwardToken]);
  await t.throwsAsync(logs.send(new logsClient.FilterLogEventsCommand({ logGroupName: 'none' })), {
    name: 'ResourceNotFoundException',
  });
});
