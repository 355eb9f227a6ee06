/** Ends what a plane left behind when both it and its warden were killed. */
import { type Clock, createClock } from '../clock.ts';
import { endRun } from './end-run.ts';
import { type RunRecord, readRun, removeRun } from './run-file.ts';
import { sendSignal } from './signals.ts';
import { startOf } from './table.ts';

const GRACE_WALL_MS = 2_000;
/** A plane that was just killed may still be seen for a moment. */
const PLANE_WAIT_WALL_MS = 3_000;
const POLL_WALL_MS = 25;

/**
 * Ends the processes listed in `<stateDir>/processes.json`, each proven by pid, start time and group, or by the run's
 * marker in its environment; also the run's warden, so that it cannot clear away what a new plane makes.
 * Does nothing while the plane that wrote the list is alive.
 * @returns how many processes were ended
 */
export async function reapLeftovers(stateDir: string, clock: Clock = createClock()): Promise<number> {
  const record = readRun(stateDir);
  if (!record || !(await hasEnded(record.plane, clock))) return 0;
  if (record.warden && isAlive(record.warden)) sendSignal(record.warden.pid, 'SIGKILL');
  const ended = await endRun(record, clock, GRACE_WALL_MS);
  removeRun(stateDir, record.runId);
  return ended;
}

async function hasEnded(plane: RunRecord['plane'], clock: Clock): Promise<boolean> {
  const untilMs = clock.monotonicMs() + PLANE_WAIT_WALL_MS;
  while (isAlive(plane)) {
    if (clock.monotonicMs() >= untilMs || plane.pid === process.pid) return false;
    await new Promise<void>((resolve) => void clock.afterWall(POLL_WALL_MS, resolve));
  }
  return true;
}

function isAlive({ pid, start }: { readonly pid: number; readonly start: string | null }): boolean {
  return start !== null && startOf(pid) === start;
}
