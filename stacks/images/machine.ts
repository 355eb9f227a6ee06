/** What the suite needs from the machine: found, or installed once. Where that cannot be, the reason. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Emulator, startEmulator } from '../terraform/emulator.ts';

const run = promisify(execFile);

/** For apt and npm on a slow line, behind other work. */
const APT_TIMEOUT_MS = 15 * 60_000;
/** Another apt on the machine may hold its lock. */
const APT_LOCK_SECONDS = 600;
const NPM_TIMEOUT_MS = 5 * 60_000;

export interface Machine {
  /** Path of Debian's docker-registry. */
  readonly registryProgram: string;
  readonly emulator: Emulator;
}

/** Progress, as every step that takes its time shows it. */
export const say = (line: string): void => void process.stderr.write(`  images: ${line}\n`);

/**
 * @param root the project's folder; what is installed for the suite alone goes below its `.cutover/images`
 * @returns the machine, with a running emulator of AWS's API, or why the suite cannot run on it
 */
export async function prepareMachine(root: string): Promise<Machine | { readonly missing: string }> {
  const home = join(root, '.cutover', 'images');
  const reasons = await unfit(root);
  if (reasons.length > 0) return { missing: reasons.join('; ') };
  try {
    await mkdir(home, { recursive: true });
    await ensureBuildah();
    const registryProgram = await ensureRegistry(home);
    return { registryProgram, emulator: await emulatorBelow(join(root, '.cutover')) };
  } catch (error) {
    if (error instanceof NotToBeHad) return { missing: error.message };
    throw error;
  }
}

/** What the machine lacks, as against a fault of the suite's. */
class NotToBeHad extends Error {}

async function emulatorBelow(home: string): Promise<Emulator> {
  try {
    return await startEmulator(home);
  } catch (error) {
    const reason = reasonOf(error);
    // One that is installed and does not run is a fault.
    if (reason.startsWith('the emulator')) throw error;
    throw new NotToBeHad(`an emulator of AWS’s API cannot be installed: ${reason}`);
  }
}

/** All that no installation helps. */
async function unfit(root: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return ['buildah needs Linux'];
  const reasons: string[] = [];
  if (process.getuid?.() !== 0) reasons.push('buildah’s chroot isolation needs root here');
  for (const program of ['git', 'tar', 'npm', 'unshare', 'python3'])
    if (!(await onPath(program))) reasons.push(`${program} is not on PATH`);
  if (reasons.length > 0) return reasons;
  const committed = await run('git', ['-c', 'safe.directory=*', 'rev-parse', '--verify', 'HEAD'], { cwd: root }).then(
    () => true,
    () => false,
  );
  if (!committed) reasons.push('the context is made of committed files, and this is no git checkout');
  const canMount = await run('unshare', ['--mount', 'true']).then(
    () => true,
    () => false,
  );
  if (!canMount) reasons.push('mounting is not permitted');
  return reasons;
}

async function ensureBuildah(): Promise<void> {
  if (await onPath('buildah')) return;
  say('installing buildah (apt)');
  await apt('buildah', ['install', '-y', '--no-install-recommends', 'buildah']);
}

/** Taken out of its package: installed, it would start as a service, open to the network. */
async function ensureRegistry(home: string): Promise<string> {
  const found = await onPath('docker-registry');
  if (found) return found;
  const tools = join(home, 'tools');
  const program = join(tools, 'usr', 'bin', 'docker-registry');
  if ((await stat(program).catch(() => null)) !== null) return program;
  say('fetching docker-registry (apt)');
  const dir = await mkdtemp(join(home, 'registry-'));
  try {
    await apt('docker-registry', ['download', 'docker-registry'], dir);
    await run('sh', ['-c', 'dpkg-deb --extract ./docker-registry_*.deb tools'], { cwd: dir });
    await rm(tools, { recursive: true, force: true });
    await rename(join(dir, 'tools'), tools);
    return program;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** With the package lists at hand, and with new ones where these do not do. @throws Error that says why not */
async function apt(what: string, args: readonly string[], cwd?: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const common = ['-q', '-o', `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`, '-o', 'APT::Sandbox::User=root'];
  const call = (...more: readonly string[]) =>
    run('apt-get', [...common, ...more], { env, timeout: APT_TIMEOUT_MS, ...(cwd ? { cwd } : {}) });
  try {
    await call(...args).catch(async () => {
      await call('update');
      await call(...args);
    });
  } catch (error) {
    throw new NotToBeHad(`apt-get could not bring ${what}: ${reasonOf(error)}`);
  }
}

/** @returns why npm’s packages cannot be had; null where they can */
export async function npmRefusal(npmrc: string): Promise<string | null> {
  const args = ['view', 'esbuild', 'name', '--userconfig', npmrc, '--fetch-retries', '0'];
  try {
    await run('npm', args, { timeout: NPM_TIMEOUT_MS, cwd: '/' });
    return null;
  } catch (error) {
    return `npm’s registry cannot be reached: ${reasonOf(error)}`;
  }
}

/** Path of a program, or null. */
const onPath = (program: string): Promise<string | null> =>
  run('sh', ['-c', `command -v ${program}`]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );

/** A line: what the program said, else what Node says. */
function reasonOf(error: unknown): string {
  const { stderr, message, code, path, syscall } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === 'ENOENT' && syscall?.startsWith('spawn')) return `${path} is not on PATH`;
  const said = (stderr ?? '').split('\n').filter((line) => /\S/.test(line) && !/^(W|WARNING): /.test(line));
  return said.at(-1) ?? message.split('\n')[0] ?? message;
}
