import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import test, { type ExecutionContext } from 'ava';
import { createClock } from '../clock.ts';
import type { ProcessHandle, ProcessRunner } from '../contracts.ts';
import { DEFAULT_PLACE } from '../place.ts';
import { createProcessRunner } from '../processes/processes.ts';
import { createTables } from './tables.ts';
import { table } from './testing/builders.ts';

const signal = new AbortController().signal;
const byStatus = {
  name: 'by-status',
  hashKey: 'Status',
  rangeKey: null,
  projectionType: 'ALL' as const,
  nonKeyAttributes: [],
};
const withStatus = [
  { name: 'Id', type: 'S' as const },
  { name: 'Status', type: 'S' as const },
];

async function create(t: ExecutionContext) {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-test-'));
  const clock = createClock();
  const inner = await createProcessRunner({ clock, stateDir: dir, onWarn: t.log });
  t.teardown(async () => {
    await inner.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  const started: ProcessHandle[] = [];
  const processes: ProcessRunner = {
    ...inner,
    start(spec) {
      const handle = inner.start(spec);
      started.push(handle);
      return handle;
    },
  };
  const warnings: string[] = [];
  const place = { ...DEFAULT_PLACE };
  const open = (port = 0) =>
    createTables({
      clock,
      processes,
      dataDir: join(dir, 'tables'),
      port,
      place,
      onWarn: (message) => warnings.push(message),
    });
  return { open, tables: open(), started, warnings, place };
}

function clientOf(t: ExecutionContext, endpoint: string | null): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint: endpoint ?? '', region: 'us-east-1', credentials, maxAttempts: 10 });
  t.teardown(() => client.destroy());
  return client;
}

const put = (client: DynamoDBClient, id: string, status = 'new') =>
  client.send(
    new PutItemCommand({
      TableName: 'orders',
      Item: { Id: { S: id }, Status: { S: status } },
      ConditionExpression: 'attribute_not_exists(Id)',
    }),
  );

test('lazy, idempotent, one winner of a conditional put, gone when removed', async (t) => {
  const { tables, started, place } = await create(t);
  t.is(tables.endpoint(), null);
  t.is(started.length, 0);
  await tables.handler.put(table({}), null, signal);
  await tables.handler.put(table({}), table({}), signal);
  t.is(started.length, 1);
  const client = clientOf(t, tables.endpoint());
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => put(client, 'a')));
  t.is(outcomes.filter((one) => one.status === 'fulfilled').length, 1);
  const described = await client.send(new DescribeTableCommand({ TableName: 'orders' }));
  t.is(described.Table?.TableArn, 'arn:aws:dynamodb:us-east-1:000000000000:table/orders');
  // Stacks of another region: the store is the same for its clients, and gives ARNs of there.
  place.region = 'eu-west-1';
  const arn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/orders';
  await tables.handler.put(table({ arn }), table({}), signal);
  const moved = await client.send(new DescribeTableCommand({ TableName: 'orders' }));
  t.deepEqual([moved.Table?.TableArn, moved.Table?.ItemCount], [arn, 0]);
  await tables.handler.remove(table({}), signal);
  await tables.handler.remove(table({}), signal);
  await t.throwsAsync(client.send(new ScanCommand({ TableName: 'orders' })), { name: 'ResourceNotFoundException' });
});

test('other keys make a new table; other indexes keep the items', async (t) => {
  const { tables } = await create(t);
  await tables.handler.put(table({}), null, signal);
  const client = clientOf(t, tables.endpoint());
  for (let i = 0; i < 60; i++) await put(client, `id-${i}`, i % 2 ? 'odd' : 'even');
  const indexed = table({ keyAttributes: withStatus, globalSecondaryIndexes: [byStatus] });
  // Orders keep coming while the indexes change: none may be lost or fail.
  const during = Promise.all(Array.from({ length: 40 }, (_, i) => put(client, `during-${i}`, 'even')));
  await tables.handler.put(indexed, table({}), signal);
  await during;
  const query = new QueryCommand({
    TableName: 'orders',
    IndexName: 'by-status',
    KeyConditionExpression: '#s = :s',
    ExpressionAttributeNames: { '#s': 'Status' },
    ExpressionAttributeValues: { ':s': { S: 'even' } },
  });
  t.is((await client.send(query)).Count, 70);
  await tables.handler.put(table({ hashKey: 'Status', keyAttributes: withStatus }), indexed, signal);
  t.is((await client.send(new ScanCommand({ TableName: 'orders' }))).Count, 0);
});

test('a store that dies is started again on the same port with its data', async (t) => {
  const { tables, started, warnings } = await create(t);
  await tables.handler.put(table({}), null, signal);
  const endpoint = tables.endpoint();
  const client = clientOf(t, endpoint);
  await put(client, 'before');
  process.kill(started[0]!.pid, 'SIGKILL');
  await started[0]!.exited;
  await put(client, 'after');
  const { Items } = await client.send(new ScanCommand({ TableName: 'orders' }));
  t.deepEqual(Items?.map((item) => item['Id']?.S).sort(), ['after', 'before']);
  t.is(tables.endpoint(), endpoint);
  t.regex(warnings[0] ?? '', /table store ended \(SIGKILL\)/);
  await tables.handler.put(table({}), table({}), signal);
});

test('a new plane finds the tables of the last one; a closed store stays closed', async (t) => {
  const { tables, open, started } = await create(t);
  await tables.handler.put(table({}), null, signal);
  await put(clientOf(t, tables.endpoint()), 'kept');
  await tables.close();
  t.is((await started[0]!.exited).code, 0);
  await t.throwsAsync(async () => tables.handler.put(table({}), null, signal), { message: /closed/ });
  const next = open();
  await next.handler.put(table({}), null, signal);
  const client = clientOf(t, next.endpoint());
  const got = await client.send(new GetItemCommand({ TableName: 'orders', Key: { Id: { S: 'kept' } } }));
  t.is(got.Item?.['Id']?.S, 'kept');
  await next.close();
});

test('a taken port is PORT_IN_USE', async (t) => {
  const { open } = await create(t);
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  t.teardown(() => blocker.close());
  const { port } = blocker.address() as { port: number };
  const tables = open(port);
  await t.throwsAsync(async () => tables.handler.put(table({}), null, signal), {
    message: /PORT_IN_USE: 127\.0\.0\.1/,
  });
  t.is(tables.endpoint(), null);
});

test('clients that go away, web pages and foreign names do no harm', async (t) => {
  const { tables, started } = await create(t);
  await tables.handler.put(table({}), null, signal);
  const url = new URL(tables.endpoint() ?? '');
  for (let i = 0; i < 5; i++) {
    const socket = connect(Number(url.port), url.hostname);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"half');
    socket.resetAndDestroy();
  }
  t.is((await fetch(url, { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' })).status, 403);
  t.is((await fetch(new URL('/hold', url), { method: 'POST', body: '{}' })).status, 404, 'no token, no hold');
  const status = await new Promise<string>((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? ''));
    socket.write('GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n');
  });
  t.regex(status, /403/);
  await put(clientOf(t, tables.endpoint()), 'still there');
  t.is(started.length, 1);
});

// By itself: the others start stores beside it.
test.serial('speed of conditional puts', async (t) => {
  const { tables } = await create(t);
  await tables.handler.put(table({}), null, signal);
  const client = clientOf(t, tables.endpoint());
  await client.send(
    new CreateTableCommand({
      TableName: 'other',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
    }),
  );
  const perSecond = async (total: number, send: (n: number) => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < total) await send(next++);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    return total / ((performance.now() - started) / 1000);
  };
  const describe = new DescribeTableCommand({ TableName: 'orders' });
  const answers = await perSecond(300, () => client.send(describe));
  const puts = await perSecond(600, (n) => put(client, `speed-${n}`));
  t.log(`${Math.round(puts)} conditional puts a second, ${Math.round(answers)} descriptions, client included`);
  // By the same machine with the same work beside it, whatever that is.
  t.true(puts > answers / 4);
});
