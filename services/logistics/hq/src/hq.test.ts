/** HQ as a process with its embedded store, and against a DynamoDB endpoint. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type ServiceProcess, spawnBuild, startProcess } from '../../../kit/src/testing/service.ts';
import { startEmbeddedStore } from './embedded.ts';

const entry = join(import.meta.dirname, 'builds/latest.ts');
const folders: string[] = [];
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'cutover-hq-'));
  folders.push(path);
  return path;
}
test.after.always(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

async function withHq(env: Record<string, string>, run: (hq: ServiceProcess) => Promise<void>): Promise<void> {
  const hq = await startProcess(entry, { API_KEYS: 'old-key,new-key', ...env });
  try {
    await run(hq);
  } finally {
    await hq.stop('SIGKILL');
  }
}

const key = { 'x-api-key': 'new-key' };
const order = (messageId: string) => ({ messageId, items: { iridium: 1 }, source: 'monolith' });
const post = (hq: ServiceProcess, body: unknown, headers: Record<string, string> = key) =>
  fetch(`${hq.url}/orders`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const effects = (hq: ServiceProcess, messageId: string) =>
  hq.records().filter((record) => record.event === 'order.fulfilled' && record.messageId === messageId).length;

test('an order is fulfilled once, however often and however many at once it comes', async (t) => {
  await withHq({ ORDERS_PATH: await folder() }, async (hq) => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await post(hq, order('m-1'))).json()));
    const statuses = answers.map((answer) => (answer as { status: string }).status).sort();
    t.deepEqual(statuses, [...Array(19).fill('already-fulfilled'), 'fulfilled']);
    t.deepEqual(await (await post(hq, order('m-1'))).json(), { messageId: 'm-1', status: 'already-fulfilled' });
    t.is(await hq.stop(), 0);
    t.is(effects(hq, 'm-1'), 1);
  });
});

test('orders outlive the process', async (t) => {
  const env = { ORDERS_PATH: await folder() };
  await withHq(env, async (hq) => {
    t.is((await post(hq, order('m-1'))).status, 200);
    t.is(await hq.stop(), 0);
  });
  await withHq(env, async (hq) => {
    t.like(await (await post(hq, order('m-1'))).json(), { status: 'already-fulfilled' });
    const kept = await fetch(`${hq.url}/orders/m-1`, { headers: key });
    t.like(await kept.json(), { messageId: 'm-1', status: 'fulfilled', items: { iridium: 1 }, source: 'monolith' });
    t.is((await fetch(`${hq.url}/orders/m-2`, { headers: key })).status, 404);
  });
});

test('callers need a key; every listed one is good; bodies are strict', async (t) => {
  await withHq({ ORDERS_PATH: await folder() }, async (hq) => {
    t.is((await post(hq, order('m-1'), {})).status, 401);
    t.is((await post(hq, order('m-1'), { 'x-api-key': 'new-ke' })).status, 403);
    t.is((await post(hq, order('m-1'), { 'x-api-key': 'old-key,new-key' })).status, 403);
    t.is((await fetch(`${hq.url}/orders/m-1`)).status, 401);
    t.is((await post(hq, { ...order('m-1'), more: 1 })).status, 422);
    t.is((await post(hq, { items: {} })).status, 422);
    t.is((await post(hq, order('m-1'), { 'x-api-key': 'old-key' })).status, 200);
    t.is((await fetch(`${hq.url}/orders/${encodeURIComponent('../x')}`, { headers: key })).status, 400);
    for (const path of ['/', '/health']) t.is((await fetch(hq.url + path)).status, 200);
    t.false(hq.stdout().includes('new-key'));
  });
});

test('with a DynamoDB endpoint, a missing table is an unhealthy service that says so', async (t) => {
  const dynamo = await startEmbeddedStore({ path: await folder(), table: 'dev-orders' });
  const env = {
    AWS_ENDPOINT_URL: dynamo.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  await withHq({ ...env, ORDERS_TABLE: 'nowhere' }, async (hq) => {
    const health = await fetch(`${hq.url}/health`);
    t.is(health.status, 503);
    t.like(await health.json(), { status: 'unhealthy', detail: 'the table nowhere does not exist' });
    const refused = await post(hq, order('m-1'));
    t.is(refused.status, 503);
    t.regex(await refused.text(), /STORE_UNAVAILABLE.*the table nowhere does not exist/);
  });
  await withHq({ ...env, ORDERS_TABLE: 'dev-orders' }, async (hq) => {
    t.is((await fetch(`${hq.url}/health`)).status, 200);
    t.like(await (await post(hq, order('m-1'))).json(), { status: 'fulfilled' });
    await dynamo.close();
    t.is((await post(hq, order('m-2'))).status, 503);
  });
});

test('settings that contradict each other are named', async (t) => {
  const run = spawnBuild(entry, { ORDERS_STORE: 'dynamodb' });
  t.is(await run.ended, 1);
  for (const name of ['API_KEYS', 'AWS_REGION']) t.true(run.stderr().includes(`INVALID_CONFIG: ${name}\n`), name);
});
