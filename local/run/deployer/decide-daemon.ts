/**
 * Daemons, decided: one task on every ACTIVE container instance that meets the constraints. (instances, deployments, tasks)
 * → where to start, what to stop. Pure: no clock, no I/O. reconcile-daemon.ts applies it. (ECS ecs_services, "Daemon";
 * container-instance-draining)
 */
import {
  type DeciderDeployment,
  type DeciderOutput,
  type DeciderTask,
  emptied,
  isTripped,
  lowerLimit,
} from './decide-deployment.ts';

export interface DaemonInstance {
  readonly id: string;
  /** It is ACTIVE and meets every placement constraint. */
  readonly eligible: boolean;
  readonly draining: boolean;
  /** Tasks on it that are no daemons: a daemon leaves a draining instance last. */
  readonly others: number;
}

export interface DaemonTask extends DeciderTask {
  readonly instanceId: string;
}

export interface DaemonInput {
  readonly minimumHealthyPercent: number;
  readonly circuitBreakerEnabled: boolean;
  readonly deployments: readonly DeciderDeployment[];
  /** Those of instances that are gone end with them, and are left out. */
  readonly tasks: readonly DaemonTask[];
  readonly instances: readonly DaemonInstance[];
  readonly throttled: boolean;
}

export interface DaemonOutput extends Omit<DeciderOutput, 'start'> {
  /** Instances that should have a task. */
  readonly desiredCount: number;
  /** Ids of the instances on which a task of the PRIMARY deployment starts. */
  readonly start: readonly string[];
}

type Stops = Map<string, DeciderOutput['stop'][number]['why']>;

export function decideDaemon(input: DaemonInput): DaemonOutput {
  const primary = input.deployments.find((d) => d.status === 'PRIMARY');
  const wanted = new Set(input.instances.flatMap((i) => (i.eligible && !i.draining ? [i.id] : [])));
  const desiredCount = wanted.size;
  const live = input.tasks.filter((t) => t.phase !== 'stopping');
  const placed = live.filter((t) => wanted.has(t.instanceId));
  const isOwn = (t: DaemonTask): boolean => t.deploymentId === primary?.id;
  const inProgress = primary?.rolloutState === 'IN_PROGRESS';
  const failed = input.circuitBreakerEnabled && isTripped(primary, desiredCount);
  // "A deployment in a FAILED state won't launch any new tasks" (ECS deployment-circuit-breaker): nor end any for them.
  const halted = failed || primary?.rolloutState === 'FAILED';
  const stop: Stops = new Map();
  for (const task of live) if (task.unhealthy) stop.set(task.id, 'unhealthy');
  leave(input, live, stop);
  for (const task of doubled(placed, isOwn)) stop.set(task.id, 'scaled-in');
  if (!halted)
    replace(
      placed.filter((t) => !isOwn(t)),
      placed,
      lowerLimit(desiredCount, input.minimumHealthyPercent),
      stop,
    );
  // A task that stops still has its resources: the next one on the instance waits until it is gone.
  const taken = new Set(input.tasks.map((t) => t.instanceId));
  const staying = placed.filter((t) => !stop.has(t.id));
  const done =
    primary !== undefined && !failed && staying.length === desiredCount && staying.every((t) => isOwn(t) && t.healthy);
  return {
    desiredCount,
    start: halted || input.throttled ? [] : [...wanted].filter((id) => !taken.has(id)),
    stop: [...stop].map(([taskId, why]) => ({ taskId, why })),
    completed: done && inProgress,
    failed,
    retire: emptied(input),
    steady: done && stop.size === 0 && input.tasks.every((t) => t.phase !== 'stopping' || isOwn(t)),
  };
}

/** Where no daemon belongs any more: an instance that drains and is empty but for daemons, or that meets no constraint. */
function leave({ instances }: DaemonInput, live: readonly DaemonTask[], stop: Stops): void {
  const known = new Map(instances.map((i) => [i.id, i]));
  for (const task of live) {
    const on = known.get(task.instanceId);
    if (!on) continue;
    if (on.draining && on.others === 0) stop.set(task.id, 'draining');
    else if (!on.draining && !on.eligible) stop.set(task.id, 'misplaced');
  }
}

/** All but the most useful task of an instance. */
function doubled(placed: readonly DaemonTask[], isOwn: (t: DaemonTask) => boolean): DaemonTask[] {
  const kept = new Map<string, DaemonTask>();
  const use = (t: DaemonTask): number => (t.unhealthy ? 0 : 1) + (t.healthy ? 2 : 0) + (isOwn(t) ? 4 : 0);
  for (const task of placed) {
    const other = kept.get(task.instanceId);
    if (!other || use(task) > use(other)) kept.set(task.instanceId, task);
  }
  return placed.filter((t) => kept.get(t.instanceId) !== t);
}

/** Tasks of older versions go before the new one comes, instance by instance, as far as `least` healthy ones stay. */
function replace(old: readonly DaemonTask[], placed: readonly DaemonTask[], least: number, stop: Stops): void {
  let spare = placed.filter((t) => t.healthy && !stop.has(t.id)).length - least;
  for (const task of [...old].sort((a, b) => Number(a.healthy) - Number(b.healthy))) {
    if (stop.has(task.id)) continue;
    if (task.healthy && spare <= 0) continue;
    if (task.healthy) spare -= 1;
    stop.set(task.id, 'replaced');
  }
}
