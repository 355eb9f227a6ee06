/** The command line as scripts meet it: what is refused, in which words and with which code, and readers that leave. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { cacheDir } from './paths.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As the launcher would start it, from another folder. */
const env = { NODE_COMPILE_CACHE: join(cacheDir, 'compile'), ...process.env };

const run = (file: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) =>
    execFile(file, args, { env, cwd: tmpdir() }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
const cutover = (args: readonly string[]): Promise<Ended> => run(process.execPath, [...NODE.slice(1), ...args]);

for (const [args, code, message] of [
  [['status', '--nothing', '--json'], 2, /unknown option '--nothing'/],
  [['status', '--port-base', 'NaN', '--json'], 2, /whole number from 1024 to 65500/],
  [['up', '--synth', '', '--json'], 2, /--synth.*empty/],
  [['check', '--synth', '.', '--system', 'forum', '--json'], 2, /--system.*cannot be used with.*--synth/],
  [['up', '--synth', '.', '--tag', 'a=b', '--json'], 2, /--tag.*cannot be used with.*--synth/],
  [['simulate', '--cpu-ms', '1e300', '--json'], 2, /at most 3600000/],
  [['deploy', 'x', '--tag', 'v1', '--endpoint', 'nope', '--json'], 2, /http or https URL/],
  [['simulate', '--system', 'forum', '--json'], 2, /nothing to act on without stacks/],
  [['simulate', '--synth', '.', '--target', '50', '--json'], 2, /nothing to act on with stacks/],
  [['check', '--synth', 'no-such-folder', '--json'], 3, /does not exist/],
  [['judge', 'no-such-file', '--json'], 3, /cannot be read/],
] as const)
  test.serial(`refused as JSON: ${args.join(' ')}`, async (t) => {
    const ended = await cutover(args);
    t.is(ended.code, code, ended.stderr);
    const told = JSON.parse(ended.stdout) as { error: { message: string }; errors: unknown[] };
    t.regex(told.error.message, message);
    t.deepEqual(told.errors[0], told.error);
    t.is(ended.stdout.trim().split('\n').length, 1, 'one line, as where there are many results');
  });

test.serial('a folder for stacks, or for reports, that is a file: told at once, as the machine’s', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-main-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const file = join(dir, 'file');
  await writeFile(file, '');
  for (const args of [
    ['synth', '--out', file],
    ['rehearse', '--report', file],
    ['load', 'orders', '--report', join(file, 'below')],
  ]) {
    const { code, stdout } = await cutover([...args, '--json']);
    t.is(code, 4, stdout);
    t.is((JSON.parse(stdout) as { error: { code: string } }).error.code, 'STATE_UNWRITABLE');
  }
});

test.serial('a reader that has read enough is no failure', async (t) => {
  const script = '{ "$@"; echo "ended with $?" >&2; } | true';
  const { stderr } = await run('sh', ['-c', script, 'sh', ...NODE, 'check', '--rules', '--json']);
  t.is(stderr.trim(), 'ended with 0');
});
