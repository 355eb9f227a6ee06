/** A builder that is ended from outside leaves no process and nothing in its storage. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { eventually } from '../../run/processes/testing/harness.ts';
import { builderOf } from './builders.ts';
import { runBuilder } from './run.ts';
import { removeWorking } from './working-containers.ts';

const LONG_MS = 60_000;

/** An ended process stays as a zombie where the machine's first process does not reap. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** Runs a shell script that prints two process ids, interrupts it then, and waits for its end. */
async function interrupted(t: ExecutionContext, script: string): Promise<void> {
  const controller = new AbortController();
  const pids: number[] = [];
  const options = { cwd: tmpdir(), env: process.env, timeoutMs: LONG_MS, signal: controller.signal };
  const onLine = (line: string): void => {
    pids.push(...line.split(' ').map(Number));
    controller.abort(new Error('Ctrl-C'));
  };
  await t.throwsAsync(runBuilder('sh', ['-c', script], { ...options, onLine }), { message: 'Ctrl-C' });
  t.is(pids.length, 2);
  // A process that is killed closes its pipes a moment before it is gone.
  await eventually(() => !pids.some(isRunning), `still there: ${pids.join(' ')}`, 10);
}

test('a child of the builder that ignores SIGTERM ends as well', (t) =>
  interrupted(t, `sh -c 'trap "" TERM; echo $PPID $$; while :; do sleep 1; done' & wait`));

test('so does a builder that ignores it, after some seconds', (t) =>
  interrupted(t, `trap "" TERM; sleep 600 & echo $$ $!; while :; do sleep 1; done`));

test('one that takes too long is ended in the same way, and says so', async (t) => {
  const { code, output } = await runBuilder('sh', ['-c', 'sleep 600 & wait'], {
    ...{ cwd: tmpdir(), env: process.env, timeoutMs: 200 },
  });
  t.is(code, null);
  t.regex(output, /stopped after 0\.2 s/);
});

test('a signal that was there before starts nothing', async (t) => {
  const signal = AbortSignal.abort(new Error('Ctrl-C'));
  const options = { cwd: tmpdir(), env: process.env, timeoutMs: LONG_MS, signal };
  await t.throwsAsync(runBuilder('no-such-program', [], options), { message: 'Ctrl-C' });
});

const [MINE, OTHER] = ['aa'.repeat(32), 'bb'.repeat(32)];
const BUILDAH = `#!/bin/sh
here=$(dirname "$0")
case $1 in
  containers) cat "$here/held";;
  rm) shift; echo "$@" >> "$here/removed"; for id; do grep -v "$id" "$here/held" > "$here/next"; mv "$here/next" "$here/held"; done;;
esac
`;

test.serial('only what this build worked in is removed', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-buildah-test-'));
  const path = process.env['PATH'];
  try {
    await writeFile(join(dir, 'buildah'), BUILDAH);
    await chmod(join(dir, 'buildah'), 0o755);
    await writeFile(join(dir, 'held'), `${OTHER}\n${MINE}\n`);
    process.env['PATH'] = `${dir}:${path}`;
    const buildah = builderOf('buildah');
    t.deepEqual(await removeWorking(buildah, new Set([MINE, 'cc'.repeat(32)])), []);
    t.is(await readFile(join(dir, 'removed'), 'utf8'), `${MINE}\n`);
    t.is(await readFile(join(dir, 'held'), 'utf8'), `${OTHER}\n`);
    t.deepEqual(await removeWorking(buildah, new Set()), []);
    t.deepEqual(await removeWorking(builderOf('docker'), new Set([OTHER])), []);
  } finally {
    process.env['PATH'] = path;
    await rm(dir, { recursive: true, force: true });
  }
});
