/** cdktf is archived; its fork must be able to take its place. Needs npm and its registry once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type Difference, differences, readTree } from './differences.ts';
import { findFork, synthesize } from './fork.ts';
import { VARIANTS } from './variants.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const fork = await findFork(join(ROOT, '.cutover'));
const run = typeof fork === 'string' ? test : test.skip;
const why = typeof fork === 'string' ? '' : ` (skipped: ${fork.missing})`;

const versionIn = async (folder: string, name: string): Promise<string> =>
  JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;

/** The version of whoever wrote it: in each stack, and in the manifest of the app. */
const isVersion = ({ file, at }: Difference): boolean =>
  (file.endsWith('cdk.tf.json') && at === '//.metadata.version') ||
  (file.endsWith('manifest.json') && at === 'version');

run(`cdktn synthesizes what cdktf does, but for the version that it writes${why}`, async (t) => {
  if (typeof fork !== 'string') throw new Error(fork.missing);
  t.timeout(45 * 60_000);
  const work = await mkdtemp(join(tmpdir(), 'cutover-cdktn-'));
  try {
    const [cdktf, cdktn] = [join(work, 'cdktf'), join(work, 'cdktn')];
    await synthesize(cdktf, null);
    await synthesize(cdktn, fork);
    const [first, second] = [await readTree(cdktf), await readTree(cdktn)];
    const found = differences(first, second);
    t.deepEqual(
      found.filter((difference) => !isVersion(difference)),
      [],
    );
    // Both ran, each with its own library, and every stack and manifest says so.
    const versions = [await versionIn(ROOT, 'cdktf'), await versionIn(fork, 'cdktn')];
    for (const difference of found) t.deepEqual([difference.first, difference.second], versions);
    const written = Object.keys(first).filter((file) => /(cdk\.tf|manifest)\.json$/.test(file));
    t.is(found.length, written.length);
    t.is(written.filter((file) => file.endsWith('manifest.json')).length, VARIANTS.length);
    t.true(written.length > VARIANTS.length * 5);
    t.log(`cdktf ${versions[0]}, cdktn ${versions[1]}: ${written.length - VARIANTS.length} stacks are the same`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});
