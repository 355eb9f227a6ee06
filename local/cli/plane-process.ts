/** Starts the plane as a process of its own and hands over a client for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CutoverError } from '../errors.ts';
import { asDiskError, readLiving, readRecord } from '../run/control/state-file.ts';
import type { PlaneSettings } from '../run/daemon.ts';
import { firstMessage } from './first-message.ts';
import { helloAt } from './hello.ts';
import { root } from './paths.ts';
import { PlaneClient } from './plane-client.ts';

export type StartSettings = Omit<PlaneSettings, 'logFile'>;

export interface StartedPlane {
  readonly client: PlaneClient;
  /** Lets the plane live on when this process ends. */
  release(): void;
}

/**
 * Starts a plane that ends with this process (also when it is killed), until it is released.
 * @throws CutoverError PLANE_ALREADY_RUNNING, PORT_IN_USE and whatever else stops the plane from listening
 */
export async function startPlaneProcess(settings: StartSettings): Promise<StartedPlane> {
  const { stateDir } = settings;
  refuseSecond(await readLiving(stateDir), settings.portBase);
  // Not plane.log yet: until the plane has its port, the folder may be another's.
  const logFile = join(stateDir, `start-${process.pid}.log`);
  const child = await mkdir(stateDir, { recursive: true, mode: 0o700 }).then(
    () => spawnDaemon(logFile),
    (error) => Promise.reject(asDiskError(error, stateDir)),
  );
  child.send({ type: 'start', settings: { ...settings, logFile } });
  const first = await firstMessage(child);
  if (first.type === 'failed') {
    const tail = await tailOf([logFile, join(stateDir, 'plane.log')]);
    await ended(child);
    await forgetStart(stateDir, logFile);
    // One that has just begun has its port before its record.
    if (first.problems[0]?.code === 'PORT_IN_USE')
      refuseSecond((await readLiving(stateDir)) ?? (await helloAt(settings.portBase, stateDir)), settings.portBase);
    if (first.problems[0]?.code === 'INTERNAL')
      throw new Error(`the plane did not start: ${first.problems[0].message}\n${tail}`);
    throw new CutoverError(first.problems);
  }
  const started = await readRecord(stateDir);
  if (!started) throw new Error('the plane listens but left no record');
  child.unref();
  child.channel?.unref();
  return {
    client: new PlaneClient(started),
    release() {
      if (!child.connected) return;
      child.send({ type: 'release' });
      child.disconnect();
    },
  };
}

/** @throws CutoverError PLANE_ALREADY_RUNNING */
function refuseSecond(running: { readonly pid: number } | null, portBase: number): void {
  if (!running) return;
  throw new CutoverError({
    code: 'PLANE_ALREADY_RUNNING',
    message: `a plane is running already (pid ${running.pid}, port base ${portBase})`,
    value: portBase,
    fix: 'stop it with ./cutover down, or run beside it with --port-base 5566',
  });
}

function spawnDaemon(logFile: string): ChildProcess {
  const log = openLog(logFile);
  try {
    return spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '..', 'run', 'daemon.ts')],
      // A working folder that stays: the caller's may be removed while the plane runs.
      { detached: true, cwd: root, stdio: ['ignore', log, log, 'ipc'], env: process.env },
    );
  } finally {
    closeSync(log);
  }
}

function openLog(logFile: string): number {
  try {
    return openSync(logFile, 'w', 0o600);
  } catch (error) {
    throw asDiskError(error, dirname(logFile));
  }
}

/** The last lines of the first file that is there. */
async function tailOf(files: readonly string[]): Promise<string> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return text.split('\n').slice(-20).join('\n');
  }
  return '';
}

/** Resolves when the process is gone: what it held is free then. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) await once(child, 'exit');
}

/** Takes away what a start that never owned the folder has put there, and the folder where nothing else is in it. */
async function forgetStart(stateDir: string, logFile: string): Promise<void> {
  await rm(logFile, { force: true });
  await rmdir(stateDir).catch(() => undefined);
}
