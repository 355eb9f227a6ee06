/** The wire: CloudWatch over three protocols, SQS, the tables proxy, and requests that mean harm. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { decodeCbor, encodeCbor } from './protocols/cbor-codec.ts';
import * as build from './testing/builders.ts';
import { startApi } from './testing/plane.ts';

let tables: string | null = null;
const plane = await startApi({
  tablesEndpoint: () => tables,
  extra: (req, res) => req.url === '/_own' && Boolean(res.end('mine')),
});
test.after.always(() => plane.close());

function json(target: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(plane.endpoint, {
    method: 'POST',
    body: text,
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0', ...headers },
  });
}

function query(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(plane.endpoint, { method: 'POST', body: new URLSearchParams(parameters), headers });
}

/** A request with bytes that no client library would send. @returns the whole answer */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(plane.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

test('CloudWatch speaks CBOR', async (t) => {
  const call = async (operation: string, input: unknown) => {
    const response = await fetch(`${plane.endpoint}/service/GraniteServiceVersion20100801/operation/${operation}`, {
      method: 'POST',
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
      body: new Uint8Array(encodeCbor(input)),
    });
    return { response, output: decodeCbor(Buffer.from(await response.arrayBuffer())) as Record<string, unknown> };
  };
  const data = [{ MetricName: 'Orders', Value: 1.5, Dimensions: [{ Name: 'Service', Value: 'orders' }] }];
  t.is((await call('PutMetricData', { Namespace: 'Shop', MetricData: data })).response.status, 200);
  const stat = { Metric: { Namespace: 'Shop', MetricName: 'Orders' }, Period: 60, Stat: 'Sum' };
  const range = { StartTime: new Date(build.START_MS), EndTime: new Date(build.START_MS + 600_000) };
  const { response, output } = await call('GetMetricData', {
    ...range,
    MetricDataQueries: [{ Id: 'a', MetricStat: stat }],
    MaxDatapoints: 2,
  });
  t.is(response.headers.get('smithy-protocol'), 'rpc-v2-cbor');
  const [result] = output['MetricDataResults'] as { Timestamps: Date[]; Values: number[] }[];
  t.deepEqual(result?.Values, [3.5, 2.5]);
  t.deepEqual(result?.Timestamps[0], new Date(build.START_MS + 120_000));
  t.is(typeof output['NextToken'], 'string');
  const refused = await call('GetMetricData', { ...range, MetricDataQueries: [{ Id: 'a', Expression: 'm1*2' }] });
  t.is(refused.response.status, 400);
  t.is(refused.response.headers.get('x-amzn-query-error'), 'ValidationError;Sender');
  t.is((await call('DescribeInsightRules', {})).output['__type'], 'com.amazonaws.monitoring#UnknownOperationException');
});

test('CloudWatch speaks Query and compressed JSON too', async (t) => {
  const body = gzipSync(
    JSON.stringify({ Namespace: 'Shop', MetricData: [{ MetricName: 'Zipped', Values: [1, 2], Counts: [2, 1] }] }),
  );
  const response = await fetch(plane.endpoint, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData', 'content-encoding': 'gzip' },
  });
  t.is(response.status, 200);
  const parameters = {
    Action: 'GetMetricStatistics',
    Version: '2010-08-01',
    Namespace: 'Shop',
    MetricName: 'Zipped',
    StartTime: '2026-01-01T00:00:00Z',
    EndTime: '2026-01-01T00:05:00Z',
    Period: '60',
    'Statistics.member.1': 'Sum',
  };
  const statistics = await (await query(parameters)).text();
  t.regex(
    statistics,
    /<Datapoints><member><Timestamp>2026-01-01T00:00:00.000Z<\/Timestamp><Unit>None<\/Unit><Sum>4<\/Sum>/,
  );
  const listed = await (await query({ Action: 'ListMetrics', Version: '2010-08-01', Namespace: 'Shop' })).text();
  t.regex(listed, /<MetricName>Zipped<\/MetricName>/);
});

test('SQS: messages are received, hidden, and deleted', async (t) => {
  plane.topics.handlers.queues.put(
    { ...build.base('aws_sqs_queue', 'dead'), arn: build.arn('sqs', 'dead'), name: 'dead', url: 'https://sqs/1/dead' },
    null,
    new AbortController().signal,
  );
  // biome-ignore lint/suspicious/noExplicitAny: the tests below look into answers of many shapes
  const call = async (operation: string, input: object): Promise<any> =>
    (await json(`AmazonSQS.${operation}`, input)).json();
  const { QueueUrl } = await call('GetQueueUrl', { QueueName: 'dead' });
  t.is(QueueUrl, `${plane.endpoint}/${build.ACCOUNT}/dead`);
  await call('SendMessage', { QueueUrl, MessageBody: 'one' });
  const { Messages } = await call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  t.like(Messages[0], {
    Body: 'one',
    MD5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82',
    Attributes: { ApproximateReceiveCount: '1' },
  });
  t.deepEqual(await call('ReceiveMessage', { QueueUrl }), {});
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  t.like(Attributes, { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '1' });
  await call('DeleteMessage', { QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle });
  t.is(
    (await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes
      .ApproximateNumberOfMessagesNotVisible,
    '0',
  );
  const missing = await json('AmazonSQS.ReceiveMessage', { QueueUrl: 'none' });
  t.is(missing.headers.get('x-amzn-query-error'), 'AWS.SimpleQueueService.NonExistentQueue;Sender');
});

test('DynamoDB goes on to the table store, or is refused where there is none', async (t) => {
  const refused = await json('DynamoDB_20120810.ListTables', {});
  t.is(refused.status, 400);
  t.regex(await refused.text(), /ResourceNotFoundException/);
  const store = createServer((req, res) => {
    res.setHeader('x-amz-crc32', '7');
    req.pipe(res.writeHead(200));
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  t.teardown(() => store.close());
  tables = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
  const answer = await json('DynamoDB_20120810.PutItem', { a: 'b' });
  t.is(answer.headers.get('x-amz-crc32'), '7');
  t.deepEqual(await answer.json(), { a: 'b' });
});

test("others' routes come first", async (t) => {
  t.is(await (await fetch(`${plane.endpoint}/_own`)).text(), 'mine');
});

const HOSTS: [string, string, number][] = [
  ['its own address', 'Host: 127.0.0.1:4566', 200],
  ['localhost', 'Host: localhost:4566', 200],
  ['a name under localhost', 'Host: sns.localhost', 200],
  ['a rebound name', 'Host: evil.example', 403],
  ['a name that only begins like loopback', 'Host: 127.0.0.1.evil.example', 403],
  ['a second Host', 'Host: localhost\r\nHost: evil.example', 403],
  ['a page of another origin', 'Host: localhost\r\nOrigin: https://evil.example', 403],
  ['a sandboxed page', 'Host: localhost\r\nOrigin: null', 403],
  ['a cross-site image', 'Host: localhost\r\nSec-Fetch-Site: cross-site', 403],
  ['a malformed signature', 'Host: localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential=', 200],
];
for (const [name, headers, status] of HOSTS) {
  test(`${name} is answered ${status}`, async (t) => {
    const answer = await raw(
      `GET /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`,
    );
    t.true(answer.startsWith(`HTTP/1.1 ${status} `), answer);
    t.false(/access-control-allow/i.test(answer));
  });
}

const MALFORMED: [string, () => Promise<Response>, number, RegExp][] = [
  ['broken JSON', () => json('AmazonSSM.GetParameter', '{"Name":'), 400, /SerializationException/],
  ['JSON that is no object', () => json('AmazonSSM.GetParameter', '[]'), 400, /SerializationException/],
  [
    'JSON nested 10,000 levels',
    () => json('AmazonSSM.GetParameter', `{"a":${'['.repeat(1e4)}${']'.repeat(1e4)}}`),
    400,
    /SerializationException/,
  ],
  ['a missing member', () => json('AmazonSSM.GetParameter', {}), 400, /ValidationException.*Name/],
  [
    'a member of the wrong type',
    () => json('AmazonSSM.GetParameter', { Name: { a: 1 } }),
    400,
    /SerializationException/,
  ],
  ['an unknown service', () => json('AmazonNone.Get', {}), 400, /UnknownOperationException/],
  ["Object's own names as operation", () => json('AmazonSSM.constructor', {}), 400, /UnknownOperationException/],
  ['an unknown action', () => query({ Action: 'Nope', Version: '2010-03-31' }), 400, /<Code>InvalidAction<\/Code>/],
  [
    'a service that is not there',
    () =>
      query(
        {},
        { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesisvideo/aws4_request, Signature=0' },
      ),
    400,
    /UnknownOperationException.*does not offer the service kinesisvideo/,
  ],
  ['no action', () => query({}), 400, /<Code>MissingAction<\/Code>/],
  ['an unknown version', () => query({ Action: 'Publish', Version: '1999-01-01' }), 400, /<Code>InvalidAction<\/Code>/],
  [
    'a parameter that is value and structure',
    () => query({ Action: 'Publish', Version: '2010-03-31', Message: 'x', 'Message.a': 'y' }),
    400,
    /MalformedQueryString/,
  ],
  ['markup in the input', () => query({ Action: '<script>', Version: '2010-03-31' }), 400, /&lt;script&gt;/],
  [
    'a zip that is none',
    () => json('AmazonSSM.GetParameter', 'zzz', { 'content-encoding': 'gzip' }),
    400,
    /SerializationException/,
  ],
  ['another method', () => fetch(plane.endpoint, { method: 'DELETE' }), 405, /not allowed/],
];
for (const [name, send, status, body] of MALFORMED) {
  test(`${name} is answered ${status}`, async (t) => {
    const response = await send();
    t.is(response.status, status);
    t.regex(await response.text(), body);
  });
}

for (const target of [
  '//',
  '//?Action=GetCallerIdentity&Version=2011-06-15',
  'http://[::1/',
  '*',
  '/%zz',
  '///a',
  '/\\',
]) {
  test(`the target ${target} is answered in the protocol`, async (t) => {
    const answer = await raw(
      `POST ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    t.regex(answer, target.includes('Caller') ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 400 /, answer);
  });
}

test('__proto__ pollutes nothing', async (t) => {
  await json(
    'AmazonSSM.GetParameter',
    '{"Name":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  );
  await query({ Action: 'ListTopics', Version: '2010-03-31', '__proto__.polluted': '1', 'a.__proto__.polluted': '1' });
  t.is(({} as Record<string, unknown>)['polluted'], undefined);
});

test('a body over the limit is 413 before it is read', async (t) => {
  const answer = await raw(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${64 * 1024 * 1024}\r\n\r\nx`);
  t.regex(answer, /^HTTP\/1.1 413 /);
});
