import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeScratch, sweepScratch, withScratch } from './scratch.ts';

async function folder(t: { teardown(end: () => Promise<void>): void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-scratch-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A pid that was a process's and is no more. */
const deadPid = (): string => execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();

test('a folder is there while it is used, and gone afterwards, after a failure too', async (t) => {
  const home = join(await folder(t), 'scratch');
  let used = '';
  await withScratch(
    'synth',
    async (dir) => {
      used = dir;
      await writeFile(join(dir, 'file'), 'x');
      t.true(existsSync(dir));
    },
    home,
  );
  t.false(existsSync(used));
  await t.throwsAsync(
    withScratch('synth', () => Promise.reject(new Error('no')), home),
    { message: 'no' },
  );
  t.deepEqual(await readdir(home), []);
});

test('what a killed process has left goes; what lives, and what is nobody’s of ours, stays', async (t) => {
  const home = await folder(t);
  const own = await makeScratch('load', home);
  const dead = `load-${deadPid()}-0-abCD12`;
  // The pid is of a process again, but of another.
  const reused = `load-${process.pid}-1-abCD12`;
  for (const name of [dead, reused, 'somebody']) await mkdir(join(home, name));
  await writeFile(join(home, dead, 'outcomes.jsonl'), '{}');
  const gone = existsSync('/proc/self/stat') ? [dead, reused] : [dead];
  t.deepEqual([...(await sweepScratch(home))].sort(), gone.sort());
  t.true(existsSync(own));
  t.true(existsSync(join(home, 'somebody')));
});

test('making a folder clears what was left', async (t) => {
  const home = await folder(t);
  const dead = join(home, `synth-${deadPid()}-0-abCD12`);
  await mkdir(dead);
  const made = await makeScratch('synth', home);
  t.false(existsSync(dead));
  t.true(existsSync(made));
});

test('where nothing was ever made there is nothing to clear', async (t) => {
  t.deepEqual(await sweepScratch(join(await folder(t), 'none')), []);
});
