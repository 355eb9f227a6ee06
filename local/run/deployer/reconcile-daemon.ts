/** One look at a DAEMON service: what decide-daemon.ts decides for the instances of its cluster, done. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';
import { conclude, judge, settle, type Watchers } from './conclude.ts';
import { type DaemonInstance, decideDaemon } from './decide-daemon.ts';
import { observe, stopAll } from './observe.ts';
import type { ServiceRecord } from './service-record.ts';

export interface DaemonOptions extends Watchers {
  readonly registry: TargetRegistry;
  /** Container instances of the service's cluster, ACTIVE and DRAINING ones. */
  readonly daemonInstances: (service: Service, definition: TaskDefinition) => readonly DaemonInstance[];
}

export function reconcileDaemon(record: ServiceRecord, tasks: readonly Task[], options: DaemonOptions): void {
  const primary = record.deployments.find((d) => d.status === 'PRIMARY');
  // A service that is deleted ends its tasks by itself.
  if (!primary || record.status !== 'ACTIVE') return;
  const placed = tasks.flatMap((task) => (task.instance && task.instance.status !== 'TERMINATED' ? [task] : []));
  const observed = observe(placed, record.definition, record.throttle, options);
  const decided = decideDaemon({
    minimumHealthyPercent: record.definition.minimumHealthyPercent,
    circuitBreakerEnabled: record.definition.circuitBreaker.enable,
    deployments: record.deployments,
    tasks: observed.view.map((one, i) => ({ ...one, instanceId: placed[i]?.instance?.id ?? '' })),
    instances: options.daemonInstances(record.definition, primary.definition),
    throttled: options.clock.now() < record.throttle.untilMs,
  });
  record.desiredCount = decided.desiredCount;
  const judged = judge(record, primary, decided, tasks, options);
  if (judged === 'failed') return;
  stopAll(record, decided.stop, observed, options);
  options.actions.start(record, primary, decided.start, null);
  if (judged === 'free') conclude(record, primary, decided, options);
  settle(record, decided.steady && primary.rolloutState === 'COMPLETED', options);
}

/** Their tasks come before any other to an instance (ECS ecs_services, "Daemon"). */
export function daemonsFirst(records: readonly ServiceRecord[]): readonly ServiceRecord[] {
  const isDaemon = ({ definition }: ServiceRecord): boolean => definition.schedulingStrategy === 'DAEMON';
  return [...records.filter(isDaemon), ...records.filter((record) => !isDaemon(record))];
}
