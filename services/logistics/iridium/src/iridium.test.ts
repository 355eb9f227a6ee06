/** Iridium's service as a process, against a monolith that the test plays. */
import { join } from 'node:path';
import test from 'ava';
import { type ServiceProcess, spawnBuild, startProcess } from '../../../kit/src/testing/service.ts';
import { answering, type Stub, startStub } from '../../../kit/src/testing/stub.ts';

const entry = join(import.meta.dirname, 'builds/latest.ts');
let monolith: Stub;
let service: ServiceProcess;
test.before(async () => {
  monolith = await startStub();
  service = await startProcess(entry, {
    // As the workshop writes it: a DNS name without a scheme.
    monolithUrl: monolith.url.replace('http://', ''),
    ALLOW_UNSIGNED: 'true',
    FULFILL_KEY: 'inner',
    MONOLITH_RETRIES: '0',
  });
});
test.after.always(() => Promise.all([service?.stop(), monolith.close()]));

const post = (path: string, message: unknown, MessageId: string) =>
  fetch(service.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain', 'X-Amzn-Trace-Id': 'Root=1-iridium' },
    body: JSON.stringify({ Message: message, MessageId }),
  });

test.serial('an order is gathered and fulfilled through the monolith', async (t) => {
  const response = await post('/iridium/', { iridium: 2 }, 'm-1');
  t.deepEqual([response.status, await response.text()], [200, 'Your order has been fulfilled']);
  const [request] = monolith.received;
  t.is(request?.path, '/fulfill/');
  t.is(request?.headers['x-fulfill-key'], 'inner');
  t.is(request?.headers['x-amzn-trace-id'], 'Root=1-iridium');
  t.deepEqual(JSON.parse(request?.body ?? ''), { messageId: 'm-1', items: { iridium: 2 }, source: 'iridium' });
  await service.saw('Iridium fulfilled');
  t.true(service.stdout().includes('Getting Iridium\nTrying to send a request to the API\nAPI Status Code: 200\n'));
});

test.serial('other orders are refused, and not passed on', async (t) => {
  const before = monolith.received.length;
  t.is((await post('/iridium', { bundle: 1 }, 'm-2')).status, 422);
  t.is((await post('/iridium', { gold: 1 }, 'm-2')).status, 422);
  t.is((await fetch(`${service.url}/order/`, { method: 'POST' })).status, 404);
  t.is(monolith.received.length, before);
});

test.serial('a failing monolith is a 5xx, which SNS retries', async (t) => {
  monolith.answer = answering(502);
  t.is((await post('/iridium/', { iridium: 1 }, 'm-3')).status, 502);
  monolith.answer = answering(200, '{}');
  t.is((await post('/iridium/', { iridium: 1 }, 'm-3')).status, 200);
});

test.serial('health is at the path that the load balancer checks', async (t) => {
  const response = await fetch(`${service.url}/iridium/`);
  t.is(response.status, 200);
  t.like(await response.json(), { status: 'healthy', service: 'iridium', build: 'latest' });
});

test('without monolithUrl it does not start', async (t) => {
  const run = spawnBuild(entry, {});
  t.is(await run.ended, 1);
  t.true(run.stderr().includes('INVALID_CONFIG: monolithUrl'));
});
