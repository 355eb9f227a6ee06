/**
 * The cluster with real processes, from the one bundle that a container and systemd start: workers that die, are
 * drained, cannot start; a primary that is killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { bundleService } from '../../../../bundle.ts';
import { type ServiceProcess, spawnBuild } from '../../../../kit/src/testing/service.ts';
import { entry, get, until, withForum } from '../../../lib/src/testing/forum.ts';
import { MAX_DEATHS_AT_START } from './decide-replacement.ts';

let dir: string;
let bundle: string;
test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutover-forum-'));
  bundle = join(dir, 'app.cjs');
  await bundleService({ entry: entry('monolith', 'v2'), outFile: bundle });
});
test.after.always(() => rm(dir, { recursive: true }));

const TWO = { WORKERS: '2' };
const events = (service: Pick<ServiceProcess, 'records'>, event: string) =>
  service.records().filter((record) => record.event === event);
const started = (service: ServiceProcess) =>
  service
    .stdout()
    .split('\n')
    .filter((line) => line === 'Worker started');

/** Workers that live, by the log of their births and deaths. */
async function workerPids(service: ServiceProcess, count: number): Promise<number[]> {
  const alive = (): number[] => {
    const gone = new Set(
      [...events(service, 'worker-died'), ...events(service, 'worker-ended')].map((each) => each.pid),
    );
    return events(service, 'worker-listening').flatMap(({ pid }) => (gone.has(pid) ? [] : [pid as number]));
  };
  await until(() => alive().length === count, `${count} workers listen`);
  return alive();
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ask = async (service: ServiceProcess): Promise<number> => {
  const response = await get(service, '/api/users/1', { headers: { Connection: 'close' } });
  await response.arrayBuffer();
  return response.status;
};

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

/** A request without its end, so that its worker has something to finish. */
async function halfRequest(port: number): Promise<{ socket: Socket; finish(): Promise<string> }> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write('GET /api/users/1 HTTP/1.1\r\nHost: x\r\n');
  return {
    socket,
    finish: async () => {
      let text = '';
      socket.setEncoding('latin1').on('data', (more: string) => {
        text += more;
      });
      socket.write('\r\n');
      await once(socket, 'close');
      return text;
    },
  };
}

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
