/** The end of a service, seen from outside: what SIGTERM finishes, refuses and cuts off. */
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'ava';
import { answering } from '../../../kit/src/testing/stub.ts';
import { bundle, plainLines, post, withBuild } from './monolith.fixture.ts';

test.serial('SIGTERM: orders in flight finish, new connections are refused, a second signal changes nothing', (t) =>
  withBuild('latest', {}, async ({ hq, monolith }) => {
    const held: (() => void)[] = [];
    hq.answer = (request, res) => void held.push(() => answering(200, '{}')(request, res));
    const order = post(monolith, '/order/', bundle);
    await hq.got(1);
    monolith.child.kill('SIGTERM');
    await monolith.saw('"event":"draining"');
    monolith.child.kill('SIGTERM');
    await monolith.saw('"event":"already-draining"');
    await t.throwsAsync(fetch(`${monolith.url}/`));
    held[0]?.();
    const response = await order;
    t.is(response.status, 200);
    t.is(response.headers.get('connection'), 'close');
    t.is(await monolith.ended, 0);
    t.true(monolith.stdout().includes('Bundle fulfilled'));
    t.like(monolith.records().at(-1), { event: 'stopped', clean: true });
  }),
);

test.serial('SIGTERM: an order whose client has left finishes too', (t) =>
  withBuild('latest', {}, async ({ hq, monolith }) => {
    const held: (() => void)[] = [];
    hq.answer = (request, res) => void held.push(() => answering(200, '{}')(request, res));
    const client = new AbortController();
    const order = fetch(`${monolith.url}/order/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(bundle),
      signal: client.signal,
    });
    await hq.got(1);
    client.abort();
    await t.throwsAsync(order);
    monolith.child.kill('SIGTERM');
    await monolith.saw('"event":"draining"');
    held[0]?.();
    t.is(await monolith.ended, 0);
    t.true(monolith.stdout().includes('Bundle fulfilled'));
  }),
);

test.serial('SIGTERM: an idle keep-alive connection is still served for a moment, then closed', (t) =>
  withBuild('latest', { DRAIN_IDLE_MS: '5000' }, async ({ monolith }) => {
    const socket = connect({ port: monolith.port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
    });
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    socket.write(request);
    await once(socket, 'data');
    t.regex(text, /keep-alive/i);
    monolith.child.kill('SIGTERM');
    await monolith.saw('"event":"draining"');
    text = '';
    // A request that was on its way while the service began to drain.
    socket.write(request);
    await once(socket, 'close');
    t.regex(text, /^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*draining/i);
    t.is(await monolith.ended, 0);
  }),
);

test.serial('the drain is bounded: what hangs is cut off, and said so', (t) =>
  withBuild('latest', { DRAIN_TIMEOUT_MS: '200', FULFILLMENT_TIMEOUT_MS: '30000' }, async ({ hq, monolith }) => {
    hq.answer = () => undefined;
    const order = post(monolith, '/order/', bundle);
    await hq.got(1);
    const end = monolith.stop();
    await t.throwsAsync(order);
    t.is(await end, 1);
    t.like(
      monolith.records().find((record) => record.event === 'cut-off'),
      { requests: 1, connections: 1 },
    );
  }),
);

test.serial('no log line is lost on SIGTERM', (t) =>
  withBuild('latest', {}, async ({ monolith }) => {
    const ids = Array.from({ length: 300 }, (_, i) => `lines-${i}`);
    const statuses = await Promise.all(
      ids.map(async (MessageId) => (await post(monolith, '/order/', { ...bundle, MessageId })).status),
    );
    t.true(statuses.every((status) => status === 200));
    t.is(await monolith.stop(), 0);
    const logged = new Set(monolith.records().map((record) => record.messageId));
    t.true(ids.every((id) => logged.has(id)));
    t.is(plainLines(monolith).filter((line) => line === 'Bundle fulfilled').length, ids.length);
  }),
);

test.serial('broken-hang accepts, never answers, and still ends on SIGTERM', (t) =>
  withBuild('broken-hang', { DRAIN_TIMEOUT_MS: '200' }, async ({ monolith }) => {
    await t.throwsAsync(fetch(`${monolith.url}/`, { signal: AbortSignal.timeout(300) }), { name: 'TimeoutError' });
    const order = post(monolith, '/order/', bundle);
    const end = monolith.stop();
    await t.throwsAsync(order);
    t.not(await end, null);
  }),
);
