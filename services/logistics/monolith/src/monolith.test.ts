/** The monolith's builds as processes: orders, log lines, refusals, settings. */
import test from 'ava';
import { spawnBuild } from '../../../kit/src/testing/service.ts';
import { answering } from '../../../kit/src/testing/stub.ts';
import { bundle, entry, plainLines, post, withBuild } from './monolith.fixture.ts';

test.serial('an order is gathered, fulfilled and logged as the workshop prints it', (t) =>
  withBuild('latest', {}, async ({ hq, monolith }) => {
    const response = await post(monolith, '/order/', bundle, { 'X-Amzn-Trace-Id': 'Root=1-order' });
    t.is(response.status, 200);
    t.is(await response.text(), 'Your order has been fulfilled');
    const [request] = hq.received;
    t.is(request?.path, '/orders');
    t.is(request?.headers['x-api-key'], 'the-key');
    t.is(request?.headers['x-amzn-trace-id'], 'Root=1-order');
    t.deepEqual(JSON.parse(request?.body ?? ''), {
      messageId: 'order-1',
      items: { bundle: 1, iridium: 1, magnesite: 1 },
      source: 'monolith',
    });
    t.is(await monolith.stop(), 0);
    t.deepEqual(plainLines(monolith), [
      'Gathering Requested Items',
      'Getting Iridium',
      'Getting Magnesite',
      'Trying to send a request to the API',
      'API Status Code: 200',
      'Bundle fulfilled',
    ]);
    const line = monolith.records().find((record) => record.event === 'request');
    t.like(line, { trace: 'Root=1-order', messageId: 'order-1', method: 'POST', path: '/order/', status: 200 });
    t.is(typeof line?.ms, 'number');
  }),
);

test.serial('noiridium gathers magnesite only, and sends iridium orders on', (t) =>
  withBuild('noiridium', {}, async ({ hq, monolith }) => {
    t.is((await post(monolith, '/order', bundle)).status, 200);
    t.deepEqual(JSON.parse(hq.received[0]?.body ?? '').items, { bundle: 1, magnesite: 1 });
    const moved = await post(monolith, '/order/', { Message: { iridium: 1 } });
    t.is(moved.status, 410);
    t.regex(await moved.text(), /MOVED_OUT.*\/iridium\//);
    t.false(monolith.stdout().includes('Getting Iridium'));
  }),
);

test.serial('fulfillment takes no orders, and fulfils what others gathered', (t) =>
  withBuild('fulfillment', {}, async ({ hq, monolith }) => {
    const refused = await post(monolith, '/order/', bundle);
    t.is(refused.status, 410);
    t.regex(await refused.text(), /\/iridium\/ and \/magnesite\//);
    const request = { messageId: 'm-1', items: { iridium: 3 }, source: 'iridium' };
    const fulfilled = await post(monolith, '/fulfill/', request);
    t.deepEqual(await fulfilled.json(), { messageId: 'm-1', status: 'fulfilled' });
    t.deepEqual(JSON.parse(hq.received[0]?.body ?? ''), request);
    t.is((await fetch(`${monolith.url}/`)).status, 200);
  }),
);

test.serial('/fulfill/ is strict about what it takes, and about who may send it', (t) =>
  withBuild('latest', { FULFILL_KEY: 'inner' }, async ({ hq, monolith }) => {
    const good = { messageId: 'm-1', items: { iridium: 1 }, source: 'iridium' };
    const inner = { 'x-fulfill-key': 'inner' };
    t.is((await post(monolith, '/fulfill/', good)).status, 401);
    t.is((await post(monolith, '/fulfill/', good, { 'x-fulfill-key': 'outer' })).status, 403);
    for (const bad of [
      { ...good, messageId: '' },
      { ...good, messageId: '../x' },
      { ...good, items: {} },
      { ...good, items: { iridium: '1' } },
      { ...good, items: { gold: 1 } },
      { ...good, items: { iridium: 0 } },
      { ...good, extra: 1 },
      { ...good, source: 5 },
    ]) {
      t.is((await post(monolith, '/fulfill/', bad, inner)).status, 422, JSON.stringify(bad));
    }
    t.is(hq.received.length, 0);
    t.is((await post(monolith, '/fulfill/', good, inner)).status, 200);
  }),
);

test.serial('a failure of HQ is a 5xx, which SNS retries; what HQ calls invalid is a 4xx', (t) =>
  withBuild('latest', { FULFILLMENT_TIMEOUT_MS: '2000', FULFILLMENT_RETRIES: '0' }, async ({ hq, monolith }) => {
    for (const [answer, status] of [
      [500, 502],
      [503, 502],
      [401, 502],
      [429, 502],
      [422, 422],
    ] as const) {
      hq.answer = answering(answer);
      t.is((await post(monolith, '/order/', bundle)).status, status, `HQ answers ${answer}`);
    }
    hq.answer = () => undefined;
    t.is((await post(monolith, '/order/', bundle)).status, 504);
    await hq.close();
    t.is((await post(monolith, '/order/', bundle)).status, 502);
    t.false(monolith.stdout().includes('Bundle fulfilled'));
  }),
);

test.serial('gathering never blocks other orders', (t) =>
  withBuild('latest', { GATHER_MS: '150' }, async ({ monolith }) => {
    const startedAt = performance.now();
    const orders = Array.from({ length: 100 }, (_, i) => post(monolith, '/order/', { ...bundle, MessageId: `o-${i}` }));
    const statuses = (await Promise.all(orders)).map((response) => response.status);
    t.true(statuses.every((status) => status === 200));
    // One after the other, they would take 30 s.
    t.true(performance.now() - startedAt < 15_000);
  }),
);

test.serial('broken-crash ends with 1 before it listens', async (t) => {
  const run = spawnBuild(entry('broken-crash'), {});
  t.is(await run.ended, 1);
});

test.serial('broken-500 answers 500 to everything', (t) =>
  withBuild('broken-500', {}, async ({ monolith }) => {
    t.is((await fetch(`${monolith.url}/`)).status, 500);
    t.is((await fetch(`${monolith.url}/nothing`)).status, 500);
    t.is((await post(monolith, '/order/', bundle)).status, 500);
    t.is(await monolith.stop(), 0);
  }),
);

test.serial('a bad setting: every one is named, exit 1, nothing listens', async (t) => {
  const run = spawnBuild(entry('latest'), { PORT: 'eighty', FULFILLMENT_API_KEY: 'se cret', GATHER_MS: '-1' });
  t.is(await run.ended, 1);
  for (const name of ['PORT', 'FULFILLMENT_API_ENDPOINT', 'FULFILLMENT_API_KEY', 'GATHER_MS']) {
    t.true(run.stderr().includes(`INVALID_CONFIG: ${name}\n`), name);
  }
  t.false(run.stderr().includes('se cret'));
  t.false(run.stdout().includes('listening'));
});

test.serial('a port in use: exit 1, and the reason', (t) =>
  withBuild('latest', {}, async ({ hq, monolith }) => {
    const second = spawnBuild(entry('latest'), {
      FULFILLMENT_API_ENDPOINT: hq.url,
      FULFILLMENT_API_KEY: 'k',
      PORT: String(monolith.port),
    });
    t.is(await second.ended, 1);
    t.true(second.stdout().includes('EADDRINUSE'));
  }),
);
