/** Long answers over real sockets, with a clock moved by hand. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createManualClock } from '../clock.ts';
import { openLines } from './lines.ts';

async function served(t: ExecutionContext) {
  const clock = createManualClock();
  const opened = Promise.withResolvers<{ line: (value: unknown) => void; closed: Promise<void> }>();
  const server = createServer((_req, res) => {
    const closed = new Promise<void>((resolve) => res.on('close', () => resolve()));
    opened.resolve({ line: openLines(res, clock), closed });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { clock, opened: opened.promise, port: (server.address() as AddressInfo).port };
}

test('a quiet answer beats, so that no client takes it for dead', async (t) => {
  const { clock, port } = await served(t);
  const response = await fetch(`http://127.0.0.1:${port}`);
  const reader = response.body!.getReader();
  await clock.advance(20_000);
  t.is(new TextDecoder().decode((await reader.read()).value), '\n');
  await reader.cancel();
});

test('a reader that stopped reading is cut off before its lines fill the memory', async (t) => {
  const { opened, port } = await served(t);
  const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
  socket.on('error', () => {}).pause();
  const { line, closed } = await opened;
  for (let i = 0; i < 60; i++) line('x'.repeat(1024 * 1024));
  await closed;
  t.notThrows(() => line('after the end'));
  socket.destroy();
});
