/** Starts the plane as a process of its own and hands over a client for it. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import { isAlive, readRecord } from '../run/control/state-file.ts';
import type { PlaneSettings } from '../run/daemon.ts';
import { PlaneClient } from './plane-client.ts';

export interface StartedPlane {
  readonly client: PlaneClient;
  /** Lets the plane live on when this process ends. */
  release(): void;
}

/**
 * Starts a plane that ends with this process (also when it is killed), until it is released.
 * @throws CutoverError PLANE_ALREADY_RUNNING, PORT_IN_USE and whatever else stops the plane from listening
 */
export async function startPlaneProcess(settings: PlaneSettings): Promise<StartedPlane> {
  const record = await readRecord(settings.stateDir);
  if (record && (await isAlive(record)))
    throw new CutoverError({
      code: 'PLANE_ALREADY_RUNNING',
      message: `a plane is running already (pid ${record.pid}, port base ${record.portBase})`,
      value: record.portBase,
      fix: 'stop it with ./cutover down, or run beside it with --port-base 5566',
    });
  await mkdir(settings.stateDir, { recursive: true, mode: 0o700 });
  const logFile = join(settings.stateDir, 'plane.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '..', 'run', 'daemon.ts')],
    { detached: true, stdio: ['ignore', log, log, 'ipc'], env: process.env },
  );
  closeSync(log);
  child.send({ type: 'start', settings });
  const first = await new Promise<DaemonMessage>((resolve) => {
    child.once('message', (message) => resolve(message as DaemonMessage));
    child.once('error', (error) => resolve({ type: 'failed', problems: [internal(String(error))] }));
    child.once('exit', (code, signal) =>
      resolve({ type: 'failed', problems: [internal(`it ended with ${signal ?? code}`)] }),
    );
  });
  if (first.type === 'failed') {
    const tail = (await readFile(logFile, 'utf8').catch(() => '')).split('\n').slice(-20).join('\n');
    if (first.problems[0]?.code === 'INTERNAL')
      throw new Error(`the plane did not start: ${first.problems[0].message}\n${tail}`);
    throw new CutoverError(first.problems);
  }
  const started = await readRecord(settings.stateDir);
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

type DaemonMessage = { type: 'listening' } | { type: 'failed'; problems: readonly Problem[] };

const internal = (message: string): Problem => ({ code: 'INTERNAL', message });
