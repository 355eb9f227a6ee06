/** cdktf's fork cdktn, installed below `.cutover/` when it is first needed, and synthesis with either of them. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** For what hangs: the suite may run behind other work. */
const INSTALL_TIMEOUT_MS = 15 * 60_000;
const SYNTH_TIMEOUT_MS = 15 * 60_000;
/** The fork's version and hash are pinned here, beside the project's own lock file and not in it. */
const PACKAGE = join(import.meta.dirname, 'cdktn');
const FILES = ['package.json', 'package-lock.json'];

/** @param home the project's `.cutover` folder @returns the folder that holds the fork, or why there is none */
export async function findFork(home: string): Promise<string | { readonly missing: string }> {
  const lock = await readFile(join(PACKAGE, 'package-lock.json'));
  const dir = join(home, 'cdktn', createHash('sha256').update(lock).digest('hex').slice(0, 12));
  const isThere = (): Promise<boolean> =>
    stat(dir).then(
      () => true,
      () => false,
    );
  if (await isThere()) return dir;
  try {
    await install(dir);
    return dir;
  } catch (error) {
    // Another process may have been faster.
    if (await isThere()) return dir;
    const said = error as { stderr?: string; message: string };
    const [line = said.message] = (said.stderr ?? '').split('\n').filter(Boolean);
    return { missing: `cdktn cannot be installed here: ${line}` };
  }
}

/** Beside its place first: what is in its place is whole. */
async function install(dir: string): Promise<void> {
  await mkdir(join(dir, '..'), { recursive: true });
  const work = await mkdtemp(`${dir}-`);
  try {
    for (const file of FILES) await copyFile(join(PACKAGE, file), join(work, file));
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', args, { cwd: work, timeout: INSTALL_TIMEOUT_MS });
    await rename(work, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Synthesizes every variant in a process of its own.
 * @param fork folder of the fork, or null for cdktf itself
 * @throws Error with what the process printed
 */
export async function synthesize(folder: string, fork: string | null): Promise<void> {
  const hooks = fork === null ? [] : ['--import', join(import.meta.dirname, 'fork-hooks.ts')];
  await run(process.execPath, [...hooks, join(import.meta.dirname, 'synthesize.ts'), folder], {
    timeout: SYNTH_TIMEOUT_MS,
    env: { ...process.env, ...(fork === null ? {} : { CUTOVER_FORK: fork }) },
  });
}
