/** A network load balancer of somebody else's stack: tasks with addresses and ports of their own, TLS, an inner load balancer. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import test from 'ava';
import { stateDirOf } from '../cli/paths.ts';
import { cutover, TestPlane } from './cutover.ts';
import { harbour, QUAY } from './harbour.ts';

const plane = new TestPlane(28_566);

/** What a connection answers to a line; it stays open. */
function say(socket: Socket, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(String(chunk)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.write(line);
  });
}

test.serial('lines, TLS and HTTP through a network load balancer; a rolling update; a clean end', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-harbour-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  t.teardown(() => plane.down());
  await writeFile(join(dir, 'quay.mjs'), QUAY);
  const written = async (ship: string): Promise<string> => {
    await writeFile(join(dir, 'main.tf.json'), JSON.stringify(harbour(ship)));
    return dir;
  };
  const image = ['--image', `quay=${process.execPath} ${join(dir, 'quay.mjs')}`];
  const up = await plane.up('--synth', await written('sloop'), '--clock-rate', '20', ...image);
  t.is(up.code, 0, up.stderr);
  t.regex(up.stdout, /mole +tcp:\/\/127\.[\d.]+:7000/);
  t.regex(up.stdout, /mole +tls:\/\/127\.[\d.]+:7443/);

  const ready = await plane.until(
    'every target is healthy',
    ({ targetGroups }) =>
      targetGroups.map(({ targets }) => targets.filter(({ state }) => state === 'healthy').length).join() === '2,2,1,1',
    120,
  );
  const at = (port: number): { host: string; port: number } => {
    const url = new URL(
      ready.loadBalancers.find(({ name }) => name === 'mole')?.listeners.find((l) => l.port === port)?.url ?? '',
    );
    return { host: url.hostname, port: Number(url.port) };
  };

  const open = Array.from({ length: 24 }, () => connect(at(7000)));
  const said = await Promise.all(open.map((socket) => say(socket, 'ahoy\n')));
  t.true(
    said.every((line) => /^sloop \d+ ahoy\n$/.test(line)),
    said[0],
  );
  const served = (await plane.status()).targetGroups.find(({ name }) => name === 'ships')?.targets ?? [];
  t.is(served.length, 2);
  t.true(
    served.every(({ requests }) => requests > 0),
    'both tasks have connections',
  );

  const ca = await readFile(join(stateDirOf(plane.portBase), 'sns', 'ca.pem'));
  const secure = connectTls({ ...at(7443), ca, servername: 'localhost' });
  t.regex(await say(secure, 'ahoy\n'), /^boat \d+ ahoy\n$/);
  secure.destroy();
  const { host, port } = at(8080);
  t.regex(await (await fetch(`http://${host}:${port}/`)).text(), /^page \d+$/);

  // One connection is held through the update: its task is told to end only when it has drained.
  const [held] = open;
  for (const socket of open.slice(1)) socket.destroy();
  const updated = await plane.up('--synth', await written('brig'));
  t.is(updated.code, 0, updated.stderr);
  t.regex(await say(connect(at(7000)), 'ahoy\n').catch(() => ''), /^(sloop|brig)/);
  await plane.until(
    'the new tasks are the only ones',
    ({ services }) => {
      const ships = services.find(({ name }) => name === 'ships');
      return ships?.steady === true && ships.tasks.every(({ taskDefinition }) => taskDefinition === 'ships:2');
    },
    120,
  );
  t.regex(await say(connect(at(7000)), 'ahoy\n'), /^brig \d+ ahoy\n$/);
  t.truthy(held?.readableEnded || held?.destroyed || !held?.writable, 'what was held ended with its task');

  const shown = await cutover('status', ...plane.flags);
  t.regex(shown.stdout, /tcp:\/\/127\.[\d.]+:7000/);
  t.is((await plane.down()).code, 0);
  t.deepEqual(await plane.leftovers(), []);
});
