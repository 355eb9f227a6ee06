/** What the deciders see of a service's tasks, and the end of those that they give up. */
import type { Service } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';
import type { DeciderOutput, DeciderTask } from './decide-deployment.ts';
import type { ServiceActions } from './service-actions.ts';
import type { ServiceRecord, Throttle } from './service-record.ts';
import { healthOf, type TaskHealth } from './task-health.ts';

export interface Observed {
  readonly tasks: readonly Task[];
  readonly health: ReadonlyMap<string, TaskHealth>;
  /** In the order of `tasks`. */
  readonly view: readonly DeciderTask[];
}

export function observe(
  tasks: readonly Task[],
  { healthCheckGracePeriodSeconds: graceSeconds }: Pick<Service, 'healthCheckGracePeriodSeconds'>,
  throttle: Throttle,
  { registry, clock }: { readonly registry: TargetRegistry; readonly clock: Clock },
): Observed {
  const health = new Map(tasks.map((task) => [task.id, healthOf(task, registry, graceSeconds, clock)]));
  for (const task of tasks)
    if (health.get(task.id)?.healthy && !task.everHealthy) {
      task.everHealthy = true;
      throttle.failuresInARow = 0;
      throttle.untilMs = 0;
    }
  const view = tasks.map(
    (task): DeciderTask => ({
      id: task.id,
      deploymentId: task.deploymentId ?? '',
      phase: task.desiredStatus === 'STOPPED' ? 'stopping' : task.status === 'RUNNING' ? 'running' : 'starting',
      healthy: health.get(task.id)?.healthy ?? false,
      unhealthy: health.get(task.id)?.unhealthy ?? false,
      draining: task.instance?.status === 'DRAINING',
    }),
  );
  return { tasks, health, view };
}

export function stopAll(
  record: ServiceRecord,
  stops: DeciderOutput['stop'],
  { tasks, health }: Observed,
  { actions }: { readonly actions: ServiceActions },
): void {
  for (const { taskId, why } of stops) {
    const task = tasks.find((t) => t.id === taskId);
    if (task) actions.stop(record, task, why, health.get(taskId)?.why ?? '');
  }
}
