/** Process tables shared by all who wait for one: a hundred tasks that end together cost one scan, not a hundred. */
import type { Clock } from '../clock.ts';
import { markerOf, type ProcessRow, processTable } from './table.ts';

export interface Snapshot {
  readonly rows: readonly ProcessRow[];
  /** Each environment is read once a snapshot. */
  readonly markerOf: (pid: number) => string | null;
}

export interface Snapshots {
  /** A table taken after this call. */
  next(): Promise<Snapshot>;
}

/** The least time between two scans; one costs about 15 µs a process. */
const PAUSE_WALL_MS = 10;

export function createSnapshots(clock: Clock): Snapshots {
  let pending: Promise<Snapshot> | null = null;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    next() {
      pending ??= new Promise((resolve) => {
        const take = (): void => {
          pending = null;
          lastMs = clock.monotonicMs();
          resolve({ rows: processTable(), markerOf: memoised(markerOf) });
        };
        const waitMs = lastMs + PAUSE_WALL_MS - clock.monotonicMs();
        if (waitMs > 0) clock.afterWall(waitMs, take);
        else setImmediate(take);
      });
      return pending;
    },
  };
}

function memoised(read: (pid: number) => string | null): (pid: number) => string | null {
  const known = new Map<number, string | null>();
  return (pid) => {
    const before = known.get(pid);
    if (before !== undefined) return before;
    const marker = read(pid);
    known.set(pid, marker);
    return marker;
  };
}
