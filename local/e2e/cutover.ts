/** Drives the command line as a user would: real processes, exit codes, and what is left afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { home, root, scratchDir, stateDirOf } from '../cli/paths.ts';
import type { Status } from '../status.ts';

const MAIN = join(root, 'local', 'cli', 'main.ts');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when stderr or stdout has shown the text; rejects when the command ends first. */
  shows(text: string): Promise<void>;
}

/**
 * Starts `./cutover ARGS`.
 * @param own whether as the leader of a process group of its own, as a shell does: `kill(-pid)` is the terminal's Ctrl-C
 */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, own = false): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: own,
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const grew = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    grew();
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    grew();
  });
  const finished = new Promise<Finished>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return {
    child,
    finished,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!(stdout + stderr).includes(text)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void finished.then((f) => reject(new Error(`it ended (${f.code}) before it showed "${text}":\n${f.stderr}`)));
      }),
  };
}

/** Temporary folders of a command that are still there: other suites' commands, which may run beside this one, have theirs. */
export async function scratchOf({ child }: Running): Promise<string[]> {
  return (await readdir(scratchDir)).filter((name) => name.split('-')[1] === String(child.pid));
}

/** For what takes seconds on a machine with nothing else to do. */
const GENEROUS_SECONDS = 180;

/** Looks until it holds, at most for `seconds`. @throws Error that names what did not happen */
export async function until(what: string, holds: () => Promise<boolean>, seconds = GENEROUS_SECONDS): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await holds()); ) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Runs `./cutover ARGS` to its end. */
export const cutover = (...args: readonly string[]): Promise<Finished> => start(args).finished;

/** Runs `./cutover ARGS --json` and parses what it prints. */
export async function cutoverJson<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await cutover(...args, '--json');
  if (code !== 0) throw new Error(`cutover ${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout) as T;
}

/** A plane of the test's own on a port base nobody else uses. */
export class TestPlane {
  readonly portBase: number;

  constructor(portBase: number) {
    this.portBase = portBase;
  }

  get flags(): readonly string[] {
    return ['--port-base', String(this.portBase)];
  }

  up(...args: readonly string[]): Promise<Finished> {
    return cutover('up', '--detach', ...this.flags, ...args);
  }

  status(): Promise<Status> {
    return cutoverJson<Status>('status', ...this.flags);
  }

  down(): Promise<Finished> {
    return cutover('down', ...this.flags);
  }

  /** Reads the status until it is as wished. @throws with the last status after `seconds` */
  async until(what: string, wished: (status: Status) => boolean, seconds = GENEROUS_SECONDS): Promise<Status> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const status = await this.status();
      if (wished(status)) return status;
      if (performance.now() > end)
        throw new Error(
          `not within ${seconds} s: ${what}\n${JSON.stringify({ services: status.services, targets: status.targetGroups }, null, 1)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** What is left of this plane on the machine: state folder, processes whose environment or arguments name it. */
  async leftovers(): Promise<string[]> {
    const found: string[] = [];
    const state = stateDirOf(this.portBase);
    if ((await readdir(home)).includes(`plane-${this.portBase}`)) found.push(`folder ${state}`);
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const mark = `AWS_ENDPOINT_URL=http://127.0.0.1:${this.portBase}`;
      if (environment.split('\0').includes(mark) || command.includes(state))
        found.push(`process ${pid} ${command.replaceAll('\0', ' ')}`);
    }
    return found;
  }
}

/** URL of the first listener of a load balancer. */
export function urlOf(status: Status, loadBalancer = 'interstella'): string {
  const url = status.loadBalancers.find((lb) => lb.name === loadBalancer)?.listeners[0]?.url;
  if (!url)
    throw new Error(`no load balancer ${loadBalancer} among ${status.loadBalancers.map((lb) => lb.name).join(', ')}`);
  return url;
}

export const allSteady = (status: Status): boolean =>
  status.services.length > 0 && status.services.every((s) => s.steady);

/** The workshop's curl line. */
export function sendOrder(url: string, path = '/order/', message: unknown = { bundle: '1' }): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Message: message }),
    signal: AbortSignal.timeout(20_000),
  });
}

/** A synthesized stage in a folder of its own, to be changed by the test. */
export async function synthesized(stage: string): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-e2e-'));
  const { code, stderr } = await cutover('synth', '--stage', stage, '--out', dir);
  if (code !== 0) throw new Error(stderr);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}
