/** Where the images are made: buildah's storage, kept from run to run, and a temporary folder for everything else. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeBaseImage } from './base-image.ts';
import { say } from './machine.ts';

const run = promisify(execFile);

export const BASE = 'localhost/node:24-here';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const LOCK_TIMEOUT_MS = 60 * 60_000;

export interface Workshop {
  /** Temporary; everything below it goes with `clear`. */
  readonly dir: string;
  /** For buildah: storage of its own, chroot isolation. */
  readonly env: NodeJS.ProcessEnv;
  /** npm's configuration of this machine, for the builds alone. */
  readonly npmrc: string;
  /** Arguments that let the build reach the npm registry as this machine does. */
  readonly buildOptions: readonly string[];
  /** Path → bytes of each file of the base. */
  readonly baseFiles: ReadonlyMap<string, number>;
  /** The packages of an earlier run are there. */
  readonly warm: boolean;
  buildah(...args: readonly string[]): Promise<string>;
  /** Ids of working containers. */
  containers(): Promise<readonly string[]>;
  /** @param worked the next run may use what this one installed */
  clear(worked: boolean): Promise<void>;
}

/** @param root the project's folder @throws Error where another run of the suite does not end */
export async function openWorkshop(root: string): Promise<Workshop> {
  const home = join(root, '.cutover', 'images');
  await mkdir(home, { recursive: true });
  const unlock = await locked(join(home, 'lock'));
  try {
    const store = join(home, `storage-${await keyOf(root)}`);
    await clearOthers(home, store);
    return await opened(store, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function opened(store: string, unlock: () => Promise<void>): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-images-'));
  const env = await environmentOf(store);
  const buildah = async (...args: readonly string[]): Promise<string> =>
    (await run('buildah', args, { env, maxBuffer: MAX_OUTPUT_BYTES })).stdout.trim();
  await buildah('rm', '--all').catch(() => '');
  const done = join(store, 'packages-are-there');
  const warm = (await readFile(done).catch(() => null)) !== null;
  if (!(await buildah('images', '--quiet', '--filter', `reference=${BASE}`).catch(() => ''))) {
    say(`making the base image ${BASE} of this machine’s Node`);
    await makeBaseImage(buildah, BASE);
  }
  return {
    ...{ dir, env, buildah, warm, ...(await npmOf(dir)) },
    baseFiles: await baseFilesOf(buildah),
    containers: async () => (await buildah('containers', '--quiet')).split('\n').filter(Boolean),
    async clear(worked) {
      await buildah('rm', '--all').catch(() => '');
      await unmountBelow(store);
      await rm(dir, { recursive: true, force: true });
      if (worked) await writeFile(done, '');
      await unlock();
    },
  };
}

/** Storage is for one Node and one set of packages: others would let it grow for ever. */
async function keyOf(root: string): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const file of ['package.json', 'package-lock.json']) hash.update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 12);
}

async function clearOthers(home: string, store: string): Promise<void> {
  // What a killed run left mounted is not removed through its mount.
  await unmountBelow(home);
  for (const name of await readdir(home))
    if (name.startsWith('storage-') && join(home, name) !== store)
      await rm(join(home, name), { recursive: true, force: true });
}

/** overlay where the kernel mounts it here, with fuse-overlayfs where that is installed, else whole copies. */
async function environmentOf(store: string): Promise<NodeJS.ProcessEnv> {
  // buildah keeps its cache mounts below TMPDIR: npm's packages among them.
  const TMPDIR = join(store, 'tmp');
  await mkdir(TMPDIR, { recursive: true });
  const conf = join(store, 'storage.conf');
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', CONTAINERS_STORAGE_CONF: conf, TMPDIR };
  const fuse = (await run('sh', ['-c', 'command -v fuse-overlayfs']).catch(() => ({ stdout: '' }))).stdout.trim();
  const overlay = { driver: 'overlay', mountProgram: '' };
  const choices = [overlay, ...(fuse ? [{ driver: 'overlay', mountProgram: fuse }] : [])];
  for (const { driver, mountProgram } of choices) {
    await configure(store, driver, mountProgram);
    if (await mounts(env)) return env;
    await rm(graphOf(store, driver), { recursive: true, force: true });
  }
  say('no overlay can be mounted here: buildah copies every layer, which takes longer');
  await configure(store, 'vfs', '');
  return env;
}

async function configure(store: string, driver: string, mountProgram: string): Promise<void> {
  const runroot = join(store, 'run');
  // Of a run that was killed, or a machine that was restarted: nothing is mounted now.
  await rm(runroot, { recursive: true, force: true });
  const lines = [
    '[storage]',
    `driver = ${JSON.stringify(driver)}`,
    `graphroot = ${JSON.stringify(graphOf(store, driver))}`,
    `runroot = ${JSON.stringify(runroot)}`,
    ...(mountProgram ? ['[storage.options.overlay]', `mount_program = ${JSON.stringify(mountProgram)}`] : []),
  ];
  await writeFile(join(store, 'storage.conf'), `${lines.join('\n')}\n`);
}

const graphOf = (store: string, driver: string): string => join(store, `graph-${driver}`);

const mounts = (env: NodeJS.ProcessEnv): Promise<boolean> =>
  run('sh', ['-ec', 'id=$(buildah from scratch); buildah mount "$id"; buildah rm "$id"'], { env }).then(
    () => true,
    () => false,
  );

async function baseFilesOf(buildah: Workshop['buildah']): Promise<ReadonlyMap<string, number>> {
  const container = await buildah('from', BASE);
  const files = await filesOf(await buildah('mount', container));
  await buildah('rm', container);
  return files;
}

/** Path → bytes of each file below a folder. */
export async function filesOf(dir: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run('find', [dir, '-type', 'f', '-printf', '%P\t%s\n'], { maxBuffer: MAX_OUTPUT_BYTES });
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string])
      .map(([path, bytes]) => [path, Number(bytes)]),
  );
}

/** @throws Error where something stays mounted: it is not to be removed through its mount */
async function unmountBelow(dir: string): Promise<void> {
  const below = async (): Promise<string[]> =>
    (await readFile('/proc/self/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((mount) => mount.startsWith(`${dir}/`));
  for (const mount of (await below()).reverse()) await run('umount', ['-l', mount]);
  const left = await below();
  if (left.length > 0) throw new Error(`still mounted: ${left.join(', ')}`);
}

/** @returns to be called at the end */
async function locked(lock: string): Promise<() => Promise<void>> {
  for (const until = Date.now() + LOCK_TIMEOUT_MS; ; ) {
    const file = await open(lock, 'wx').catch(() => null);
    if (file) {
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(lock, { force: true });
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    const alive = holder > 0 && (await readFile(`/proc/${holder}/cmdline`).catch(() => null)) !== null;
    if (holder > 0 && !alive) await rm(lock, { force: true });
    if (Date.now() > until) throw new Error(`${lock} is held by ${holder} for too long`);
    if (alive || holder === 0) await sleep(500);
  }
}

/**
 * npm finds the system's configuration from the Node that runs it. The suite's Node is another one, and an enclosing npm
 * passes its own findings on: so npm is asked with the Node beside it, and without what was passed on.
 */
async function npmAsker(): Promise<(key: string) => Promise<string>> {
  const npm = (await run('sh', ['-c', 'command -v npm'])).stdout.trim();
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: `${dirname(npm)}:${process.env['PATH']}` };
  return async (key) => (await run(npm, ['config', 'get', key], { env, cwd: tmpdir() })).stdout.trim();
}

/** The user's file, with what the system's configuration adds to it. */
async function npmOf(dir: string): Promise<Pick<Workshop, 'npmrc' | 'buildOptions'>> {
  const npmrc = join(dir, 'npmrc');
  const ask = await npmAsker();
  const [user = '', registry, cafile] = await Promise.all(['userconfig', 'registry', 'cafile'].map(ask));
  const text = await readFile(user, 'utf8').catch(() => '');
  const certificates = cafile && cafile !== 'null' ? cafile : null;
  const lines = [text, `registry=${registry}`, ...(certificates ? [`cafile=${certificates}`] : []), ''];
  await writeFile(npmrc, lines.join('\n'), { mode: 0o600 });
  return { npmrc, buildOptions: certificates ? [`--volume=${dirname(certificates)}:${dirname(certificates)}:ro`] : [] };
}
