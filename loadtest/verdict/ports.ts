/** What the snapshots say about dynamic host ports. Pure. */
import type { ServiceSnapshot, Snapshot, StageRecord, TaskSnapshot } from './record.ts';

/**
 * Linux's default `net.ipv4.ip_local_port_range`, and the range that ECS falls back to (ECS
 * task_definition_parameters, hostPort). Which of them an instance uses is approximated where its range is not known.
 */
export const DEFAULT_RANGE: readonly [number, number] = [32_768, 60_999];
export const FALLBACK_RANGE: readonly [number, number] = [49_153, 65_535];

export interface PortFacts {
  readonly dynamicPorts: number;
  readonly mostOnOneInstance: number;
  readonly clashing: number;
  readonly outOfRange: number;
  /** Ports only in the fallback range of an instance whose range is not known. */
  readonly doubtful: number;
  /** Tasks that were there through a whole steady stretch; each should have served. */
  readonly watched: number;
  /** Those that served nothing, as `service instance:port`. */
  readonly idle: readonly string[];
}

/** A task with a dynamic host port: on an instance, on a host port that is not its container port. */
export function hasDynamicPort(
  task: TaskSnapshot,
): task is TaskSnapshot & { readonly hostPort: number; readonly instanceId: string } {
  return task.instanceId !== null && task.hostPort !== null && task.hostPort !== task.containerPort;
}

export function measurePorts(stages: readonly StageRecord[]): PortFacts {
  const snapshots = stages.flatMap((stage) => [stage.steady, stage.leaving]).filter((s): s is Snapshot => s !== null);
  const facts = { dynamicPorts: 0, mostOnOneInstance: 0, clashing: 0, outOfRange: 0, doubtful: 0 };
  for (const snapshot of snapshots) addSnapshot(facts, snapshot);
  const watched = stages.flatMap(watchedTasks);
  return {
    ...facts,
    dynamicPorts: distinctTasks(snapshots),
    watched: watched.length,
    idle: watched.filter((task) => task.served === 0).map((task) => task.label),
  };
}

function addSnapshot(
  facts: { mostOnOneInstance: number; clashing: number; outOfRange: number; doubtful: number },
  snapshot: Snapshot,
): void {
  const used = new Set<string>();
  const ranges = new Map(snapshot.instances.map((instance) => [instance.id, instance.portRange]));
  for (const service of snapshot.services) {
    const perInstance = new Map<string, number>();
    for (const task of service.tasks.filter(hasDynamicPort)) {
      const key = `${task.instanceId}:${task.hostPort}`;
      if (used.has(key)) facts.clashing += 1;
      used.add(key);
      const place = placeInRange(task.hostPort, ranges.get(task.instanceId) ?? null);
      if (place === 'outside') facts.outOfRange += 1;
      if (place === 'doubtful') facts.doubtful += 1;
      perInstance.set(task.instanceId, (perInstance.get(task.instanceId) ?? 0) + 1);
    }
    facts.mostOnOneInstance = Math.max(facts.mostOnOneInstance, ...perInstance.values(), 0);
  }
}

function placeInRange(port: number, range: readonly [number, number] | null): 'inside' | 'outside' | 'doubtful' {
  const within = (r: readonly [number, number]): boolean => port >= r[0] && port <= r[1];
  if (range) return within(range) ? 'inside' : 'outside';
  if (within(DEFAULT_RANGE)) return 'inside';
  return within(FALLBACK_RANGE) ? 'doubtful' : 'outside';
}

function distinctTasks(snapshots: readonly Snapshot[]): number {
  const arns = snapshots.flatMap((s) => s.services.flatMap((v) => v.tasks.filter(hasDynamicPort).map((t) => t.arn)));
  return new Set(arns).size;
}

function watchedTasks(stage: StageRecord): { label: string; served: number }[] {
  const { steady, leaving } = stage;
  if (!steady || !leaving) return [];
  const before = new Set(steady.services.flatMap((s) => s.tasks.map((t) => t.arn)));
  return leaving.services.flatMap((service) =>
    service.tasks
      .filter(hasDynamicPort)
      .filter((task) => before.has(task.arn))
      .map((task) => ({
        label: `${service.name} ${task.instanceId}:${task.hostPort}`,
        served: servedBetween(stage, task),
      })),
  );
}

function servedBetween(stage: StageRecord, task: TaskSnapshot): number {
  // Target type instance counts by instance id, target type ip by address.
  const keys = [`${task.instanceId}:${task.hostPort}`, `${task.address}:${task.hostPort}`];
  const count = (snapshot: Snapshot | null): number => Math.max(0, ...keys.map((key) => snapshot?.served[key] ?? 0));
  return count(stage.leaving) - count(stage.steady);
}

/** `verdict.json`'s `ports`: every dynamic host port seen, by service and instance, ascending. */
export function portTable(
  stages: readonly StageRecord[],
): { service: string; instanceId: string; hostPorts: number[] }[] {
  const seen = new Map<string, { service: string; instanceId: string; hostPorts: Set<number> }>();
  const services: ServiceSnapshot[] = stages
    .flatMap((stage) => [stage.steady, stage.leaving])
    .flatMap((snapshot) => snapshot?.services ?? []);
  for (const service of services) {
    for (const task of service.tasks.filter(hasDynamicPort)) {
      const key = `${service.name} ${task.instanceId}`;
      const entry = seen.get(key) ?? {
        service: service.name,
        instanceId: task.instanceId,
        hostPorts: new Set<number>(),
      };
      entry.hostPorts.add(task.hostPort);
      seen.set(key, entry);
    }
  }
  return [...seen.values()].map((entry) => ({ ...entry, hostPorts: [...entry.hostPorts].sort((a, b) => a - b) }));
}
