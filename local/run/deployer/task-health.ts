/** How a task of a service fares: its containers, and its targets at the load balancer. */
import type { Clock } from '../clock.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';

export interface TaskHealth {
  readonly healthy: boolean;
  /** To be replaced. */
  readonly unhealthy: boolean;
  /** In AWS's words, where it is unhealthy. */
  readonly why: string;
}

/**
 * A program starts in real time, whatever the clock rate: at rate 100 the two checks of an interval of six seconds are
 * over before it listens. Until its first healthy answer a task has this long besides, at fast rates (≈).
 */
const START_WALL_MS = 10_000;

/** @param graceSeconds how long after its start the load balancer's verdict is ignored (ECS healthCheckGracePeriodSeconds) */
export function healthOf(
  task: Pick<Task, 'containers' | 'definition' | 'everHealthy' | 'startedAtMs' | 'status' | 'targets'>,
  registry: Pick<TargetRegistry, 'health'>,
  graceSeconds: number,
  clock: Pick<Clock, 'now' | 'rate'>,
): TaskHealth {
  const ranMs = task.startedAtMs === null ? 0 : clock.now() - task.startedAtMs;
  const graceOver = ranMs > graceSeconds * 1000 && (task.everHealthy || ranMs >= startMs(clock.rate));
  if (task.containers.some((c) => c.essential && c.health === 'UNHEALTHY'))
    return { healthy: false, unhealthy: true, why: 'Task failed container health checks' };
  const checked = task.definition.containers.some((d) => d.essential && d.healthCheck);
  const containersOk =
    !checked ||
    task.containers.every(
      (c) => c.health === 'HEALTHY' || !task.definition.containers.find((d) => d.name === c.name)?.healthCheck,
    );
  const states = task.targets.map(({ groupArn, target }) => ({
    groupArn,
    state: stateOf(registry, groupArn, target),
  }));
  const bad = states.find(({ state }) => state === 'unhealthy');
  return {
    healthy:
      task.status === 'RUNNING' &&
      containersOk &&
      states.every(({ state }) => state === 'healthy' || state === 'unused'),
    unhealthy: bad !== undefined && graceOver,
    why: bad ? `Task failed ELB health checks in (target-group ${bad.groupArn})` : '',
  };
}

/** Control milliseconds that a first start may take at this rate. At rate 1 none: there the checks are as slow as at AWS. */
const startMs = (rate: number): number => START_WALL_MS * (rate - 1);

/** A target group that is gone has no states: its tasks are not healthy, and not to be replaced for it. */
function stateOf(
  registry: Pick<TargetRegistry, 'health'>,
  groupArn: string,
  target: { readonly id: string; readonly port: number },
) {
  try {
    return registry.health(groupArn).find((h) => h.target.id === target.id && h.target.port === target.port)?.state;
  } catch {
    return undefined;
  }
}
