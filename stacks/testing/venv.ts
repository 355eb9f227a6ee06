/** Python programs that suites need, in virtual environments below `.cutover/`: made once for each set of packages. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** For what hangs: the suite may run behind other work. */
const INSTALL_TIMEOUT_MS = 15 * 60_000;

/**
 * By one process at a time; a half-made one is made anew.
 * @param home folder of the environments of this kind
 * @param requirements packages with their exact versions
 * @param options.dependencies what they depend on is looked for, too; else the requirements name all of it
 * @returns the folder of the virtual environment
 * @throws Error where Python, pip or a package is missing
 */
export async function ensureVenv(
  home: string,
  requirements: readonly string[],
  options: { readonly dependencies?: boolean } = {},
): Promise<string> {
  const digest = createHash('sha256').update(requirements.join()).digest('hex').slice(0, 12);
  const dir = join(home, digest);
  const done = join(dir, 'done');
  const isThere = async (): Promise<boolean> => (await readFile(done).catch(() => null)) !== null;
  await mkdir(home, { recursive: true });
  if (await isThere()) return dir;
  await locked(`${dir}.lock`, async () => {
    if (await isThere()) return;
    await rm(dir, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', dir]);
    const list = join(dir, 'requirements.txt');
    await writeFile(list, `${requirements.join('\n')}\n`);
    // Compiled at first use, and then only what is used.
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'];
    if (!options.dependencies) install.push('--no-deps');
    await run(join(dir, 'bin', 'python'), [...install, '-r', list], { timeout: INSTALL_TIMEOUT_MS });
    await writeFile(done, '');
  });
  return dir;
}

/** @throws Error where the lock is not free within the time of two installs: its holder was killed */
async function locked(lock: string, work: () => Promise<void>): Promise<void> {
  const taken = (): Promise<boolean> =>
    mkdir(lock).then(
      () => true,
      () => false,
    );
  const until = Date.now() + 2 * INSTALL_TIMEOUT_MS;
  while (!(await taken())) {
    if (Date.now() > until) throw new Error(`${lock} is held for too long: if no other suite runs, remove it`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
