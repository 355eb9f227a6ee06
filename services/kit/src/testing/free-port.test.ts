import { once } from 'node:events';
import { createServer } from 'node:net';
import test from 'ava';
import { freePort } from './free-port.ts';

test('a port outside what the system hands out, never the same twice, and never one that is taken', async (t) => {
  const first = await freePort();
  const taken = createServer().listen(first + 1, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const ports = [first, await freePort(), await freePort()];
  t.is(new Set(ports).size, 3);
  t.false(ports.includes(first + 1));
  t.true(ports.every((port) => port >= 20_000 && port < 32_768));
});
