/**
 * Which tasks a service stops when it has more than it wants: the strategies that place them, the other way round. Pure.
 * (ECS task-placement-strategies, API_UpdateService: "When the service scheduler stops running tasks")
 */
import type { PlacementStrategy } from '../../topology.ts';

export interface PlacedTask {
  readonly id: string;
  readonly zone: string;
  /** Null on Fargate, or while it waits for an instance. */
  readonly instance: {
    readonly id: string;
    readonly instanceType: string;
    /** Left over beside its tasks. */
    readonly cpuUnits: number;
    readonly memoryMiB: number;
  } | null;
}

/** What one task of the service gives back. */
export interface TaskSize {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

interface Spot {
  readonly at: PlacedTask;
  /** Oldest first. */
  readonly taskIds: string[];
  stopped: number;
}

const DEFAULT_STRATEGIES: readonly PlacementStrategy[] = [{ type: 'spread', field: 'attribute:ecs.availability-zone' }];

/**
 * Each step takes a task from where most of the service's tasks are (`spread`), or where most room is left once it has gone
 * (`binpack`); then from the instance with most of its tasks, the oldest of them ≈ (AWS: at random).
 *
 * @param tasks oldest first @param count how many are to go, at most as many as there are
 * @returns their ids, first to go first
 */
export function decideScaleIn(
  tasks: readonly PlacedTask[],
  strategies: readonly PlacementStrategy[],
  size: TaskSize,
  count: number,
): string[] {
  const spots = spotsOf(tasks);
  const chosen: string[] = [];
  while (chosen.length < Math.min(count, tasks.length)) {
    const spot = next(spots, strategies.length > 0 ? strategies : DEFAULT_STRATEGIES, size);
    chosen.push(spot.taskIds.shift() as string);
    spot.stopped += 1;
  }
  return chosen;
}

function spotsOf(tasks: readonly PlacedTask[]): Spot[] {
  const spots = new Map<string, Spot>();
  for (const task of tasks) {
    const key = task.instance ? `instance ${task.instance.id}` : `zone ${task.zone}`;
    const spot = spots.get(key);
    if (spot) spot.taskIds.push(task.id);
    else spots.set(key, { at: task, taskIds: [task.id], stopped: 0 });
  }
  return [...spots.values()];
}

function next(spots: readonly Spot[], strategies: readonly PlacementStrategy[], size: TaskSize): Spot {
  let field = spots.filter((spot) => spot.taskIds.length > 0);
  for (const strategy of strategies) {
    if (strategy.type === 'random') continue;
    const score = strategy.type === 'binpack' ? roomAfter(strategy, size) : shareOf(strategy, field);
    const best = Math.max(...field.map(score));
    field = field.filter((spot) => score(spot) === best);
  }
  return field.reduce((most, spot) => (spot.taskIds.length > most.taskIds.length ? spot : most));
}

/** Fargate has no instance that could become empty. */
function roomAfter({ field }: PlacementStrategy, size: TaskSize): (spot: Spot) => number {
  const isCpu = field?.toLowerCase() === 'cpu';
  const [left, each] = isCpu ? (['cpuUnits', size.cpuUnits] as const) : (['memoryMiB', size.memoryMiB] as const);
  return ({ at, stopped }) => (at.instance ? at.instance[left] + (stopped + 1) * each : 0);
}

function shareOf({ field }: PlacementStrategy, spots: readonly Spot[]): (spot: Spot) => number {
  const counts = new Map<string, number>();
  for (const spot of spots) counts.set(keyOf(field, spot), (counts.get(keyOf(field, spot)) ?? 0) + spot.taskIds.length);
  return (spot) => counts.get(keyOf(field, spot)) ?? 0;
}

function keyOf(field: string | null, { at }: Spot): string {
  if (field === 'instanceId' || field === 'host') return at.instance?.id ?? '';
  if (field === 'attribute:ecs.instance-type') return at.instance?.instanceType ?? '';
  return at.zone;
}
