/** The plane itself is killed: nothing that it started may live on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { reapLeftovers } from './processes.ts';
import { readRun, runFileOf, writeRun } from './run-file.ts';
import { startOf } from './table.ts';
import { eventually, gone, tempFolder } from './testing/harness.ts';

const STUBBORN = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);`;
const PLAIN = `console.log('pids', process.pid); setInterval(() => {}, 1e6)`;
const FAMILY = `const { spawn } = require('node:child_process');
const sub = spawn('sleep', ['600']); const away = spawn('sleep', ['600'], { detached: true });
console.log('pids', process.pid, sub.pid, away.pid); ${STUBBORN}`;

async function startPlane(t: ExecutionContext, scripts: readonly string[]) {
  const stateDir = await tempFolder(t);
  const temp = join(stateDir, 'temp');
  mkdirSync(temp);
  writeFileSync(join(temp, 'file'), 'x');
  const order = JSON.stringify({ stateDir, tempDirs: [temp], scripts });
  const plane = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'plane.fixture.ts'), order], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  t.teardown(() => plane.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: plane.stdout }), 'line')) as [string];
  const { pids, warden } = JSON.parse(line) as { pids: number[]; warden: number };
  return { plane, pids, warden, stateDir, temp };
}

test('plane killed with -9: the warden ends children, grandchildren and strays, clears up, and goes', async (t) => {
  const { plane, pids, warden, stateDir, temp } = await startPlane(t, [PLAIN, FAMILY]);
  t.is(pids.length, 4);
  t.true(pids.every((pid) => startOf(pid) !== null));
  plane.kill('SIGKILL');
  await gone([...pids, warden]);
  t.false(existsSync(temp));
  t.false(existsSync(runFileOf(stateDir)));
});

test('the warden lives through what the terminal sends', async (t) => {
  const { plane, pids, warden } = await startPlane(t, [PLAIN]);
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM', 'SIGQUIT'] as const) process.kill(warden, signal);
  plane.kill('SIGKILL');
  await gone([...pids, warden]);
  t.pass();
});

test('warden killed first, then the plane: the new warden does it', async (t) => {
  const { plane, pids, warden, stateDir } = await startPlane(t, [PLAIN]);
  process.kill(warden, 'SIGKILL');
  await eventually(() => (readRun(stateDir)?.warden?.pid ?? warden) !== warden, 'no new warden');
  plane.kill('SIGKILL');
  await gone(pids);
  t.pass();
});

test('plane and warden killed at once: the next plane reaps', async (t) => {
  const { plane, pids, warden, stateDir, temp } = await startPlane(t, [PLAIN, FAMILY]);
  plane.kill('SIGSTOP'); // it must not start another warden
  process.kill(warden, 'SIGKILL');
  await gone([warden]);
  plane.kill('SIGKILL');
  await gone([plane.pid as number]);
  t.true(pids.every((pid) => startOf(pid) !== null));
  t.is(await reapLeftovers(stateDir), 4);
  t.deepEqual(
    pids.filter((pid) => startOf(pid) !== null),
    [],
  );
  t.false(existsSync(temp));
  t.is(await reapLeftovers(stateDir), 0);
});

test('reaping right after the kill, while the warden works, ends in the same place', async (t) => {
  const { plane, pids, warden, stateDir } = await startPlane(t, [FAMILY]);
  plane.kill('SIGKILL');
  await reapLeftovers(stateDir);
  t.deepEqual(
    pids.filter((pid) => startOf(pid) !== null),
    [],
  );
  await gone([warden]);
});

test('a reused pid is never killed, nor a living plane reaped', async (t) => {
  const stateDir = await tempFolder(t);
  const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  t.teardown(() => stranger.kill('SIGKILL'));
  const pid = stranger.pid as number;
  const record = {
    version: 1 as const,
    runId: 'ab'.repeat(12),
    plane: { pid, start: '1' },
    warden: { pid, start: '2' },
    children: [{ name: 'old', pid, start: '3', marker: `${'ab'.repeat(12)}.1` }],
    tempDirs: [],
  };
  writeRun(stateDir, record);
  t.is(await reapLeftovers(stateDir), 0);
  t.truthy(startOf(pid));
  const own = { pid: process.pid, start: startOf(process.pid) };
  writeRun(stateDir, { ...record, plane: own, children: [{ ...record.children[0]!, start: startOf(pid) }] });
  t.is(await reapLeftovers(stateDir), 0, 'its plane is alive');
  t.truthy(startOf(pid));
});

test('a missing or broken list is no list', async (t) => {
  const stateDir = await tempFolder(t);
  t.is(await reapLeftovers(stateDir), 0);
  writeFileSync(runFileOf(stateDir), '{"version":1');
  t.is(await reapLeftovers(stateDir), 0);
  writeFileSync(runFileOf(stateDir), '{"version":1,"runId":"","children":[]}');
  t.is(await reapLeftovers(stateDir), 0, 'an empty run id would match every marker');
});
