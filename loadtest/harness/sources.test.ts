import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { LOGISTICS, type OrderLedger } from '../systems.ts';
import { createSourceReader, messageIdOf } from './sources.ts';

type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

/** An AWS JSON endpoint that answers each operation from a table. */
async function startAws(answers: Answers): Promise<{ endpoint: string; [Symbol.asyncDispose](): Promise<void> }> {
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      const operation = String(req.headers['x-amz-target']).split('.')[1] ?? '';
      const answer = answers[operation]?.(JSON.parse(body) as Record<string, unknown>);
      res.writeHead(answer ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
      res.end(JSON.stringify(answer ?? { __type: 'ValidationException', message: `no ${operation} here` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const TABLE = (key: string) => ({ Table: { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] } });
const reader = (endpoint: string) =>
  createSourceReader({ endpoint, region: 'us-east-1' }, LOGISTICS.ledger as OrderLedger);

test('reads every page of the order table, and counts each logged fulfilment', async (t) => {
  const line = (event: string, messageId: string) => ({ message: JSON.stringify({ event, messageId }) });
  await using aws = await startAws({
    ListTables: () => ({ TableNames: ['dev-orders', 'other', 'dev-more-orders'] }),
    DescribeTable: ({ TableName }) => TABLE(TableName === 'dev-orders' ? 'MessageId' : 'id'),
    Scan: ({ ExclusiveStartKey }) =>
      ExclusiveStartKey
        ? { Items: [{ MessageId: { S: 'b' } }] }
        : { Items: [{ MessageId: { S: 'a' } }], LastEvaluatedKey: { MessageId: { S: 'a' } } },
    DescribeLogGroups: () => ({ logGroups: [{ logGroupName: 'hq' }, { logGroupName: 'monolith' }] }),
    FilterLogEvents: ({ logGroupName, nextToken }) => {
      if (logGroupName !== 'hq') return { events: [{ message: 'told hq: order.fulfilled' }] };
      if (nextToken) return { events: [line('order.fulfilled', 'b'), line('order.fulfilled', 'a')] };
      return { events: [line('order.fulfilled', 'a'), line('order.received', 'a')], nextToken: 'more' };
    },
  });
  const source = reader(aws.endpoint);
  t.deepEqual(await source.stored(), ['a', 'b']);
  t.deepEqual(await source.effects(), { a: 2, b: 1 });
  source.close();
});

test('no table that fits, or two, is an error that says what was found', async (t) => {
  await using none = await startAws({ ListTables: () => ({ TableNames: ['x'] }) });
  await t.throwsAsync(reader(none.endpoint).stored(), { message: /found: none/ });
  await using two = await startAws({
    ListTables: () => ({ TableNames: ['a-orders', 'b-orders'] }),
    DescribeTable: () => TABLE('MessageId'),
  });
  await t.throwsAsync(reader(two.endpoint).stored(), { message: /found: a-orders, b-orders/ });
});

test('no log group means that duplicates cannot be counted', async (t) => {
  await using aws = await startAws({ DescribeLogGroups: () => ({ logGroups: [] }) });
  t.is(await reader(aws.endpoint).effects(), null);
});

test('only a JSON line of the event itself counts', (t) => {
  t.is(messageIdOf('{"event":"order.fulfilled","messageId":"m"}', 'order.fulfilled'), 'm');
  for (const line of [
    '',
    'null',
    '[1]',
    '"order.fulfilled"',
    '{"event":"order.fulfilled"}',
    '{"event":"x","messageId":"m"}',
  ]) {
    t.is(messageIdOf(line, 'order.fulfilled'), null, line);
  }
});
