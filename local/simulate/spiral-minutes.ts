/**
 * A rehearsal's record as minutes for detect-spiral.ts: what the plane's events and the samples of running tasks say,
 * by control minute. Pure.
 */
import type { SpiralMinute } from './detect-spiral.ts';

export interface SpiralRecord {
  readonly service: string;
  /** Wall time. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly clockRate: number;
  readonly desiredAtStart: number;
  /** Events of the plane, wall time, oldest first. */
  readonly events: readonly {
    readonly atMs: number;
    readonly subject: string;
    readonly code: string;
    readonly message: string;
  }[];
  /** Running tasks by service, wall time, oldest first. */
  readonly samples: readonly { readonly atMs: number; readonly running: Readonly<Record<string, number>> }[];
}

const MINUTE_MS = 60_000;

export function spiralMinutesOf(record: SpiralRecord): SpiralMinute[] {
  const { service, startedAtMs, endedAtMs, clockRate } = record;
  const minuteOf = (atMs: number): number => Math.floor(((atMs - startedAtMs) * clockRate) / MINUTE_MS);
  const last = minuteOf(Math.max(startedAtMs, endedAtMs - 1));
  const events = groupBy(
    record.events.filter((e) => e.subject === service),
    (e) => minuteOf(e.atMs),
  );
  const samples = groupBy(record.samples, (s) => minuteOf(s.atMs));
  let desired = record.desiredAtStart;
  let running = record.samples[0]?.running[service] ?? record.desiredAtStart;
  return Array.from({ length: last + 1 }, (_, minute) => {
    const own = events.get(minute) ?? [];
    const killed = own.filter((e) => e.code === 'TASK_UNHEALTHY').length;
    const before = running;
    running = samples.get(minute)?.at(-1)?.running[service] ?? running;
    desired = desiredAfter(own, desired);
    return {
      atMs: startedAtMs + (minute * MINUTE_MS) / clockRate,
      desired,
      running,
      // What came is what the count grew by, plus what went meanwhile.
      started: Math.max(0, running - before + killed),
      killed,
      neverHealthy: own.filter((e) => e.code === 'SERVICE_THROTTLED').length > 0 ? killed : 0,
      held: heldOf(own),
    };
  });
}

type Event = SpiralRecord['events'][number];

/** `… 2 → 4` of SCALED_OUT and SCALED_IN, the last of the minute. */
function desiredAfter(events: readonly Event[], before: number): number {
  const moved = events.filter((e) => e.code === 'SCALED_OUT' || e.code === 'SCALED_IN').at(-1);
  const to = moved && [...moved.message.matchAll(/\d+ → (\d+)/g)].at(-1)?.[1];
  return to === undefined ? before : Number(to);
}

function heldOf(events: readonly Event[]): SpiralMinute['held'] {
  const held = events.filter((e) => e.code === 'SCALING_HELD');
  if (held.some((e) => e.message.includes('at the maximum'))) return 'maximum';
  return held.some((e) => e.message.includes('scale-out cooldown')) ? 'cooldown' : null;
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const out = new Map<number, T[]>();
  for (const item of items) {
    const list = out.get(key(item));
    if (list) list.push(item);
    else out.set(key(item), [item]);
  }
  return out;
}
