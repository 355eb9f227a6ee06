import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { createClock } from '../clock.ts';
import { createProcessRunner } from './processes.ts';
import { readRun, runFileOf } from './run-file.ts';
import { startOf } from './table.ts';
import { createHarness, eventually, gone, tempFolder } from './testing/harness.ts';

/** Forks `sleep` and says its pid. */
const FORK = `const { spawn } = require('node:child_process');
const fork = (options) => spawn('sleep', ['600'], { stdio: 'inherit', ...options }).pid;`;

test('an exit of its own: code, reason, both streams, no line lost', async (t) => {
  const { script, runner } = await createHarness(t);
  const streams: string[] = [];
  const { handle } = script('', {
    args: [
      '-e',
      'for (let i = 0; i < 20000; i++) console.log("line", i); process.stderr.write("last\\nno newline"); process.exitCode = 3',
    ],
    onLine: (line, stream) => streams.push(`${stream} ${line}`),
  });
  t.deepEqual(await handle.exited, { code: 3, signal: null, reason: 'exited' });
  t.is(streams.filter((line) => line.startsWith('stdout line ')).length, 20_000);
  t.deepEqual(
    streams.filter((line) => line.startsWith('stderr')),
    ['stderr last', 'stderr no newline'],
  );
  t.is(await runner.usage(handle.pid), null);
});

test('nothing of the environment is inherited', async (t) => {
  const { script } = await createHarness(t);
  const { handle, lines } = script('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } });
  await handle.exited;
  const env = JSON.parse(lines[0] ?? '') as Record<string, string>;
  t.deepEqual(Object.keys(env).sort(), ['CUTOVER_PROCESS', 'ONLY']);
});

test('stop: SIGTERM is enough for a well-behaved child', async (t) => {
  const { script } = await createHarness(t);
  const child = script('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6); console.log("up")');
  await child.line('up');
  const first = child.handle.stop(10_000);
  t.is(child.handle.stop(10_000), first, 'idempotent');
  t.deepEqual(await first, { code: 0, signal: null, reason: 'stopped' });
  t.is(await child.handle.stop(0), await first, 'also after the end');
});

test('stop: SIGKILL after the grace where SIGTERM is ignored; a later stop may shorten the grace', async (t) => {
  const { script } = await createHarness(t);
  const child = script('process.on("SIGTERM", () => console.log("no")); setInterval(() => {}, 1e6); console.log("up")');
  await child.line('up');
  const stopped = child.handle.stop(600_000);
  await child.line('no');
  void child.handle.stop(50);
  t.deepEqual(await stopped, { code: null, signal: 'SIGKILL', reason: 'killed' });
});

test('a child killed by somebody else ended by itself', async (t) => {
  const { script } = await createHarness(t);
  const child = script('setInterval(() => {}, 1e6); console.log("up")');
  await child.line('up');
  process.kill(child.handle.pid, 'SIGKILL');
  t.deepEqual(await child.handle.exited, { code: null, signal: 'SIGKILL', reason: 'exited' });
});

test('grandchildren go with the child: in the group, in a session of their own, orphaned', async (t) => {
  const { script } = await createHarness(t);
  const child = script(
    `${FORK}
    const orphan = require('node:child_process').execFileSync('sh', ['-c', 'sleep 600 >/dev/null 2>&1 & echo $!'], { encoding: 'utf8' }).trim();
    console.log('pids', fork(), fork({ detached: true }), orphan);
    process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1e6)`,
  );
  const pids = (await child.line('pids ')).split(' ').map(Number);
  t.is(pids.length, 3);
  const exit = await child.handle.stop(5_000);
  t.is(exit.code, 7);
  t.deepEqual(
    pids.filter((pid) => startOf(pid) !== null),
    [],
    'all gone when stop resolves',
  );
});

test('grandchildren that ignore SIGTERM are killed when the grace has passed', async (t) => {
  const { script } = await createHarness(t);
  const child = script(
    `const sub = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); console.log("pid", process.pid); setInterval(() => {}, 1e6)'], { stdio: 'inherit' });
    setInterval(() => {}, 1e6)`,
  );
  const pid = Number(await child.line('pid '));
  t.is((await child.handle.stop(3_000)).reason, 'stopped', 'the child itself ended on SIGTERM');
  t.is(startOf(pid), null);
});

test('the end of the first process ends what it forked, as in a container', async (t) => {
  const { script } = await createHarness(t);
  const child = script(
    `${FORK} console.log('pids', fork(), fork({ detached: true })); setTimeout(() => process.exit(1), 20)`,
  );
  const pids = (await child.line('pids ')).split(' ').map(Number);
  t.is((await child.handle.exited).reason, 'exited');
  t.deepEqual(
    pids.filter((pid) => startOf(pid) !== null),
    [],
  );
});

test('what cannot be spawned says why', async (t) => {
  const { runner, script } = await createHarness(t);
  const missing = script('', { command: '/no/such/command' }).handle;
  t.is(missing.pid, -1);
  t.deepEqual(await missing.exited, {
    code: null,
    signal: null,
    reason: 'spawn-failed',
    error: 'the command /no/such/command was not found',
  });
  t.regex((await script('', { cwd: '/no/such/folder' }).handle.exited).error ?? '', /folder \/no\/such\/folder/);
  t.regex((await script('', { command: '/etc/passwd' }).handle.exited).error ?? '', /may not be executed/);
  t.regex((await script('', { args: ['a\0b'] }).handle.exited).error ?? '', /null bytes/);
  t.is((await missing.stop(10)).reason, 'spawn-failed');
  t.is(await runner.usage(-1), null);
});

test('a flood of output waits in its pipe: all lines arrive, memory stays bounded', async (t) => {
  const { runner } = await createHarness(t);
  const total = 12 * 2 ** 20;
  let bytes = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  const handle = runner.start({
    name: 'flood',
    command: process.execPath,
    args: [
      '-e',
      `const b = ('x'.repeat(127) + '\\n').repeat(8192); for (let i = 0; i < ${total / 2 ** 20}; i++) require('fs').writeSync(1, b)`,
    ],
    env: {},
    cwd: '/',
    onLine: (line) => {
      bytes += line.length + 1;
      if (bytes % 2 ** 20 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    },
  });
  t.is((await handle.exited).code, 0);
  t.is(bytes, total);
  t.true(most < 100 * 2 ** 20, `grew by ${most} bytes`);
});

test('a consumer that throws loses its line, not the plane', async (t) => {
  const { runner, warnings } = await createHarness(t);
  const handle = runner.start({
    name: 'bad-consumer',
    command: 'echo',
    args: ['hello'],
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: '/',
    onLine: () => {
      throw new Error('full');
    },
  });
  t.is((await handle.exited).code, 0);
  t.regex(warnings[0] ?? '', /bad-consumer.*full/);
});

test('usage counts the child and its descendants', async (t) => {
  const { runner, script } = await createHarness(t);
  const busy = `while (process.cpuUsage().user < 300_000);`;
  const child = script(
    `require('node:child_process').spawn(process.execPath, ['-e', '${busy} console.log("done"); setInterval(() => {}, 1e6)'], { stdio: 'inherit' });
    setInterval(() => {}, 1e6)`,
  );
  await child.line('done');
  const usage = await runner.usage(child.handle.pid);
  t.true((usage?.cpuSeconds ?? 0) >= 0.25, JSON.stringify(usage));
  t.true((usage?.rssMiB ?? 0) > 50, JSON.stringify(usage));
  await child.handle.stop(0);
  t.is(await runner.usage(child.handle.pid), null);
});

test('the warden is replaced when it is killed, and the new one knows the children', async (t) => {
  const { script, stateDir, warnings } = await createHarness(t);
  const child = script('setInterval(() => {}, 1e6); console.log("up")');
  await child.line('up');
  const first = readRun(stateDir)?.warden?.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await eventually(() => (readRun(stateDir)?.warden?.pid ?? first) !== first, 'no new warden');
  t.regex(warnings.join(), /another one takes over/);
  t.is(readRun(stateDir)?.children[0]?.pid, child.handle.pid);
});

test('close ends everything, the warden too, and leaves no list', async (t) => {
  const stateDir = await tempFolder(t);
  const runner = await createProcessRunner({ clock: createClock(), stateDir, onWarn: t.log, closeGraceWallMs: 100 });
  const spec = {
    name: 'x',
    command: 'sh',
    args: ['-c', 'trap "" TERM; while :; do sleep 1; done'],
    cwd: '/',
    onLine: () => {},
  };
  const handles = [1, 2, 3].map(() => runner.start({ ...spec, env: { PATH: process.env['PATH'] ?? '' } }));
  const warden = readRun(stateDir)?.warden?.pid ?? 0;
  t.is((JSON.parse(readFileSync(runFileOf(stateDir), 'utf8')) as { children: unknown[] }).children.length, 3);
  await runner.close();
  await gone([...handles.map((handle) => handle.pid), warden]);
  t.false(existsSync(runFileOf(stateDir)));
  t.regex((await runner.start({ ...spec, env: {} }).exited).error ?? '', /closing/);
});
