/** Which answers the direct put takes for an answer, and what the store does about the others. */
import test, { type ExecutionContext } from 'ava';
import { answering, type Received, type Stub, startStub } from '../../../kit/src/testing/stub.ts';
import { createOrderStore } from './store.ts';

const CONDITION = '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}';
const REQUEST = { messageId: 'm-1', items: { iridium: 2, bundle: 1 }, source: 'monolith' } as const;
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

async function storeAt(t: ExecutionContext) {
  const stub = await startStub();
  const at = { table: 'orders', region: 'eu-west-1', endpoint: stub.url, credentials: CREDENTIALS };
  const store = createOrderStore({ ...at, timeoutMs: 60_000 });
  t.teardown(async () => {
    store.close();
    await stub.close();
  });
  return { stub, store };
}

const isDirect = ({ headers }: Received): boolean => headers['user-agent'] === undefined;
const putId = ({ body }: Received): string => (JSON.parse(body) as { Item: { PutId: { S: string } } }).Item.PutId.S;

/** Answers the first request by the first answer, and so on; the last again and again. */
function inTurn(stub: Stub, ...answers: Stub['answer'][]): void {
  stub.answer = (request, res) => (answers[stub.received.length - 1] ?? answers.at(-1)!)(request, res);
}

test('the ordinary put is one signed request', async (t) => {
  const { stub, store } = await storeAt(t);
  t.is(await store.putOnce(REQUEST), 'fulfilled');
  t.is(stub.received.length, 1);
  const [put] = stub.received as [Received];
  t.true(isDirect(put));
  t.is(put.headers['x-amz-target'], 'DynamoDB_20120810.PutItem');
  t.regex(
    put.headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, SignedHeaders=[\w;-]*host;[\w;-]+, Signature=[\da-f]{64}$/,
  );
  t.like(JSON.parse(put.body), {
    TableName: 'orders',
    ConditionExpression: 'attribute_not_exists(MessageId)',
    Item: {
      MessageId: { S: 'm-1' },
      Items: { M: { iridium: { N: '2' }, bundle: { N: '1' } } },
      Source: { S: 'monolith' },
    },
  });
});

test('refused by the condition: another put was first', async (t) => {
  const { stub, store } = await storeAt(t);
  inTurn(stub, answering(400, CONDITION), answering(200, '{"Item":{"MessageId":{"S":"m-1"},"PutId":{"S":"other"}}}'));
  t.is(await store.putOnce(REQUEST), 'already-fulfilled');
  t.is(stub.received.length, 2);
});

for (const [what, first] of [
  ['a server error', answering(500, '{}')],
  ['throttling', answering(400, '{"__type":"x#ThrottlingException"}')],
  ['a connection that is cut', (_request, res) => void res.destroy()],
] as [string, Stub['answer']][]) {
  test(`${what}: the SDK makes the same put again`, async (t) => {
    const { stub, store } = await storeAt(t);
    inTurn(stub, first, answering(200, '{}'));
    t.is(await store.putOnce(REQUEST), 'fulfilled');
    t.deepEqual(stub.received.map(isDirect), [true, false]);
    t.is(putId(stub.received[0]!), putId(stub.received[1]!));
  });
}

test('a put whose answer was lost is its own when the repeat is refused', async (t) => {
  const { stub, store } = await storeAt(t);
  const kept: Stub['answer'] = (_request, res) =>
    answering(200, `{"Item":{"MessageId":{"S":"m-1"},"PutId":{"S":"${putId(stub.received[0]!)}"}}}`)(_request, res);
  inTurn(stub, (_request, res) => void res.destroy(), answering(400, CONDITION), kept);
  t.is(await store.putOnce(REQUEST), 'fulfilled');
});

test('what no repeat mends is an error of the store', async (t) => {
  const { stub, store } = await storeAt(t);
  stub.answer = answering(400, '{"__type":"x#AccessDeniedException","message":"no"}');
  const error = await t.throwsAsync(store.putOnce(REQUEST), { code: 'STORE_UNAVAILABLE' });
  t.regex(error?.message ?? '', /denied/);
});
