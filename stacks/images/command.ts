/** `./cutover images …`, run as a user does, and watched for secrets on command lines meanwhile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import type { Checkout } from './checkout.ts';

const WATCH_EVERY_MS = 100;
/** Behind other suites on a small machine. */
const LINE_TIMEOUT_MS = 20 * 60_000;

export interface ImagesRun {
  readonly code: number | null;
  readonly json: unknown;
  readonly stderr: string;
  /** Command lines that held the secret. */
  readonly leaks: readonly string[];
}

export interface RunningImages {
  /** Waits for progress like this. */
  said(pattern: RegExp): Promise<void>;
  /** Ctrl-C, as a terminal’s first one. @returns process groups of its builders at that moment */
  interrupt(): Promise<readonly number[]>;
  readonly end: Promise<ImagesRun>;
}

export interface ImagesOptions {
  readonly checkout: Checkout;
  readonly env: NodeJS.ProcessEnv;
  readonly secret: string;
}

export const images = (args: readonly string[], options: ImagesOptions): Promise<ImagesRun> =>
  startImages(args, options).end;

export function startImages(args: readonly string[], { checkout, env, secret }: ImagesOptions): RunningImages {
  const program = ['local/cli/main.ts', 'images', ...args, '--json'];
  const { file, args: all } = checkout.command(process.execPath, ['--disable-warning=ExperimentalWarning', ...program]);
  const child = spawn(file, all, { cwd: checkout.dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    // A build takes minutes: the progress shows that it goes on.
    process.stderr.write(chunk);
  });
  const watch = watchFor(secret);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    said: (pattern) => until(child, () => pattern.test(stderr), String(pattern)),
    async interrupt() {
      const groups = await groupsBelow(child.pid ?? 0);
      child.kill('SIGINT');
      return groups;
    },
    end: ended.then((code) => ({ code, json: parsed(stdout), stderr, leaks: watch.stop() })),
  };
}

function until(child: ChildProcess, holds: () => boolean, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (holds()) finish(resolve);
    };
    const gone = (): void => finish(() => reject(new Error(`it ended before it said ${what}`)));
    const timeout = setTimeout(() => finish(() => reject(new Error(`it never said ${what}`))), LINE_TIMEOUT_MS);
    const finish = (settle: () => void): void => {
      clearTimeout(timeout);
      child.stderr?.off('data', look);
      child.off('close', gone);
      settle();
    };
    child.stderr?.on('data', look);
    child.on('close', gone);
    look();
  });
}

function watchFor(secret: string): { stop(): readonly string[] } {
  const leaks = new Set<string>();
  let looking = false;
  const watch = setInterval(async () => {
    if (looking) return;
    looking = true;
    for (const line of await commandLinesWith(secret)) leaks.add(line);
    looking = false;
  }, WATCH_EVERY_MS);
  return {
    stop() {
      clearInterval(watch);
      return [...leaks];
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const pids = async (): Promise<readonly string[]> => (await readdir('/proc')).filter((name) => /^\d+$/.test(name));

async function commandLinesWith(secret: string): Promise<string[]> {
  const lines = await Promise.all(
    (await pids()).map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
  );
  const encoded = Buffer.from(`AWS:${secret}`).toString('base64');
  return lines
    .filter((line) => line.includes(secret) || line.includes(encoded))
    .map((line) => line.replaceAll('\0', ' '));
}

interface Stat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

async function allProcesses(): Promise<readonly Stat[]> {
  const texts = await Promise.all(
    (await pids()).map(async (pid) => [pid, await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')] as const),
  );
  return texts.map(([pid, text]) => {
    const [state = '', parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(pid), state, parent: Number(parent), group: Number(group) };
  });
}

/** Groups of a process's children. */
async function groupsBelow(pid: number): Promise<readonly number[]> {
  const children = (await allProcesses()).filter(({ parent }) => parent === pid);
  return [...new Set(children.map(({ group }) => group))];
}

/** Processes that run in these groups; one that has ended and was not reaped does not. */
export const runningIn = async (groups: readonly number[]): Promise<readonly number[]> =>
  (await allProcesses()).filter(({ group, state }) => groups.includes(group) && state !== 'Z').map(({ pid }) => pid);

/** A process and all below it. */
export async function withDescendants(pid: number): Promise<readonly number[]> {
  const all = await allProcesses();
  const below = (one: number): number[] =>
    all.filter(({ parent }) => parent === one).flatMap((child) => [child.pid, ...below(child.pid)]);
  return [pid, ...below(pid)];
}
