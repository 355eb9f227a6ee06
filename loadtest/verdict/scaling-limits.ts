/** Where capacity held a service back: tasks that found no instance, counts that stood at their maximum. Pure. */
import { controlMinutes } from './control-time.ts';
import type { EventRecord, RunRecord } from './record.ts';
import type { ScalingReading, ScalingRecord } from './scaling-record.ts';

type RunFacts = Pick<RunRecord, 'events' | 'clockRate'>;

/** A stretch in which a service had tasks that nothing had a place for. Wall ms. */
export interface CapacityWait {
  readonly service: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The most that waited at once. */
  readonly tasks: number;
  /** The event that says why; null where none does. */
  readonly why: string | null;
}

/** A silent wait of at least so much control time, and so much of the wall's, is no mere start. */
const SILENT_CONTROL_MS = 120_000;
const SILENT_WALL_MS = 5_000;
/** An alarm of this age at the maximum says that nothing more is to be had. */
const LIMIT_CONTROL_MS = 240_000;
/** The words of a decision that the maximum cut short (autoscaler, decide-scaling). */
const AT_MAXIMUM = /at the maximum of \d+|\(maximum; \d+ wanted\)/;

/** Where capacity was the limit and nothing said so, or a count could go no further: one sentence each. */
export function limitsOf(run: RunFacts, scaling: ScalingRecord): string[] {
  return [...badWaits(run, scaling), ...atTheirMaximum(run, scaling)];
}

/** Every wait that an event explains, and every silent one that is long enough to matter; oldest first. */
export function waitsOf(run: RunFacts, scaling: ScalingRecord): CapacityWait[] {
  const minMs = Math.max(SILENT_WALL_MS, SILENT_CONTROL_MS / run.clockRate);
  return servicesOf(scaling)
    .flatMap((service) => stretches(scaling.readings, service))
    .map((wait) => ({ ...wait, why: explanation(run.events, wait, minMs) }))
    .filter((wait) => wait.why !== null || wait.toMs - wait.fromMs >= minMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Waits that nothing explains, and those that the load's fall ended, not an instance. */
function badWaits(run: RunFacts, scaling: ScalingRecord): string[] {
  return waitsOf(run, scaling).flatMap(({ service, tasks, fromMs, toMs, why }) => {
    const fallMs = nextFall(scaling, fromMs) ?? Number.POSITIVE_INFINITY;
    if (why !== null && toMs < fallMs) return [];
    const minutes = controlMinutes(toMs - fromMs, run.clockRate).toFixed(1);
    const lacked = `${service} lacked ${tasks} tasks for ${minutes} min (${((toMs - fromMs) / 1_000).toFixed(1)} s here)`;
    return [why === null ? `${lacked}, and no event says why` : `${lacked}, until the load fell: ${why}`];
  });
}

function nextFall({ phases }: Pick<ScalingRecord, 'phases'>, afterMs: number): number | undefined {
  return phases.find((phase) => phase.name === 'fall' && phase.startMs > afterMs)?.startMs;
}

/** Tasks that are neither there nor on their way. */
function unplaced(reading: ScalingReading, service: string): number {
  const { desired = 0, running = 0, pending = 0 } = reading.services[service] ?? {};
  return Math.max(0, desired - running - pending);
}

function stretches(readings: readonly ScalingReading[], service: string): Omit<CapacityWait, 'why'>[] {
  const found: { service: string; fromMs: number; toMs: number; tasks: number }[] = [];
  let isOpen = false;
  for (const reading of readings) {
    const tasks = unplaced(reading, service);
    const last = found.at(-1);
    // It lasts until the first reading without it.
    if (last && isOpen) last.toMs = reading.atMs;
    if (tasks === 0) isOpen = false;
    else if (last && isOpen) last.tasks = Math.max(last.tasks, tasks);
    else {
      found.push({ service, fromMs: reading.atMs, toMs: reading.atMs, tasks });
      isOpen = true;
    }
  }
  return found;
}

/** What placement said of the service, or a capacity provider of what the service needs; told once, at the start. */
function explanation(
  events: readonly EventRecord[],
  { service, fromMs, toMs }: Omit<CapacityWait, 'why'>,
  beforeMs: number,
): string | null {
  const isAbout = ({ code, subject, message }: EventRecord): boolean =>
    code === 'TASK_PLACEMENT_FAILED'
      ? subject === service
      : code.startsWith('CAPACITY_') && message.includes(`service:${service} `);
  return events.find((e) => e.atMs >= fromMs - beforeMs && e.atMs <= toMs && isAbout(e))?.message ?? null;
}

/** The metric stayed above its target while the count could not follow. */
function atTheirMaximum({ events, clockRate }: RunFacts, scaling: ScalingRecord): string[] {
  const told = new Map<string, string>();
  for (const event of events) {
    if (!/^(SCALING_HELD|SCALED_OUT)$/.test(event.code) || !AT_MAXIMUM.test(event.message)) continue;
    const forMs = endOfLimit(event, events, scaling) - event.atMs;
    if (forMs * clockRate < LIMIT_CONTROL_MS) continue;
    const minutes = Math.round(controlMinutes(forMs, clockRate));
    const seconds = (forMs / 1_000).toFixed(1);
    told.set(
      event.subject,
      `${event.subject} was at its maximum for ${minutes} min (${seconds} s here) while its scale-out alarm was on: raise max_capacity, or give its tasks more room (${event.message})`,
    );
  }
  return [...told.values()];
}

/** When the alarms that were on at the decision were off, the count moved again, or the load went down. */
function endOfLimit(
  event: EventRecord,
  events: readonly EventRecord[],
  scaling: Pick<ScalingRecord, 'phases' | 'readings'>,
): number {
  const { readings } = scaling;
  const moved = events.find(
    (e) => e.atMs > event.atMs && e.subject === event.subject && /^SCALED_(OUT|IN)$/.test(e.code),
  )?.atMs;
  const fall = nextFall(scaling, event.atMs);
  const at = readings.findLastIndex((reading) => reading.atMs <= event.atMs);
  const on = highAlarms(readings.slice(Math.max(0, at), at + 2), event.subject);
  const off = readings.find((reading, i) => i > at && !reading.alarms.some((alarm) => on.has(alarm)))?.atMs;
  return Math.min(...[moved, fall, off, readings.at(-1)?.atMs].filter((ms) => ms !== undefined));
}

/** Of the service's target tracking policies; of a step policy the alarm has any name, so every one that is on. */
function highAlarms(readings: readonly ScalingReading[], service: string): ReadonlySet<string> {
  const on = readings.flatMap((reading) => reading.alarms).filter((alarm) => !alarm.includes('-AlarmLow-'));
  const own = on.filter((alarm) => alarm.includes(`/${service}-AlarmHigh-`));
  return new Set(own.length > 0 ? own : on);
}

function servicesOf({ readings }: ScalingRecord): string[] {
  return [...new Set(readings.flatMap((reading) => Object.keys(reading.services)))].sort();
}
