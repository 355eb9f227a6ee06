/** The end of the cluster with real processes: drains, what is cut off, and a primary that is killed. */
import { once } from 'node:events';
import test from 'ava';
import { spawnBuild } from '../../../../kit/src/testing/service.ts';
import { until, withForum } from '../../../lib/src/testing/forum.ts';
import { ask, events, halfRequest, lives, makeBundle, TWO, workerPids } from './cluster.fixture.ts';

let bundle: string;
let remove: () => Promise<void>;
test.before(async () => {
  ({ file: bundle, remove } = await makeBundle());
});
test.after.always(() => remove());

test.serial('a worker that is asked to end drains, and is replaced', (t) =>
  withForum(bundle, TWO, async (service) => {
    const [pid] = await workerPids(service, 2);
    process.kill(pid!, 'SIGTERM');
    await until(() => events(service, 'worker-died').length === 1, 'its end is seen');
    t.like(events(service, 'worker-died')[0], { pid, code: 0, signal: null });
    await workerPids(service, 2);
    t.is(await ask(service), 200);
  }),
);

test.serial('SIGTERM drains every worker: what is on its way is answered, then all end with 0', (t) =>
  withForum(bundle, { ...TWO, DRAIN_IDLE_MS: '1000' }, async (service) => {
    const pids = await workerPids(service, 2);
    const halves = await Promise.all(Array.from({ length: 4 }, () => halfRequest(service.port)));
    // An answer to a later connection: round robin has passed the earlier ones on by then.
    t.is(await ask(service), 200);
    service.child.kill('SIGTERM');
    await until(() => events(service, 'draining').length === 2, 'both workers drain');
    service.child.kill('SIGTERM');
    await t.throwsAsync(ask(service));
    for (const answer of await Promise.all(halves.map((half) => half.finish()))) {
      t.regex(answer, /^HTTP\/1\.1 200 OK\r\n/);
      t.regex(answer, /\r\nConnection: close\r\n/);
    }
    t.is(await service.ended, 0);
    t.deepEqual(pids.map(lives), [false, false]);
    t.deepEqual(
      events(service, 'stopped').map(({ clean }) => clean),
      [true, true, true],
    );
    t.is(events(service, 'worker-died').length, 0);
  }),
);

test.serial('SIGTERM to the whole group, as systemd and a terminal send it', (t) =>
  withForum(bundle, TWO, async (service) => {
    const pids = await workerPids(service, 2);
    for (const pid of [service.child.pid!, ...pids]) process.kill(pid, 'SIGTERM');
    t.is(await service.ended, 0);
    t.deepEqual(pids.map(lives), [false, false]);
  }),
);

test.serial('a worker that cannot finish is cut off, and the exit code says so', (t) =>
  withForum(bundle, { ...TWO, DRAIN_TIMEOUT_MS: '100', DRAIN_IDLE_MS: '60000' }, async (service) => {
    await workerPids(service, 2);
    const { socket } = await halfRequest(service.port);
    t.is(await ask(service), 200);
    const closed = once(socket, 'close');
    t.is(await service.stop(), 1);
    await closed;
    t.is(events(service, 'stopped').at(-1)?.clean, false);
  }),
);

test.serial('nobody reads the log any more: all of them still end on SIGTERM', async (t) => {
  const run = spawnBuild(bundle, { ...TWO, DRAIN_TIMEOUT_MS: '60000' });
  await until(() => events(run, 'worker-listening').length > 0, 'a worker listens');
  run.child.stdout?.destroy();
  const { port } = events(run, 'worker-listening')[0] as { port: number };
  for (let i = 0; i < 20; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } });
    t.is(response.status, 200);
    await response.arrayBuffer();
  }
  t.is(await run.stop(), 0);
});

test.serial('a primary that is killed takes its workers with it', (t) =>
  withForum(bundle, TWO, async (service) => {
    const pids = await workerPids(service, 2);
    service.child.kill('SIGKILL');
    await until(() => !pids.some(lives), 'the workers end');
    await t.throwsAsync(ask(service));
  }),
);
