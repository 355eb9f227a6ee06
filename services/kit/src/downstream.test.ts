import test from 'ava';
import { createDownstream, type Downstream } from './downstream.ts';
import { answering, type Stub, startStub } from './testing/stub.ts';

const options = { name: 'the API', connections: 4, deadlineMs: 2_000, retries: 2 };
const call = { path: '/orders', body: { a: 1 }, trace: 'Root=1-a', idempotent: true };

async function withStub(
  run: (stub: Stub, make: (more?: Partial<typeof options>) => Downstream) => Promise<void>,
): Promise<void> {
  const stub = await startStub();
  const made: Downstream[] = [];
  const make = (more = {}): Downstream => {
    const downstream = createDownstream({
      ...options,
      baseUrl: `${stub.url}/v1`,
      headers: { 'x-api-key': 'k' },
      ...more,
    });
    made.push(downstream);
    return downstream;
  };
  try {
    await run(stub, make);
  } finally {
    await Promise.all(made.map((each) => each.close()));
    await stub.close();
  }
}

test('the call carries body, key, trace and the base path', (t) =>
  withStub(async (stub, make) => {
    t.deepEqual(await make().post(call), { status: 200, body: '{}' });
    const [request] = stub.received;
    t.is(request?.path, '/v1/orders');
    t.is(request?.body, '{"a":1}');
    t.is(request?.headers['x-api-key'], 'k');
    t.is(request?.headers['x-amzn-trace-id'], 'Root=1-a');
  }));

test('a call that may be repeated is, after 503 and after a broken connection', (t) =>
  withStub(async (stub, make) => {
    stub.answer = (request, res) => {
      if (stub.received.length === 2) res.destroy();
      else answering(stub.received.length === 1 ? 503 : 200, 'ok')(request, res);
    };
    t.deepEqual(await make().post(call), { status: 200, body: 'ok' });
    t.is(stub.received.length, 3);
  }));

test('the last answer is handed on once the attempts are used up', (t) =>
  withStub(async (stub, make) => {
    stub.answer = answering(503);
    t.is((await make().post(call)).status, 503);
    t.is(stub.received.length, 3);
  }));

test('other answers are not repeated', (t) =>
  withStub(async (stub, make) => {
    stub.answer = answering(403);
    t.is((await make().post(call)).status, 403);
    t.is(stub.received.length, 1);
  }));

test('a call that may have arrived and must not be repeated is not', (t) =>
  withStub(async (stub, make) => {
    stub.answer = (_request, res) => void res.destroy();
    await t.throwsAsync(make().post({ ...call, idempotent: false }), { code: 'DOWNSTREAM_FAILED' });
    t.is(stub.received.length, 1);
  }));

test('the deadline holds over all attempts, and over the wait for a socket', (t) =>
  withStub(async (stub, make) => {
    stub.answer = () => undefined;
    // With one of each attempt's own it would be thrice as long, and twice that for the second.
    const downstream = make({ deadlineMs: 1_000, connections: 1 });
    const startedAt = performance.now();
    const both = [downstream.post(call), downstream.post(call)];
    await Promise.all(both.map((each) => t.throwsAsync(each, { code: 'DOWNSTREAM_TIMEOUT' })));
    t.true(performance.now() - startedAt < 2_900);
  }));

test('an answer that is too large is refused', (t) =>
  withStub(async (stub, make) => {
    stub.answer = answering(200, 'x'.repeat(100_000));
    await t.throwsAsync(make({ retries: 0 }).post(call), { code: 'DOWNSTREAM_FAILED' });
  }));

test('nobody there', async (t) => {
  const stub = await startStub();
  await stub.close();
  const downstream = createDownstream({ ...options, baseUrl: stub.url });
  await t.throwsAsync(downstream.post({ ...call, idempotent: false }), { code: 'DOWNSTREAM_FAILED' });
  await downstream.close();
});
