/** The plane's side of the warden: starts it, tells it each change, starts another when it dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { compileCache } from './compile-cache.ts';
import type { RunRecord } from './run-file.ts';
import { startOf } from './table.ts';

/** After this many deaths in a row without a quiet minute there will be no further warden. */
const MAX_DEATHS = 5;
const QUIET_WALL_MS = 60_000;
const READY_WALL_MS = 10_000;

export interface WardenLink {
  /** Null while there is none. */
  identity(): RunRecord['warden'];
  tell(record: RunRecord): void;
  /** Says goodbye and waits for its end. */
  close(): Promise<void>;
}

export interface WardenOptions {
  readonly clock: Clock;
  readonly stateDir: string;
  readonly onWarn: (message: string) => void;
  /** A new warden is there: tell it, and note its pid. */
  readonly onStarted: () => void;
}

/** Resolves when the warden listens. @throws Error where it cannot be started */
export async function startWarden(options: WardenOptions): Promise<WardenLink> {
  const { clock, onWarn } = options;
  let warden: ChildProcess | null = null;
  let identity: RunRecord['warden'] = null;
  let closing = false;
  let deaths = 0;
  let cancelQuiet = (): void => {};

  async function start(): Promise<void> {
    const child = spawnWarden(options.stateDir);
    await ready(child, clock);
    warden = child;
    identity = { pid: child.pid as number, start: startOf(child.pid as number) };
    child.once('exit', (code, signal) => onDeath(`${signal ?? code}`));
    if (child.exitCode !== null || child.signalCode !== null) return onDeath('at once');
    cancelQuiet = clock.afterWall(QUIET_WALL_MS, () => {
      deaths = 0;
    });
    options.onStarted();
  }

  function onDeath(how: string): void {
    cancelQuiet();
    warden = null;
    identity = null;
    if (closing) return;
    deaths += 1;
    const last = deaths >= MAX_DEATHS;
    const then = last
      ? 'it keeps dying: if the plane is killed now, ./cutover down or the next up ends its processes'
      : 'another one takes over';
    onWarn(`the warden process ended (${how}); ${then}`);
    if (!last) void start().catch((error) => onDeath((error as Error).message));
  }

  await start();
  return {
    identity: () => identity,
    tell(record) {
      (warden?.stdin as Writable | undefined)?.write(`${JSON.stringify({ run: record })}\n`);
    },
    async close() {
      closing = true;
      cancelQuiet();
      const child = warden;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.ref();
      child.stdin?.end('{"goodbye":true}\n');
      await ended;
    },
  };
}

function spawnWarden(stateDir: string): ChildProcess {
  const flags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=64', '--v8-pool-size=0'];
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, 'warden.ts'), stateDir], {
    cwd: '/',
    env: compileCache(), // no marker: it must not find itself; no NODE_OPTIONS
    detached: true, // its own session: what the terminal sends to the plane's group does not reach it
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {}); // seen as a rejected `ready`, or an exit
  child.stdin?.on('error', () => {}); // EPIPE: its exit is seen anyway
  child.unref();
  return child;
}

async function ready(child: ChildProcess, clock: Clock): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.afterWall(READY_WALL_MS, () => reject(new Error('the warden process does not start')));
    const settle = (error?: Error): void => {
      cancel();
      if (error) reject(error);
      else resolve();
    };
    child.stdout?.once('data', () => settle());
    child.once('error', (error) => settle(new Error(`the warden process cannot be started: ${error.message}`)));
    child.once('exit', (code, signal) => settle(new Error(`the warden process ended at once (${signal ?? code})`)));
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  // Its pipes must not keep a plane alive that has nothing else to do.
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref?: () => void } | null)?.unref?.();
}
