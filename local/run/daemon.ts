/**
 * The plane's process. Its starter sends the settings, waits for `listening`, and is its lifeline until it says
 * `release`: when the channel closes before that (Ctrl-C, kill -9 of the starter), the plane takes itself down.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import { type FrontDoor, openFrontDoor } from './control/front-door.ts';
import { createControlRoutes } from './control/routes.ts';
import { asDiskError, newToken, readRecord, removeState, writeRecord } from './control/state-file.ts';
import { createPlane, type Plane, type PlaneConfig } from './plane.ts';
import { reapLeftovers } from './processes/processes.ts';
import { startOf } from './processes/table.ts';

export interface PlaneSettings extends PlaneConfig {
  /** Keep the tables' data, keys and undelivered messages of a plane that was killed. */
  readonly resume: boolean;
  /** Where this process's output goes until the state folder is its own; then it is `plane.log` there. */
  readonly logFile: string;
}

/** A second signal, or anything that hangs, must not keep the machine's ports: the warden ends what is left. */
const STOP_LIMIT_WALL_MS = 45_000;

const [message] = (await once(process, 'message')) as [{ type: 'start'; settings: PlaneSettings }];
const { settings } = message;
const { stateDir } = settings;

let stopping: Promise<never> | null = null;
let released = false;
let plane: Plane | null = null;
/** Whether the state folder is this process's: only while it holds the endpoint's port. */
let owner = false;

/** @param keepState leaves record, journal and tables for the next `up`: what was accepted must not be lost with a plane that fails */
function stop(exitCode: number, keepState = false): Promise<never> {
  stopping ??= (async () => {
    const clear = owner && !keepState;
    setTimeout(() => {
      try {
        if (clear) rmSync(stateDir, { recursive: true, force: true });
      } finally {
        process.exit(1);
      }
    }, STOP_LIMIT_WALL_MS).unref();
    const told = (error: unknown): void => console.error('while stopping:', error);
    await plane?.close().catch(told);
    // Still with the port: another plane begins in this folder only after this process's end.
    if (clear) await removeState(stateDir).catch(told);
    process.exit(exitCode);
  })();
  return stopping;
}

process.on('SIGTERM', () => void stop(0));
process.on('SIGINT', () => void stop(0));
process.on('disconnect', () => {
  if (!released) void stop(0);
});
process.on('message', (m: { type?: string }) => {
  if (m.type === 'release') released = true;
});
process.on('uncaughtException', (error) => {
  console.error('uncaught:', error);
  void stop(1, true);
});
process.on('unhandledRejection', (error) => console.error('unhandled:', error));

let resumes = false;
try {
  const token = newToken();
  const me = { pid: process.pid, startTicks: startOf(process.pid) };
  const door = await openFrontDoor({
    port: settings.portBase,
    token,
    hello: { ...me, stateDir },
    onDown: (keepState) => void stop(0, keepState),
  });
  owner = true;
  await rename(settings.logFile, join(stateDir, 'plane.log'));
  const before = settings.resume ? await readRecord(stateDir) : null;
  resumes = before !== null;
  await start(door, {
    version: 1,
    ...me,
    portBase: settings.portBase,
    clockRate: settings.clockRate,
    images: settings.images,
    allow: settings.allow,
    token,
    endpoint: `http://127.0.0.1:${settings.portBase}`,
    stage: before?.stage ?? null,
    dir: before?.dir ?? null,
    system: before?.system ?? null,
    startedAt: new Date().toISOString(),
  });
  void tellStarter({ type: 'listening' });
} catch (thrown) {
  const error = asDiskError(thrown, stateDir);
  const problems: readonly Problem[] =
    error instanceof CutoverError
      ? error.problems
      : [{ code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }];
  console.error(error);
  await tellStarter({ type: 'failed', problems });
  await stop(1, resumes);
}

/** Resolves when it is out, or the starter is gone: an end at once could keep it back. */
function tellStarter(message: object): Promise<unknown> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, resolve));
}

/** The record comes first: `down` finds a plane that is still starting, and `up` one that was killed as it started. */
async function start(door: FrontDoor, record: Parameters<typeof writeRecord>[1]): Promise<void> {
  const left = await reapLeftovers(stateDir);
  if (left > 0) console.error(`ended ${left} processes of the plane before`);
  await writeRecord(stateDir, record);
  const created = await createPlane(settings);
  plane = created;
  plane.onApplied(({ stage, dir, system = null }) => writeRecord(stateDir, { ...record, stage, dir, system }));
  await plane.listen(door, createControlRoutes(created, record.token));
}
