/**
 * Rolling updates, decided: (service, deployments, tasks) → what to start, what to stop, which deployment is done or
 * failed. Pure: no clock, no I/O. services.ts applies it. (ECS deployment-type-ecs, deployment-circuit-breaker)
 */

export interface DeciderDeployment {
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  /** Tasks that stopped by themselves or were found unhealthy. */
  readonly failedTasks: number;
}

export interface DeciderTask {
  readonly id: string;
  readonly deploymentId: string;
  /** `starting` until RUNNING; `stopping` from the first step of its stop on. */
  readonly phase: 'starting' | 'running' | 'stopping';
  /** Running, and every registered target healthy, and no container health check failing. */
  readonly healthy: boolean;
  /** Found unhealthy after the grace period. */
  readonly unhealthy: boolean;
  /** Its container instance drains: it is replaced as a task of an older version is (ECS container-instance-draining). */
  readonly draining?: boolean;
}

export interface DeciderInput {
  readonly desiredCount: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreakerEnabled: boolean;
  readonly deployments: readonly DeciderDeployment[];
  readonly tasks: readonly DeciderTask[];
  /** True while restarts of failing tasks wait (ECS service-throttle-logic). */
  readonly throttled: boolean;
}

/** `misplaced`: a daemon's instance no longer meets the placement constraints. */
export type StopCause = 'replaced' | 'draining' | 'scaled-in' | 'misplaced' | 'unhealthy';

export interface DeciderOutput {
  /** New tasks of the PRIMARY deployment. */
  readonly start: number;
  readonly stop: readonly { readonly taskId: string; readonly why: StopCause }[];
  /** The PRIMARY deployment has reached its end. */
  readonly completed: boolean;
  /** The circuit breaker has tripped for the PRIMARY deployment. */
  readonly failed: boolean;
  /** Deployments without tasks that are not PRIMARY. */
  readonly retire: readonly string[];
  readonly steady: boolean;
}

/** Failures that trip the circuit breaker: half the desired count, rounded up ≈, at least 3, at most 200. */
export function breakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}

/** Only a deployment under way can trip its circuit breaker. */
export const isTripped = (primary: DeciderDeployment | undefined, desiredCount: number): boolean =>
  primary?.rolloutState === 'IN_PROGRESS' && primary.failedTasks >= breakerThreshold(desiredCount);

/** Deployments before the PRIMARY one that have no task any more. */
export const emptied = ({ deployments, tasks }: Pick<DeciderInput, 'deployments' | 'tasks'>): readonly string[] =>
  deployments
    .filter(({ id, status }) => status === 'ACTIVE' && !tasks.some((task) => task.deploymentId === id))
    .map(({ id }) => id);

/** Fewest healthy tasks during a deployment: rounds up. */
export const lowerLimit = (desiredCount: number, percent: number): number => Math.ceil((desiredCount * percent) / 100);

/** Most running and pending tasks during a deployment: rounds down. */
export const upperLimit = (desiredCount: number, percent: number): number => Math.floor((desiredCount * percent) / 100);

export function decideDeployment(input: DeciderInput): DeciderOutput {
  const primary = input.deployments.find((d) => d.status === 'PRIMARY');
  const live = input.tasks.filter((t) => t.phase !== 'stopping');
  const stays = (t: DeciderTask): boolean => t.deploymentId === primary?.id && !t.draining;
  const own = live.filter(stays);
  const old = live.filter((t) => !stays(t));
  const unhealthy = live.filter((t) => t.unhealthy);
  // "A deployment in a FAILED state won't launch any new tasks" (ECS deployment-circuit-breaker): nor end any for them.
  const halted = primary?.rolloutState === 'FAILED';
  const stop = new Map<string, StopCause>();
  for (const task of unhealthy) stop.set(task.id, 'unhealthy');
  for (const task of halted ? [] : replaceable(input, old, live))
    stop.set(task.id, task.draining ? 'draining' : 'replaced');
  const excess = own.filter((t) => !stop.has(t.id)).length - input.desiredCount;
  for (const task of leastUseful(own.filter((t) => !stop.has(t.id))).slice(0, Math.max(0, excess)))
    stop.set(task.id, 'scaled-in');
  const inProgress = primary?.rolloutState === 'IN_PROGRESS';
  const failed = input.circuitBreakerEnabled && isTripped(primary, input.desiredCount);
  const ownHealthy = own.filter((t) => t.healthy && !stop.has(t.id)).length;
  const done =
    primary !== undefined &&
    !failed &&
    old.length === 0 &&
    ownHealthy >= input.desiredCount &&
    own.length === input.desiredCount;
  return {
    start: failed || halted || input.throttled ? 0 : startable(input, own, live, stop),
    stop: [...stop].map(([taskId, why]) => ({ taskId, why })),
    completed: done && inProgress,
    failed,
    retire: emptied(input),
    steady: done && input.tasks.every((t) => t.phase !== 'stopping' || t.deploymentId === primary?.id),
  };
}

/** Missing tasks, as far as maximumPercent leaves room. Tasks that are stopping take none. */
function startable(
  input: DeciderInput,
  own: readonly DeciderTask[],
  live: readonly DeciderTask[],
  stop: ReadonlyMap<string, StopCause>,
): number {
  const missing = input.desiredCount - own.filter((t) => !stop.has(t.id)).length;
  const rolling = live.length > own.length;
  const most = rolling
    ? upperLimit(input.desiredCount, input.maximumPercent)
    : Math.max(input.desiredCount, upperLimit(input.desiredCount, input.maximumPercent));
  const staying = live.filter((t) => !stop.has(t.id)).length;
  return Math.max(0, Math.min(missing, most - staying));
}

/** Old and draining tasks that may go now: those of no use at once, healthy ones as far as minimumHealthyPercent allows. */
function replaceable(
  input: DeciderInput,
  old: readonly DeciderTask[],
  live: readonly DeciderTask[],
): readonly DeciderTask[] {
  const least = lowerLimit(input.desiredCount, input.minimumHealthyPercent);
  let spare = live.filter((t) => t.healthy && !t.unhealthy).length - least;
  return leastUseful(old).filter((task) => {
    if (!task.healthy) return true;
    spare -= 1;
    return spare >= 0;
  });
}

/** Unhealthy and starting tasks first. */
function leastUseful(tasks: readonly DeciderTask[]): DeciderTask[] {
  const use = (t: DeciderTask): number => (t.unhealthy ? 0 : t.healthy ? 3 : t.phase === 'starting' ? 1 : 2);
  return [...tasks].sort((a, b) => use(a) - use(b));
}

/**
 * How long restarts wait after failures in a row without a healthy task between: none for the first four, then growing
 * up to 15 minutes (control time; ECS service-throttle-logic gives the bound, the steps are ≈).
 */
export function restartDelayMs(failuresInARow: number): number {
  if (failuresInARow < 5) return 0;
  return Math.min(15 * 60_000, 10_000 * 2 ** (failuresInARow - 5));
}
