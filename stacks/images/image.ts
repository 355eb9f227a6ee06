/** A pushed image, taken from the registry again: what it adds to its base, and its service, run as the image says. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Workshop } from './machine.ts';
import type { LocalRegistry } from './registry.ts';

const run = promisify(execFile);

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
  /** Of the service's own process. */
  readonly uid: number;
  readonly output: () => string;
  /** SIGTERM to the service's process, as ECS sends it. @returns the exit code */
  stop(): Promise<number | null>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 40_000;

/** @param reference `host/repository@sha256:…` or with a tag */
export async function takeImage(
  reference: string,
  workshop: Workshop,
  { base, registry }: { base: string; registry: LocalRegistry },
): Promise<TakenImage> {
  const { env } = workshop;
  const buildah = async (...args: string[]): Promise<string> =>
    (await run('buildah', args, { env, maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
  const credentials = ['--creds', `AWS:${registry.password}`, '--tls-verify=false'];
  const container = await buildah('from', '--pull-always', ...credentials, `docker://${reference}`);
  const mount = await buildah('mount', container);
  const description = JSON.parse(await buildah('inspect', container)) as { OCIv1: { config: TakenImage['config'] } };
  const { config } = description.OCIv1;
  return {
    config,
    added: await addedTo(base, mount),
    digestOf: async (path) =>
      `sha256:${createHash('sha256')
        .update(await readFile(join(mount, path)))
        .digest('hex')}`,
    start: (given) => start(container, config.Entrypoint, { env, given }),
    async remove() {
      await buildah('rm', container);
    },
  };
}

async function addedTo(base: string, mount: string): Promise<Record<string, number>> {
  const [before, after] = await Promise.all([filesOf(base), filesOf(mount)]);
  return Object.fromEntries([...after].filter(([path, bytes]) => before.get(path) !== bytes));
}

async function filesOf(dir: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run('find', [dir, '-type', 'f', '-printf', '%P\t%s\n'], { maxBuffer: 64 * 1024 * 1024 });
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string])
      .map(([path, bytes]) => [path, Number(bytes)]),
  );
}

async function start(
  container: string,
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
  const pid = await lastDescendant(child.pid ?? 0);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? 0),
    output: () => output,
    stop: () => stop(child, pid),
  };
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

/** buildah's own processes stand above the service's: the first child of each, down to where Node is. */
async function lastDescendant(pid: number): Promise<number> {
  const parents = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  let at = pid;
  for (;;) {
    const executable = await readFile(`/proc/${at}/cmdline`, 'utf8').catch(() => '');
    const below = parents.get(at)?.[0];
    if (below === undefined || /^(\/usr\/local\/bin\/)?node\0/.test(executable)) return at;
    at = below;
  }
}
