/** One look at a service: what decide-deployment.ts decides for its deployments or for each of its task sets, done. */
import type { Task } from '../ecs/task.ts';
import { conclude, judge, settle } from './conclude.ts';
import { decideDeployment } from './decide-deployment.ts';
import { observe, stopAll } from './observe.ts';
import { type DaemonOptions, reconcileDaemon } from './reconcile-daemon.ts';
import { isOfRevisions, type RevisionOptions, reconcileRevisions } from './reconcile-revisions.ts';
import { inScaleInOrder } from './scale-in-order.ts';
import { computedDesiredCount, hasTaskSets, primaryOf, type ServiceRecord, type TaskSet } from './service-record.ts';

export interface ReconcileOptions extends DaemonOptions, RevisionOptions {
  /** Does a CodeDeploy deployment of this service run? */
  readonly deploying: (serviceArn: string) => boolean;
}

export function reconcile(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  if (record.status === 'INACTIVE') return;
  if (hasTaskSets(record.definition)) reconcileTaskSets(record, tasks, options);
  else if (record.definition.schedulingStrategy === 'DAEMON') reconcileDaemon(record, tasks, options);
  else if (isOfRevisions(record)) reconcileRevisions(record, tasks, options);
  else reconcileDeployments(record, tasks, options);
  if (record.status === 'DRAINING' && tasks.length === 0) record.status = 'INACTIVE';
}

function reconcileDeployments(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  const primary = record.deployments.find((d) => d.status === 'PRIMARY');
  if (!primary) return;
  const ordered = inScaleInOrder(record, tasks, primary.id, record.desiredCount);
  const observed = observe(ordered, record.definition, record.throttle, options);
  const decided = decideDeployment({
    desiredCount: record.desiredCount,
    minimumHealthyPercent: record.definition.minimumHealthyPercent,
    maximumPercent: record.definition.maximumPercent,
    circuitBreakerEnabled: record.definition.circuitBreaker.enable,
    deployments: record.deployments,
    tasks: observed.view,
    throttled: options.clock.now() < record.throttle.untilMs,
  });
  const judged = judge(record, primary, decided, tasks, options);
  if (judged === 'failed') return;
  stopAll(record, decided.stop, observed, options);
  options.actions.start(record, primary, anywhere(decided.start), null);
  if (judged === 'free') conclude(record, primary, decided, options);
  settle(record, decided.steady && primary.rolloutState === 'COMPLETED', options);
}

/** Each task set keeps its own desired count; nothing replaces one task set by another here. */
function reconcileTaskSets(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  for (const set of record.taskSets) {
    const own = tasks.filter((task) => task.deploymentId === set.id);
    const desiredCount = computedDesiredCount(record, set);
    const observed = observe(
      inScaleInOrder(record, own, set.id, desiredCount),
      record.definition,
      set.throttle,
      options,
    );
    const decided = decideDeployment({
      desiredCount,
      minimumHealthyPercent: record.definition.minimumHealthyPercent,
      maximumPercent: record.definition.maximumPercent,
      circuitBreakerEnabled: false,
      deployments: [{ id: set.id, status: 'PRIMARY', rolloutState: 'IN_PROGRESS', failedTasks: set.failedTasks }],
      tasks: observed.view,
      throttled: options.clock.now() < set.throttle.untilMs,
    });
    stopAll(record, decided.stop, observed, options);
    options.actions.start(record, set, anywhere(decided.start), set);
    settleSet(record, set, decided.steady, options);
  }
  const primary = primaryOf(record);
  // An EXTERNAL service runs nothing until somebody makes its first task set.
  const nothingWanted = record.taskSets.length === 0 && record.definition.deploymentController === 'EXTERNAL';
  const draining = record.taskSets.some((set) => set.status === 'DRAINING');
  const quiet = !draining && !options.deploying(record.definition.arn);
  settle(record, (nothingWanted || primary?.steady === true) && quiet, options);
}

const anywhere = (count: number): readonly null[] => new Array<null>(count).fill(null);

function settleSet(record: ServiceRecord, set: TaskSet, steady: boolean, { actions, clock }: ReconcileOptions): void {
  if (steady === set.steady) return;
  set.steady = steady;
  set.updatedAtMs = clock.now();
  if (steady && set.status !== 'DRAINING')
    actions.say(record, { message: 'has reached a steady state.', code: 'TASK_SET_STEADY_STATE', set });
}
