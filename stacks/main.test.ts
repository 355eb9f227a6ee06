import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';

const root = join(import.meta.dirname, '..');
const METERED = `--import=${pathToFileURL(join(import.meta.dirname, 'testing', 'cpu-time.mjs')).href}`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stacks: string[];
  /** CPU time: what else the machine does hardly matters. */
  readonly seconds: number;
}

/** Runs the app command of cdktf.json in a shell, as the cdktf CLI does. */
async function run(env: Record<string, string>): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-main-'));
  const outDir = join(folder, 'deep', 'cdktf.out');
  const { app } = JSON.parse(await readFile(join(root, 'cdktf.json'), 'utf8')) as { app: string };
  const cpuTimes = join(folder, 'cpu-times');
  const result = await promisify(execFile)('/bin/sh', ['-c', app], {
    cwd: root,
    env: { ...process.env, CDKTF_OUTDIR: outDir, NODE_OPTIONS: METERED, CPU_TIME_FILE: cpuTimes, ...env },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const seconds = (await readFile(cpuTimes, 'utf8')).split('\n').reduce((sum, ms) => sum + Number(ms), 0) / 1000;
  const stacks = await readdir(join(outDir, 'stacks')).catch(() => []);
  await rm(folder, { recursive: true, force: true });
  return { ...result, stacks, seconds };
}

test.serial('synthesizes every stack quietly, in a few seconds', async (t) => {
  const { code, stdout, stderr, stacks, seconds } = await run({});
  t.is(code, 0, stderr);
  t.is(stdout + stderr, '');
  t.deepEqual(stacks.sort(), [
    'interstella-cluster',
    'interstella-edge',
    'interstella-hq',
    'interstella-network',
    'interstella-registry',
    'interstella-services',
    'interstella-topics',
  ]);
  // Under 2 s; the barrel import that this guards against costs more than 3 s by itself.
  t.true(seconds > 0 && seconds < 8, `${seconds} s`);
  t.log(`${seconds.toFixed(1)} s of CPU`);
});

test.serial('an unknown stage: one clear error, exit 3, nothing written', async (t) => {
  const { code, stderr, stacks } = await run({ CUTOVER_STAGE: 'monolyth' });
  t.is(code, 3);
  t.regex(stderr, /^unknown stage in CUTOVER_STAGE\n {2}value: "monolyth"\n {2}rule: {2}one of monolith, /);
  t.notRegex(stderr, /\n\s+at /);
  t.deepEqual(stacks, []);
});

test.serial('an output folder that is a file: one clear error, exit 3', async (t) => {
  const outDir = join(root, 'package.json');
  const { code, stderr } = await run({ CDKTF_OUTDIR: outDir });
  t.is(code, 3);
  t.regex(
    stderr,
    /^unusable output folder in CDKTF_OUTDIR, CUTOVER_OUTDIR\n {2}value: ".*package.json"\n {2}rule: .*EEXIST/,
  );
});

test.serial('no source imports the root of the provider, or cdktf past its one door', async (t) => {
  for (const folder of ['stacks', 'modules']) {
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const text = await readFile(join(root, folder, file), 'utf8');
      t.notRegex(text, /from '@cdktf\/provider-aws'/, file);
      if (`${folder}/${file}` !== 'modules/cdktf.ts') t.notRegex(text, /from '(cdktf|constructs)'/, file);
    }
  }
});
