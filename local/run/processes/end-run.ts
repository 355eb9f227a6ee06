/** Ends everything of a run from outside the plane: the warden's work, and the next plane's. */
import { rmSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { membersOf } from './members.ts';
import type { RunRecord } from './run-file.ts';
import { sendSignal } from './signals.ts';
import { type ProcessRow, processTable } from './table.ts';

const POLL_WALL_MS = 25;
/** What SIGKILL does not end by then (it waits inside the kernel, for a disk that does not answer) is not waited for. */
const LIMIT_AFTER_KILL_WALL_MS = 20_000;

/**
 * SIGTERM to every process of the run, SIGKILL after the grace, until two looks in a row find none; then the run's
 * temporary folders go. A process forked between look and signal is found by the next look.
 * @returns how many processes it ended
 */
export async function endRun(record: RunRecord, clock: Clock, graceWallMs: number): Promise<number> {
  const prefix = `${record.runId}.`;
  const killAtMs = clock.monotonicMs() + graceWallMs;
  const asked = new Set<string>();
  for (let clean = 0; clean < 2 && clock.monotonicMs() < killAtMs + LIMIT_AFTER_KILL_WALL_MS; ) {
    const rows = membersOf(record.children, processTable(), {
      ownsGroups: false,
      since: record.plane.start,
      isOurs: (marker) => marker.startsWith(prefix),
    }).filter((row) => row.pid !== process.pid);
    clean = rows.length === 0 ? clean + 1 : 0;
    const kill = clock.monotonicMs() >= killAtMs;
    for (const row of rows) if (kill || !asked.has(keyOf(row))) sendSignal(row.pid, kill ? 'SIGKILL' : 'SIGTERM');
    for (const row of rows) asked.add(keyOf(row));
    await new Promise<void>((resolve) => void clock.afterWall(POLL_WALL_MS, resolve));
  }
  for (const dir of record.tempDirs) rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return asked.size;
}

const keyOf = (row: ProcessRow): string => `${row.pid}@${row.start}`;
