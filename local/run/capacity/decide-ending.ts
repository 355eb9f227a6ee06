/**
 * Which instances end when a group shrinks: zones stay balanced, protected instances stay, the oldest goes first. Pure.
 * (EC2 Auto Scaling ec2-auto-scaling-termination-policies; ECS cluster-auto-scaling, "managed termination protection")
 */
import type { CapacityInstance } from './contracts.ts';

export interface EndingInput {
  readonly instances: readonly CapacityInstance[];
  readonly count: number;
  /** Managed termination protection: an instance with a task does not end by scale-in. */
  readonly terminationProtection: boolean;
}

export interface Ending {
  readonly ids: readonly string[];
  /** Instances that scale-in may not end. */
  readonly protectedIds: readonly string[];
}

export function decideEnding({ instances, count, terminationProtection }: EndingInput): Ending {
  const live = instances.filter((i) => i.status === 'ACTIVE' || i.status === 'PENDING');
  const isProtected = (i: CapacityInstance): boolean => terminationProtection && i.tasks > 0;
  const inZone = new Map<string, number>();
  for (const { zone } of live) inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  const queues = new Map<string, CapacityInstance[]>();
  const oldestFirst = live
    .filter((i) => !isProtected(i))
    .sort((a, b) => a.launchedAtMs - b.launchedAtMs || (a.id < b.id ? -1 : 1));
  for (const instance of oldestFirst) queues.set(instance.zone, [...(queues.get(instance.zone) ?? []), instance]);
  const ids: string[] = [];
  while (ids.length < count) {
    const zone = fullest(queues, inZone);
    const next = zone === null ? undefined : queues.get(zone)?.shift();
    if (zone === null || !next) break;
    ids.push(next.id);
    inZone.set(zone, (inZone.get(zone) ?? 0) - 1);
  }
  return { ids, protectedIds: live.filter(isProtected).map((i) => i.id) };
}

/** The zone with the most instances among those that have one to end; by name where they are equal. */
function fullest(
  queues: ReadonlyMap<string, readonly CapacityInstance[]>,
  inZone: ReadonlyMap<string, number>,
): string | null {
  const zones = [...queues].filter(([, queue]) => queue.length > 0).map(([zone]) => zone);
  const [zone] = zones.sort((a, b) => (inZone.get(b) ?? 0) - (inZone.get(a) ?? 0) || (a < b ? -1 : 1));
  return zone ?? null;
}

/** The zone of the next instance: the one with the fewest, in the group's order. */
export function zoneForLaunch(zones: readonly string[], countOf: (zone: string) => number): string {
  const counts = zones.map(countOf);
  return zones[counts.indexOf(Math.min(...counts))] ?? '';
}
