/** What the suite needs from the machine: buildah and a registry (installed where apt can), npm's configuration, storage. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PROGRAMS = { buildah: 'buildah', 'docker-registry': 'docker-registry' } as const;
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** @returns why the suite cannot run here; null where it can */
export async function missingHere(): Promise<string | null> {
  if (process.platform !== 'linux') return 'buildah needs Linux';
  if (process.getuid?.() !== 0) return 'buildah’s chroot isolation needs root here';
  const absent: string[] = [];
  for (const [program, name] of Object.entries(PROGRAMS)) if (!(await onPath(program))) absent.push(name);
  if (absent.length === 0) return null;
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, timeout: INSTALL_TIMEOUT_MS };
    await run('apt-get', ['update', '-q'], options);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...absent], options);
    return null;
  } catch (error) {
    return `apt could not install ${absent.join(' and ')}: ${(error as Error).message.split('\n')[0]}`;
  }
}

const onPath = (program: string): Promise<boolean> =>
  run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );

export interface Workshop {
  /** Temporary; everything below it goes with `clear`. */
  readonly dir: string;
  /** For buildah: storage of its own, chroot isolation. */
  readonly env: NodeJS.ProcessEnv;
  /** npm's configuration of this machine, for the builds alone. */
  readonly npmrc: string;
  /** Arguments that let the build reach the npm registry as this machine does. */
  readonly buildOptions: readonly string[];
  clear(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-images-'));
  // buildah keeps its cache mounts below TMPDIR: a cache from another run would hide that a download fails.
  const TMPDIR = join(dir, 'tmp');
  await mkdir(TMPDIR);
  const storage = { CONTAINERS_STORAGE_CONF: join(dir, 'storage.conf'), TMPDIR };
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot', ...storage };
  const useDriver = (driver: string): Promise<void> =>
    writeFile(
      join(dir, 'storage.conf'),
      `[storage]\ndriver = "${driver}"\ngraphroot = "${join(dir, 'graph')}"\nrunroot = "${join(dir, 'run')}"\n`,
    );
  await useDriver('overlay');
  const overlays = await run('buildah', ['info'], { env }).then(
    () => true,
    () => false,
  );
  if (!overlays) {
    await rm(join(dir, 'graph'), { recursive: true, force: true });
    await useDriver('vfs');
  }
  const { npmrc, buildOptions } = await npmOf(dir);
  return {
    dir,
    env,
    npmrc,
    buildOptions,
    async clear() {
      await run('buildah', ['rm', '--all'], { env }).catch(() => undefined);
      for (const mount of (await mountsBelow(dir)).reverse()) await run('umount', ['-l', mount]);
      // What is mounted below the folder is not the suite's to remove.
      const left = await mountsBelow(dir);
      if (left.length > 0) throw new Error(`still mounted: ${left.join(', ')}`);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function mountsBelow(dir: string): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  return mounts.filter((mount) => mount.startsWith(`${dir}/`));
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
async function npmOf(dir: string): Promise<{ npmrc: string; buildOptions: readonly string[] }> {
  const npmrc = join(dir, 'npmrc');
  const ask = await npmAsker();
  const [user, registry, cafile] = [await ask('userconfig'), await ask('registry'), await ask('cafile')];
  const text = await readFile(user, 'utf8').catch(() => '');
  const certificates = cafile && cafile !== 'null' ? cafile : null;
  const lines = [text, `registry=${registry}`, ...(certificates ? [`cafile=${certificates}`] : []), ''];
  await writeFile(npmrc, lines.join('\n'), { mode: 0o600 });
  return { npmrc, buildOptions: certificates ? [`--volume=${dirname(certificates)}:${dirname(certificates)}:ro`] : [] };
}
