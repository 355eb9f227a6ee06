/** CPU that processes use, from /proc (Linux; null elsewhere), and that the machine as a whole does. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Clock } from '../../local/run/clock.ts';

/** Linux counts in clock ticks of 10 ms (USER_HZ, fixed at 100 for user space on every architecture that Node runs on). */
const TICKS_PER_SECOND = 100;
// proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces, so count from after it.
const UTIME = 14 - 3;
const STIME = 15 - 3;

/**
 * @returns a function that gives the cores that the processes used together since its last call; null at the first call,
 *   when they are not the same as before, and where nothing is known
 */
export function createCpuMeter(pids: () => readonly number[], clock: Clock): () => Promise<number | null> {
  let before: { pids: string; ticks: number; atMs: number } | null = null;
  return async () => {
    const now = pids();
    const each = await Promise.all(now.map(cpuTicks));
    const ticks = each.reduce<number | null>((sum, t) => (sum === null || t === null ? null : sum + t), 0);
    if (now.length === 0 || ticks === null) {
      before = null;
      return null;
    }
    const last = before;
    before = { pids: now.join(), ticks, atMs: clock.monotonicMs() };
    if (last?.pids !== before.pids || before.atMs <= last.atMs) return null;
    return (ticks - last.ticks) / TICKS_PER_SECOND / ((before.atMs - last.atMs) / 1_000);
  };
}

async function cpuTicks(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[UTIME]) + Number(fields?.[STIME]);
  return Number.isFinite(ticks) ? ticks : null;
}

/** @returns a function that gives the share of all cores in use since its last call, 0–1; null at the first call */
export function createMachineMeter(
  read: () => readonly CpuTimes[] = () => cpus().map((cpu) => cpu.times),
): () => number | null {
  let before: { busy: number; all: number } | null = null;
  return () => {
    const last = before;
    let busy = 0;
    let all = 0;
    for (const { user, nice, sys, idle, irq } of read()) {
      busy += user + nice + sys + irq;
      all += user + nice + sys + irq + idle;
    }
    before = { busy, all };
    return last && all > last.all ? (busy - last.busy) / (all - last.all) : null;
  };
}

/** As `os.cpus()` gives them, ms since the machine started. */
export interface CpuTimes {
  readonly user: number;
  readonly nice: number;
  readonly sys: number;
  readonly idle: number;
  readonly irq: number;
}
