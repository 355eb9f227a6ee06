import { createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createClock } from '../clock.ts';
import type { CheckOutcome } from './decide-health.ts';
import { answerWallMs, checkHealth } from './health-check.ts';
import { startBalancer } from './testing/builders.ts';

/** A target that takes its time, or never answers. */
async function slowTarget(t: ExecutionContext, answerMs: number | null): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (answerMs !== null) setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), answerMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as { port: number }).port;
}

const check = (port: number, timeoutMs: number): Promise<CheckOutcome> =>
  new Promise((resolve) => {
    const endpoint = { host: '127.0.0.1', port };
    checkHealth(createClock(200), { endpoint, path: '/', tls: false, blocked: false, timeoutMs }, resolve);
  });

test('a time-out is real at rate 1, and a second at least at fast rates where it is not shorter', (t) => {
  t.is(answerWallMs(5_000, 1), 5_000);
  t.is(answerWallMs(500, 1), 500);
  t.is(answerWallMs(5_000, 2), 2_500);
  t.is(answerWallMs(5_000, 200), 1_000);
  t.is(answerWallMs(500, 200), 500);
});

test('at rate 200 an answer that takes 100 ms is in time, and none at all is not', async (t) => {
  t.deepEqual(await check(await slowTarget(t, 100), 5_000), { kind: 'code', statusCode: 200 });
  t.deepEqual(await check(await slowTarget(t, null), 5_000), { kind: 'timeout' });
});

test('a target that answers slower than its interval at rate 200 gets its verdict all the same', async (t) => {
  const lb = await startBalancer({ clock: createClock(200) });
  t.teardown(() => lb.balancer.close());
  await lb.registered('web', await slowTarget(t, 400));
  t.is(lb.balancer.health(lb.arnOf('web'))[0]?.state, 'healthy');
});
