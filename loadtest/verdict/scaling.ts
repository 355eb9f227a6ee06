/** What happened in a rehearsal of scaling, read off from its record. Pure. */
import type { RunRecord } from './record.ts';
import type { PortUse, ScalingReading, ScalingRecord } from './scaling-record.ts';
import type { ScalingVerdict } from './verdict.ts';

/** Names of the services whose desired count moved. */
export function scaledServices({ readings }: ScalingRecord): string[] {
  const names = new Set(readings.flatMap((reading) => Object.keys(reading.services)));
  return [...names].filter((name) => new Set(desiredOf(readings, name)).size > 1).sort();
}

function desiredOf(readings: readonly ScalingReading[], name: string): number[] {
  return readings.flatMap(({ services }) => (services[name] ? [services[name].desired] : []));
}

/** Of the service that ran most tasks: how many at the baseline and at its peak, and the same of the instances. */
export function peakOf({ readings }: ScalingRecord): {
  readonly service: string | null;
  readonly tasksBefore: number;
  readonly tasks: number;
  readonly instancesBefore: number;
  readonly instances: number;
  readonly onInstances: boolean;
} {
  const first = readings[0];
  const scaled = scaledServices({ readings } as ScalingRecord);
  const peaks = scaled.map((name) => ({
    name,
    tasks: Math.max(...readings.map((reading) => reading.services[name]?.running ?? 0)),
  }));
  const most = peaks.toSorted((a, b) => b.tasks - a.tasks)[0];
  return {
    service: most?.name ?? null,
    tasksBefore: most ? (first?.services[most.name]?.running ?? 0) : 0,
    tasks: most?.tasks ?? 0,
    instancesBefore: first?.instances ?? 0,
    instances: Math.max(0, ...readings.map((reading) => reading.instances)),
    onInstances: scaled.some((name) => first?.services[name]?.launchType === 'EC2'),
  };
}

/** Tasks and instances that the peak was short of what the profile is to bring about. */
export function shortOfPeak(scaling: ScalingRecord): number {
  const { tasks, instances, onInstances } = peakOf(scaling);
  const { peakTasks, peakInstances } = scaling.expected;
  const missing = Math.max(0, peakTasks - tasks);
  return missing + (onInstances ? Math.max(0, peakInstances - instances) : 0);
}

/** Moments of the run, wall ms; null where they did not come. */
export function momentsOf(scaling: ScalingRecord): {
  /** The load first left its baseline. */
  readonly riseMs: number | null;
  /** Every service that scaled first ran as many tasks as it ever wanted. */
  readonly scaledOutMs: number | null;
  /** The load began to go back to its baseline for good. */
  readonly fallMs: number | null;
} {
  const { phases, readings } = scaling;
  const reached = scaledServices(scaling).map((name) => {
    const most = Math.max(...desiredOf(readings, name));
    return readings.find(({ services }) => (services[name]?.running ?? 0) >= most)?.atMs ?? null;
  });
  const isThere = reached.length > 0 && reached.every((atMs) => atMs !== null);
  return {
    riseMs: phases.find((phase) => phase.name === 'rise')?.startMs ?? null,
    scaledOutMs: isThere ? Math.max(...reached.map((atMs) => atMs ?? 0)) : null,
    fallMs: phases.findLast((phase) => phase.name === 'fall')?.startMs ?? null,
  };
}

/** Services and `instances` that the last reading shows otherwise than the first. */
export function stillChanged({ readings }: ScalingRecord): string[] {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return [];
  const services = Object.keys(first.services).filter((name) => {
    const [before, after] = [first.services[name], last.services[name]];
    return after?.desired !== before?.desired || after?.running !== before?.desired;
  });
  return first.instances === last.instances ? services : [...services, 'instances'];
}

/**
 * Changes of direction that the load did not ask for: a service that goes out, in and out again while the load went up
 * once has one.
 */
export function flapsOf(scaling: ScalingRecord): number {
  const asked = turns(scaling.phases.map((phase) => phase.ratePerSecond));
  const excess = scaledServices(scaling).map((name) => turns(desiredOf(scaling.readings, name)) - asked);
  return Math.max(0, ...excess);
}

/** How often a series goes from rising to falling or back. */
export function turns(values: readonly number[]): number {
  let direction = 0;
  let count = 0;
  for (let i = 1; i < values.length; i++) {
    const step = Math.sign((values[i] as number) - (values[i - 1] as number));
    if (step === 0) continue;
    if (direction !== 0 && step !== direction) count++;
    direction = step;
  }
  return count;
}

/** A wait for tasks of at least so much control time, and so much of the wall's, is no mere start. */
const WAIT_CONTROL_MS = 120_000;
const WAIT_WALL_MS = 5_000;
const SAID = /PLACEMENT|CAPACITY|SCALED|LAUNCH|INSTANCE|TASKS_STARTED/;
/** An alarm of this age at an unmoved count says that nothing more is to be had. */
const LIMIT_CONTROL_MS = 240_000;

/** Where capacity was the limit and nothing said so, or the count could go no further: one sentence each. */
export function limitsOf(record: Pick<RunRecord, 'events' | 'clockRate'>, scaling: ScalingRecord): string[] {
  return [...silentWaits(record, scaling), ...atTheirLimit(record, scaling)];
}

function silentWaits({ events, clockRate }: Pick<RunRecord, 'events' | 'clockRate'>, scaling: ScalingRecord): string[] {
  const minMs = Math.max(WAIT_WALL_MS, WAIT_CONTROL_MS / clockRate);
  const { readings } = scaling;
  return scaledServices(scaling).flatMap((name) => {
    const waits: { fromMs: number; toMs: number }[] = [];
    let fromMs: number | null = null;
    for (const { atMs, services } of readings) {
      const { desired = 0, running = 0 } = services[name] ?? {};
      if (running < desired) fromMs ??= atMs;
      else if (fromMs !== null) {
        waits.push({ fromMs, toMs: atMs });
        fromMs = null;
      }
    }
    const end = readings.at(-1)?.atMs ?? 0;
    if (fromMs !== null) waits.push({ fromMs, toMs: end });
    return waits
      .filter((wait) => wait.toMs - wait.fromMs >= minMs)
      .filter((wait) => !events.some((e) => e.atMs >= wait.fromMs - minMs && e.atMs <= wait.toMs && SAID.test(e.code)))
      .map(
        (wait) => `${name} lacked tasks for ${((wait.toMs - wait.fromMs) / 1_000).toFixed(1)} s, and no event says why`,
      );
  });
}

/** The count stood still while its scale-out alarm went on to the end of the highest phase. */
function atTheirLimit({ clockRate }: Pick<RunRecord, 'clockRate'>, scaling: ScalingRecord): string[] {
  const { phases, readings } = scaling;
  const peakEndMs = phases.findLast((phase) => phase.name === 'peak' || phase.name === 'rise')?.endMs;
  if (peakEndMs === undefined) return [];
  return scaledServices(scaling).flatMap((name) => {
    const until = readings.filter((reading) => reading.atMs <= peakEndMs);
    const last = until.at(-1);
    const isHigh = ({ alarms }: ScalingReading): boolean =>
      alarms.some((alarm) => alarm.includes(`/${name}-AlarmHigh`));
    if (!last || !isHigh(last)) return [];
    const still = until.findLastIndex((r) => !isHigh(r) || r.services[name]?.desired !== last.services[name]?.desired);
    const sinceMs = until[still + 1]?.atMs ?? peakEndMs;
    if ((peakEndMs - sinceMs) * clockRate < LIMIT_CONTROL_MS) return [];
    const minutes = Math.round(((peakEndMs - sinceMs) * clockRate) / 60_000);
    return [
      `${name} stayed at ${last.services[name]?.desired} tasks for ${minutes} min while its scale-out alarm was on: raise max_capacity, or give its tasks more room`,
    ];
  });
}

/** Ports of an instance that a task got while another's target on the same port still took part or drained. */
export function portsReusedUnsafely(ports: readonly PortUse[]): PortUse[] {
  const byPort = Map.groupBy(ports, (use) => `${use.instanceId}:${use.hostPort}`);
  return [...byPort.values()].flatMap((uses) => {
    const sorted = uses.toSorted((a, b) => a.firstMs - b.firstMs);
    return sorted.filter((use, i) => sorted.slice(0, i).some((before) => before.lastMs >= use.firstMs));
  });
}

/** What the run says against the system, beside its criteria: one sentence each. */
export function scalingReasons(record: RunRecord): string[] {
  const { scaling } = record;
  if (!scaling) return [];
  const ports = portsReusedUnsafely(scaling.ports).map(
    (use) => `port ${use.hostPort} of ${use.instanceId} went to ${use.service} while another task still answered there`,
  );
  return [...limitsOf(record, scaling), ...ports];
}

/** The decisions that count, of services and capacity providers. */
const DECISION = /^(SCALED_(OUT|IN)|CAPACITY_\w+|INSTANCES_\w+|SCALING_FAILED)$/;

/** @returns null where the load was not about scaling */
export function describeScaling({ scaling, events, clockRate }: RunRecord): ScalingVerdict | null {
  if (!scaling) return null;
  const peak = peakOf(scaling);
  const last = scaling.readings.at(-1);
  const startMs = scaling.phases[0]?.startMs ?? 0;
  return {
    service: peak.service,
    tasks: {
      before: peak.tasksBefore,
      peak: peak.tasks,
      after: peak.service ? (last?.services[peak.service]?.running ?? 0) : 0,
    },
    instances: { before: peak.instancesBefore, peak: peak.instances, after: last?.instances ?? 0 },
    decisions: events
      .filter((event) => DECISION.test(event.code) && event.atMs >= startMs)
      .map((event) => ({
        at: new Date(event.atMs).toISOString(),
        minute: Math.round(((event.atMs - startMs) / 60_000) * clockRate * 10) / 10,
        message: event.message,
      })),
  };
}
