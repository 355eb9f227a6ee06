/**
 * One look at a service that ECS deploys blue/green: each revision keeps its own desired count, as a task set does; what
 * replaces one by another is the service deployment (service-deployments/advance.ts).
 */
import type { Clock } from '../clock.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';
import type { ServiceDeployments } from '../service-deployments/advance.ts';
import { currentOf } from '../service-deployments/begin.ts';
import type { RevisionLook } from '../service-deployments/observe.ts';
import { settle } from './conclude.ts';
import { decideDeployment } from './decide-deployment.ts';
import { observe, stopAll } from './observe.ts';
import { inScaleInOrder } from './scale-in-order.ts';
import type { ServiceActions } from './service-actions.ts';
import { type Deployment, desiredCountOf, type ServiceRecord, trimDeployments } from './service-record.ts';

export interface RevisionOptions {
  readonly registry: TargetRegistry;
  readonly clock: Clock;
  readonly actions: ServiceActions;
  readonly serviceDeployments: Pick<ServiceDeployments, 'advance'>;
}

export const isOfRevisions = ({ deployments: [primary] }: ServiceRecord): boolean =>
  primary !== undefined && primary.scale !== 'rolling';

export function reconcileRevisions(record: ServiceRecord, tasks: readonly Task[], options: RevisionOptions): void {
  const live = record.deployments.filter(({ status }) => status !== 'INACTIVE');
  const looks = new Map(live.map((revision) => [revision.id, keep(record, revision, tasks, options)]));
  for (const revision of live)
    if (revision.status === 'ACTIVE' && revision.scale === 'ending' && looks.get(revision.id)?.tasks === 0)
      revision.status = 'INACTIVE';
  if (record.status === 'ACTIVE') options.serviceDeployments.advance(record, tasks, looks);
  trimDeployments(record);
  const [primary] = record.deployments;
  if (!primary) return;
  const alone = tasks.every((task) => task.deploymentId === primary.id);
  const done = primary.rolloutState === 'COMPLETED' && currentOf(record) === null;
  settle(record, done && alone && looks.get(primary.id)?.steady === true, options);
}

/** Brings a revision to its own count, and replaces what of it has failed. */
function keep(
  record: ServiceRecord,
  revision: Deployment,
  tasks: readonly Task[],
  options: RevisionOptions,
): RevisionLook & { readonly tasks: number } {
  const own = tasks.filter((task) => task.deploymentId === revision.id);
  const desiredCount = record.status === 'ACTIVE' ? desiredCountOf(record, { ...revision, status: 'PRIMARY' }) : 0;
  const ordered = inScaleInOrder(record, own, revision.id, desiredCount);
  const observed = observe(ordered, record.definition, record.throttle, options);
  const isNew = revision.rolloutState === 'IN_PROGRESS';
  const decided = decideDeployment({
    desiredCount,
    minimumHealthyPercent: record.definition.minimumHealthyPercent,
    maximumPercent: record.definition.maximumPercent,
    // It is judged with the deployment as a whole.
    circuitBreakerEnabled: false,
    deployments: [{ ...revision, status: 'PRIMARY' }],
    tasks: observed.view,
    // What a new revision fails with is not to keep the one that serves from being whole.
    throttled: isNew && options.clock.now() < record.throttle.untilMs,
  });
  stopAll(record, decided.stop, observed, options);
  options.actions.start(record, revision, new Array<null>(decided.start).fill(null), null);
  const healthyTasks = observed.view.filter(({ healthy, phase }) => healthy && phase !== 'stopping').length;
  return { desiredCount, healthyTasks, steady: decided.steady, tasks: own.length };
}
