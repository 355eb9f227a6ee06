/** One measured process (or group of workers): start, ready, CPU time, memory, stop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';

export interface Measured {
  readonly port: number;
  /** From spawn to the first accepted connection. */
  readonly coldStartMs: number;
  /** User and system time of the process and its children so far; NaN where there is no /proc. */
  cpuSeconds(): number;
  rssMiB(): number;
  stop(): Promise<void>;
}

const TICKS_PER_SECOND = 100;

export async function startMeasured(command: readonly string[], env: Record<string, string>): Promise<Measured> {
  const port = await freePort();
  const startedAt = performance.now();
  const withPort = command[0]!.endsWith('gunicorn') ? [...command, '-b', `127.0.0.1:${port}`] : command;
  const child = spawn(withPort[0]!, withPort.slice(1), {
    env: { PATH: process.env.PATH, ...env, HOST: '127.0.0.1', PORT: String(port) },
    // Logs are written as in production, to a pipe that somebody reads.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout?.resume();
  child.stderr?.resume();
  await waitForPort(port, child);
  const coldStartMs = performance.now() - startedAt;
  return {
    port,
    coldStartMs,
    cpuSeconds: () => cpuSecondsOf(child.pid!),
    rssMiB: () => sum(family(child.pid!), residentPages) / 256,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when something accepts connections on the port. */
export async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (const until = performance.now() + 15_000; performance.now() < until; ) {
    if (child.exitCode !== null) throw new Error(`the process ended with ${child.exitCode} before it listened`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('the process did not listen within 15 s');
}

/** User and system time of a process and its children so far; NaN where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  return sum(family(pid), cpuTicks) / TICKS_PER_SECOND;
}

function family(pid: number): number[] {
  const children = numbersIn(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return [pid, ...children.flatMap(family)];
}

function numbersIn(read: () => string): number[] {
  try {
    return read().trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function residentPages(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  try {
    readdirSync('/proc/self');
    return pids.reduce((total, pid) => total + read(pid), 0);
  } catch {
    return Number.NaN;
  }
}
