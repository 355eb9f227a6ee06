/** The cluster with real processes: workers that start, die, and cannot start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../../kit/src/testing/free-port.ts';
import { spawnBuild } from '../../../../kit/src/testing/service.ts';
import { get, until, withForum } from '../../../lib/src/testing/forum.ts';
import { ask, events, makeBundle, started, TWO, workerPids } from './cluster.fixture.ts';
import { MAX_DEATHS_AT_START } from './decide-replacement.ts';

let bundle: string;
let remove: () => Promise<void>;
test.before(async () => {
  ({ file: bundle, remove } = await makeBundle());
});
test.after.always(() => remove());

test.serial('a worker each, started once, sharing the port', (t) =>
  withForum(bundle, { WORKERS: '3' }, async (service) => {
    const pids = await workerPids(service, 3);
    t.is(new Set([...pids, service.child.pid]).size, 4);
    await until(() => started(service).length === 3, 'three lines');
    t.like(events(service, 'leading')[0], { pid: service.child.pid, workers: 3 });
    t.deepEqual([...new Set(events(service, 'listening').map(({ port }) => port))], [service.port]);
    for (let i = 0; i < 12; i++) t.is(await ask(service), 200);
    t.is((await get(service, '/api/threads')).headers.get('x-service-version'), 'api/v2');
  }),
);

test.serial('a worker that is killed is replaced, and the others go on', (t) =>
  withForum(bundle, TWO, async (service) => {
    const before = await workerPids(service, 2);
    process.kill(before[0]!, 'SIGKILL');
    await until(() => events(service, 'worker-died').length === 1, 'the death is seen');
    t.like(events(service, 'worker-died')[0], { pid: before[0], signal: 'SIGKILL', earlyDeaths: 1, pauseMs: 100 });
    t.is(await ask(service), 200);
    const after = await workerPids(service, 2);
    t.true(after.includes(before[1]!));
    t.false(after.includes(before[0]!));
    await until(() => started(service).length === 3, 'the line of the new worker');
    t.is(await ask(service), 200);
  }),
);

test.serial('all workers killed at once: both come back, on the same port', async (t) => {
  // Port 0 would be another one once no worker holds it.
  const PORT = String(await freePort());
  await withForum(bundle, { ...TWO, PORT }, async (service) => {
    for (const pid of await workerPids(service, 2)) process.kill(pid, 'SIGKILL');
    await until(() => events(service, 'worker-died').length === 2, 'both deaths are seen');
    await workerPids(service, 2);
    t.is(await ask(service), 200);
  });
});

test.serial('where no worker can start, the primary ends with 1 after some tries', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const run = spawnBuild(bundle, { WORKERS: '1', PORT: String(port) });
  try {
    t.is(await run.ended, 1);
    const deaths = events(run, 'worker-died');
    t.is(deaths.length, MAX_DEATHS_AT_START);
    t.deepEqual(
      deaths.map(({ pauseMs }) => pauseMs),
      [100, 200, 400, null],
    );
    t.true(events(run, 'start-failed').length > 0);
  } finally {
    server.close();
    run.child.kill('SIGKILL');
  }
});

test.serial('workers that cannot even be made count as dead', async (t) => {
  const script = `
    import cluster from 'node:cluster';
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, '../../../../kit/src/log.ts'))};
    import { startWorkers } from ${JSON.stringify(join(import.meta.dirname, 'workers.ts'))};
    cluster.setupPrimary({ cwd: '/nothing/is/here' });
    const log = createLog({ service: 'test', build: 'test', level: 'info' });
    startWorkers({ count: 1, log, onHopeless: () => void log.flush().then(() => process.exit(7)) });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  t.is((await once(child, 'close'))[0], 7);
  t.is(out.match(/"event":"worker-died"/g)?.length, MAX_DEATHS_AT_START);
});

test.serial('one line per request out of all workers', (t) =>
  withForum(bundle, TWO, async (service) => {
    await workerPids(service, 2);
    for (let i = 0; i < 40; i++) await ask(service);
    t.is(await service.stop(), 0);
    t.is(service.stdout().match(/^GET \/api\/users\/1 - \d+$/gm)?.length, 40);
  }),
);

test('by default there is a worker for each core', async (t) => {
  const script = `const { settings } = await import(${JSON.stringify(join(import.meta.dirname, '../settings.ts'))});
    console.log(settings.WORKERS.schema.parse(undefined), (await import('node:os')).availableParallelism());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  await once(child, 'close');
  const [workers, cores] = out.trim().split(' ');
  t.is(workers, cores);
});
