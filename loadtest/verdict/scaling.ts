/** What happened in a rehearsal of scaling, read off from its record. Pure. */
import type { PortUse, ScalingReading, ScalingRecord } from './scaling-record.ts';

/** Names of the services whose desired count moved. */
export function scaledServices({ readings }: Pick<ScalingRecord, 'readings'>): string[] {
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
  const scaled = scaledServices({ readings });
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

/** One rise of the load, and what it brought about. Wall ms. */
export interface Rise {
  readonly fromMs: number;
  /** The next rise, or the end of the run. */
  readonly toMs: number;
  /** Some service wanted more tasks than before. */
  readonly grew: boolean;
  /** Each of those first ran as many as it wanted; null where one never did. */
  readonly scaledOutMs: number | null;
}

export function risesOf(scaling: Pick<ScalingRecord, 'phases' | 'readings'>): Rise[] {
  const { phases, readings } = scaling;
  const starts = phases.filter((phase) => phase.name === 'rise').map((phase) => phase.startMs);
  return starts.map((fromMs, i) => {
    const toMs = starts[i + 1] ?? Math.max(phases.at(-1)?.endMs ?? fromMs, readings.at(-1)?.atMs ?? fromMs);
    const before = readings.findLast((reading) => reading.atMs <= fromMs) ?? readings[0];
    const during = readings.filter((reading) => reading.atMs > fromMs && reading.atMs <= toMs);
    const reached = Object.entries(before?.services ?? {}).flatMap(([name, { desired }]) => {
      const most = Math.max(desired, ...desiredOf(during, name));
      if (most === desired) return [];
      return [during.find(({ services }) => (services[name]?.running ?? 0) >= most)?.atMs ?? null];
    });
    const isThere = reached.length > 0 && reached.every((atMs) => atMs !== null);
    const scaledOutMs = isThere ? Math.max(...reached.map((atMs) => atMs ?? 0)) : null;
    return { fromMs, toMs, grew: reached.length > 0, scaledOutMs };
  });
}

/** The load began to go back to its baseline for good, wall ms; null where it never does. */
export function lastFallMs({ phases }: Pick<ScalingRecord, 'phases'>): number | null {
  return phases.findLast((phase) => phase.name === 'fall')?.startMs ?? null;
}

/** Services and `instances` of which the last reading shows more than the first, none at all, or not what is wanted. */
export function stillChanged({ readings }: Pick<ScalingRecord, 'readings'>): string[] {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return [];
  const services = Object.keys(first.services).filter((name) => {
    const [before, after] = [first.services[name], last.services[name]];
    return !after || !before || !isNoMore(before.desired, after.desired) || after.running !== after.desired;
  });
  return isNoMore(first.instances, last.instances) ? services : [...services, 'instances'];
}

/** Back to what it was, or further; none at all is no way back. */
export function isNoMore(before: number, now: number): boolean {
  return now <= before && (now > 0 || before === 0);
}

/** Tasks that go within so much control time after they were asked for (Application Auto Scaling's default cooldown). */
const COOLDOWN_MINUTES = 5;

/**
 * The worst service's changes of direction that the load did not ask for: one that goes out, in and out again while the
 * load went up once; or its scale-ins within a cooldown after a scale-out, whatever the load did.
 */
export function flapsOf(scaling: Pick<ScalingRecord, 'phases' | 'readings'>, clockRate: number): number {
  const asked = turns(scaling.phases.map((phase) => phase.ratePerSecond));
  const flaps = scaledServices(scaling).map((name) =>
    Math.max(turns(desiredOf(scaling.readings, name)) - asked, hastyScaleIns(scaling.readings, name, clockRate)),
  );
  return Math.max(0, ...flaps);
}

function hastyScaleIns(readings: readonly ScalingReading[], name: string, clockRate: number): number {
  const cooldownMs = (COOLDOWN_MINUTES * 60_000) / clockRate;
  let outAtMs = Number.NEGATIVE_INFINITY;
  let before: number | null = null;
  let count = 0;
  for (const { atMs, services } of readings) {
    const desired = services[name]?.desired;
    if (desired === undefined) continue;
    if (before !== null && desired > before) outAtMs = atMs;
    if (before !== null && desired < before && atMs - outAtMs < cooldownMs) count++;
    before = desired;
  }
  return count;
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

/** Ports of an instance that a task got while another's target on the same port still took part or drained. */
export function portsReusedUnsafely(ports: readonly PortUse[]): PortUse[] {
  const byPort = Map.groupBy(ports, (use) => `${use.instanceId}:${use.hostPort}`);
  return [...byPort.values()].flatMap((uses) => {
    const sorted = uses.toSorted((a, b) => a.firstMs - b.firstMs);
    return sorted.filter((use, i) => sorted.slice(0, i).some((before) => before.lastMs >= use.firstMs));
  });
}

/** A target gets requests once a health check has passed; a port of this age has had its share. */
const SERVING_CONTROL_MS = 120_000;
const SERVING_WALL_MS = 5_000;

/** Ports that were there for long enough, and those of them whose target answered nothing. */
export function servingPorts(
  { ports }: Pick<ScalingRecord, 'ports'>,
  clockRate: number,
): { readonly watched: number; readonly idle: readonly PortUse[] } {
  const minMs = Math.max(SERVING_WALL_MS, SERVING_CONTROL_MS / clockRate);
  const watched = ports.filter((use) => typeof use.requests === 'number' && use.lastMs - use.firstMs >= minMs);
  return { watched: watched.length, idle: watched.filter((use) => use.requests === 0) };
}
