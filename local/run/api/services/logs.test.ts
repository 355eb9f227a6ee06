/** The SDK's Logs client against the endpoint. */
import * as logsClient from '@aws-sdk/client-cloudwatch-logs';
import test from 'ava';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const logs = new logsClient.CloudWatchLogsClient(config);

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
