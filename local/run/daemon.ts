/**
 * The plane's process. Its starter sends the settings, waits for `listening`, and is its lifeline until it says
 * `release`: when the channel closes before that (Ctrl-C, kill -9 of the starter), the plane takes itself down.
 */
import { once } from 'node:events';
import { CutoverError, type Problem } from '../errors.ts';
import { createControlRoutes } from './control/routes.ts';
import { newToken, readRecord, removeState, startTicksOf, writeRecord } from './control/state-file.ts';
import { createPlane, type Plane, type PlaneConfig } from './plane.ts';
import { reapLeftovers } from './processes/processes.ts';

export interface PlaneSettings extends PlaneConfig {
  /** Keep the tables' data and keys of a plane that was killed. */
  readonly resume: boolean;
}

const [message] = (await once(process, 'message')) as [{ type: 'start'; settings: PlaneSettings }];
const { settings } = message;

let stopping: Promise<never> | null = null;
let released = false;
let plane: Plane | null = null;

function stop(exitCode: number): Promise<never> {
  stopping ??= (async () => {
    // A second signal, or anything that hangs, must not keep the machine's ports: the warden ends what is left.
    setTimeout(() => process.exit(1), 45_000).unref();
    await plane?.close().catch((error) => console.error('while stopping:', error));
    await removeState(settings.stateDir);
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
  void stop(1);
});
process.on('unhandledRejection', (error) => console.error('unhandled:', error));

try {
  await reapLeftovers(settings.stateDir);
  const before = settings.resume ? await readRecord(settings.stateDir) : null;
  const token = newToken();
  plane = await createPlane(settings);
  const listening = plane;
  const record = {
    version: 1 as const,
    pid: process.pid,
    startTicks: await startTicksOf(process.pid),
    portBase: settings.portBase,
    clockRate: settings.clockRate,
    token,
    endpoint: plane.awsEndpoint,
    stage: before?.stage ?? null,
    dir: before?.dir ?? null,
    startedAt: new Date().toISOString(),
  };
  plane.onApplied((applied) => writeRecord(settings.stateDir, { ...record, stage: applied.stage, dir: applied.dir }));
  await plane.listen(createControlRoutes(listening, token, () => void stop(0)));
  await writeRecord(settings.stateDir, record);
  process.send?.({ type: 'listening' });
} catch (error) {
  const problems: readonly Problem[] =
    error instanceof CutoverError
      ? error.problems
      : [{ code: 'INTERNAL', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }];
  console.error(error);
  process.send?.({ type: 'failed', problems });
  await stop(1);
}
