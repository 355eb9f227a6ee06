/**
 * Runs every child of the plane, each in a process group of its own, and sees that none outlives the plane.
 * Three nets, each for when the one before fails: the plane stops them; the warden does when the plane was killed;
 * the next plane does when the warden was killed too (docs/processes.md).
 */
import type { Clock } from '../clock.ts';
import type { ProcessHandle, ProcessRunner, ProcessSpec } from '../contracts.ts';
import { createRandom } from '../random.ts';
import { startChild } from './child.ts';
import type { KnownChild } from './members.ts';
import { type RunRecord, removeRun, writeRun } from './run-file.ts';
import { createSnapshots } from './snapshots.ts';
import { startOf } from './table.ts';
import { createUsageReader } from './usage.ts';
import { startWarden, type WardenLink } from './warden-link.ts';

export { reapLeftovers } from './leftovers.ts';

export interface ProcessRunnerOptions {
  readonly clock: Clock;
  /** Where `processes.json` is kept. */
  readonly stateDir: string;
  readonly onWarn: (message: string) => void;
  /** Removed by the warden, or the next plane, if the plane is killed. Default: none. */
  readonly tempDirs?: readonly string[];
  /** What `close` gives children between SIGTERM and SIGKILL, wall milliseconds. Default 2,000. */
  readonly closeGraceWallMs?: number;
}

/** Resolves when the warden listens, so that no child is ever without it. @throws Error where it cannot be started */
export async function createProcessRunner(options: ProcessRunnerOptions): Promise<ProcessRunner> {
  const { clock, stateDir, onWarn } = options;
  const runId = createRandom().hex(24);
  const plane = { pid: process.pid, start: startOf(process.pid) };
  const running = new Map<ProcessHandle, KnownChild>();
  const usageOf = createUsageReader(clock);
  const snapshots = createSnapshots(clock);
  let warden: WardenLink | null = null;
  let count = 0;
  let closed: Promise<void> | null = null;

  const publish = (): void => {
    const record: RunRecord = {
      version: 1,
      runId,
      plane,
      warden: warden?.identity() ?? null,
      children: [...running.values()],
      tempDirs: options.tempDirs ?? [],
    };
    warden?.tell(record);
    try {
      writeRun(stateDir, record);
    } catch (error) {
      onWarn(`the list of processes cannot be written: ${(error as Error).message}`);
    }
  };
  warden = await startWarden({ clock, stateDir, onWarn, onStarted: publish });
  publish();

  async function closeAll(): Promise<void> {
    const graceWallMs = options.closeGraceWallMs ?? 2_000;
    await Promise.all([...running.keys()].map((handle) => handle.stop(graceWallMs)));
    await warden?.close();
    removeRun(stateDir, runId);
  }

  return {
    start(spec: ProcessSpec): ProcessHandle {
      if (closed) return refused(spec);
      count += 1;
      const { handle, known } = startChild(spec, { clock, marker: `${runId}.${count}`, snapshots, onWarn });
      if (!known) return handle;
      running.set(handle, known);
      publish();
      void handle.exited.then(() => {
        running.delete(handle);
        if (!closed) publish();
      });
      return handle;
    },
    async usage(pid) {
      const child = [...running.values()].find((known) => known.pid === pid);
      return child ? usageOf(child) : null;
    },
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}

function refused(spec: ProcessSpec): ProcessHandle {
  const error = `${spec.name} was not started: the plane is closing`;
  const exited = Promise.resolve({ code: null, signal: null, reason: 'spawn-failed' as const, error });
  return { pid: -1, exited, stop: () => exited };
}
