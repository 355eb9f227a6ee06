/** A pushed image, taken from the registry again: what it adds to its base, and its service, run as the image says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withDescendants } from './command.ts';
import type { LocalRegistry } from './registry.ts';
import { filesOf, type Workshop } from './workshop.ts';

export interface TakenImage {
  readonly config: { readonly User: string; readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
  /** Path → bytes of each file that the base has not. */
  readonly added: Readonly<Record<string, number>>;
  /** `sha256:…` of a file in it. */
  digestOf(path: string): Promise<string>;
  start(env: Readonly<Record<string, string>>): Promise<RunningService>;
  remove(): Promise<void>;
}

export interface RunningService {
  /** Users and groups, real and effective, of the service's process and of all that it started: each once. */
  readonly ids: readonly number[];
  /** It sees the image's files, and no others. */
  readonly inImage: boolean;
  /** What it listens on. */
  readonly port: number;
  /** SIGTERM to the service's process, as ECS sends it. @returns the exit code */
  stop(): Promise<number | null>;
}

/** Behind other suites on a small machine. */
const START_TIMEOUT_MS = 10 * 60_000;
const STOP_TIMEOUT_MS = 5 * 60_000;

/** @param reference `host/repository@sha256:…` or with a tag */
export async function takeImage(
  reference: string,
  { buildah, env, baseFiles }: Workshop,
  registry: LocalRegistry,
): Promise<TakenImage> {
  const credentials = ['--creds', `AWS:${registry.password}`, '--tls-verify=false'];
  const container = await buildah('from', '--quiet', '--pull-always', ...credentials, `docker://${reference}`);
  const mount = await buildah('mount', container);
  const description = JSON.parse(await buildah('inspect', container)) as { OCIv1: { config: TakenImage['config'] } };
  const { config } = description.OCIv1;
  const added = [...(await filesOf(mount))].filter(([path, bytes]) => baseFiles.get(path) !== bytes);
  return {
    config,
    added: Object.fromEntries(added),
    digestOf: async (path) =>
      `sha256:${createHash('sha256')
        .update(await readFile(join(mount, path)))
        .digest('hex')}`,
    start: (given) => start({ container, mount }, config.Entrypoint, { env, given }),
    async remove() {
      await buildah('rm', container);
    },
  };
}

async function start(
  { container, mount }: { container: string; mount: string },
  entrypoint: readonly string[],
  { env, given }: { env: NodeJS.ProcessEnv; given: Readonly<Record<string, string>> },
): Promise<RunningService> {
  const flags = Object.entries(given).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const child = spawn('buildah', ['run', ...flags, container, '--', ...entrypoint], { env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-16_384);
    });
  const until = Date.now() + START_TIMEOUT_MS;
  while (!output.includes('"event":"listening"')) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`the service does not listen (exit code ${child.exitCode}):\n${output}`);
    }
    await sleep(50);
  }
  const pid = await serviceBelow(child.pid ?? 0);
  const family = await withDescendants(pid);
  const ids = await Promise.all(family.map(idsOf));
  return {
    ids: [...new Set(ids.flat())],
    inImage: (await identityOf(`/proc/${pid}/root`)) === (await identityOf(mount)),
    port: Number(/"event":"listening"[^\n]*"port":(\d+)/.exec(output)?.[1]),
    stop: () => stop(child, pid),
  };
}

/** Of a folder, by whichever path it is reached. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(`${path}/`);
  return `${dev}:${ino}`;
}

async function idsOf(pid: number): Promise<readonly number[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return [...status.matchAll(/^[UG]id:\s+(.*)$/gm)].flatMap(([, ids = '']) => ids.split('\t').map(Number));
}

async function stop(child: ChildProcess, pid: number): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.kill(pid, 'SIGTERM');
  const timeout = setTimeout(() => process.kill(pid, 'SIGKILL'), STOP_TIMEOUT_MS);
  const code = await exit;
  clearTimeout(timeout);
  return code;
}

/** buildah's own processes stand above the service's: the first one that is Node. */
async function serviceBelow(pid: number): Promise<number> {
  for (const one of await withDescendants(pid)) {
    const command = await readFile(`/proc/${one}/cmdline`, 'utf8').catch(() => '');
    if (/^(\/usr\/local\/bin\/)?node\0/.test(command)) return one;
  }
  throw new Error('no process of the service is there');
}
