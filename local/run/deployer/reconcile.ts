/** One look at a service: what decide-deployment.ts decides for its deployments or for each of its task sets, done. */
import type { Clock } from '../clock.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';
import { breakerThreshold, type DeciderTask, decideDeployment } from './decide-deployment.ts';
import { inScaleInOrder } from './scale-in-order.ts';
import type { ServiceActions } from './service-actions.ts';
import {
  computedDesiredCount,
  type Deployment,
  hasTaskSets,
  primaryOf,
  type ServiceRecord,
  type TaskSet,
  type Throttle,
  trimDeployments,
} from './service-record.ts';
import { healthOf, type TaskHealth } from './task-health.ts';

export interface ReconcileOptions {
  readonly clock: Clock;
  readonly registry: TargetRegistry;
  readonly actions: ServiceActions;
  /** Begins a deployment of the given revision, e.g. a roll-back. */
  readonly deploy: (record: ServiceRecord, to: Deployment, reason: string) => void;
  /** Does a CodeDeploy deployment of this service run? */
  readonly deploying: (serviceArn: string) => boolean;
}

interface Observed {
  readonly tasks: readonly Task[];
  readonly health: ReadonlyMap<string, TaskHealth>;
  readonly view: readonly DeciderTask[];
}

export function reconcile(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  if (record.status === 'INACTIVE') return;
  if (hasTaskSets(record.definition)) reconcileTaskSets(record, tasks, options);
  else reconcileDeployments(record, tasks, options);
  if (record.status === 'DRAINING' && tasks.length === 0) record.status = 'INACTIVE';
}

function reconcileDeployments(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  const primary = record.deployments.find((d) => d.status === 'PRIMARY');
  if (!primary) return;
  const ordered = inScaleInOrder(record, tasks, primary.id, record.desiredCount);
  const observed = observe(record, ordered, record.throttle, options);
  const decided = decideDeployment({
    desiredCount: record.desiredCount,
    minimumHealthyPercent: record.definition.minimumHealthyPercent,
    maximumPercent: record.definition.maximumPercent,
    circuitBreakerEnabled: record.definition.circuitBreaker.enable,
    deployments: record.deployments,
    tasks: observed.view,
    throttled: options.clock.now() < record.throttle.untilMs,
  });
  if (decided.failed) {
    fail(record, primary, options);
    return;
  }
  stopAll(record, decided.stop, observed, options);
  options.actions.start(record, primary, decided.start, null);
  for (const id of decided.retire) retire(record, id);
  if (decided.completed) complete(record, primary, options);
  settle(record, decided.steady && primary.rolloutState === 'COMPLETED', options);
}

/** Each task set keeps its own desired count; nothing replaces one task set by another here. */
function reconcileTaskSets(record: ServiceRecord, tasks: readonly Task[], options: ReconcileOptions): void {
  for (const set of record.taskSets) {
    const own = tasks.filter((task) => task.deploymentId === set.id);
    const desiredCount = computedDesiredCount(record, set);
    const observed = observe(record, inScaleInOrder(record, own, set.id, desiredCount), set.throttle, options);
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
    options.actions.start(record, set, decided.start, set);
    settleSet(record, set, decided.steady, options);
  }
  const primary = primaryOf(record);
  // An EXTERNAL service runs nothing until somebody makes its first task set.
  const nothingWanted = record.taskSets.length === 0 && record.definition.deploymentController === 'EXTERNAL';
  const draining = record.taskSets.some((set) => set.status === 'DRAINING');
  const quiet = !draining && !options.deploying(record.definition.arn);
  settle(record, (nothingWanted || primary?.steady === true) && quiet, options);
}

function observe(
  record: ServiceRecord,
  tasks: readonly Task[],
  throttle: Throttle,
  { registry, clock }: ReconcileOptions,
): Observed {
  const graceSeconds = record.definition.healthCheckGracePeriodSeconds;
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

function stopAll(
  record: ServiceRecord,
  stops: ReturnType<typeof decideDeployment>['stop'],
  { tasks, health }: Observed,
  { actions }: ReconcileOptions,
): void {
  for (const { taskId, why } of stops) {
    const task = tasks.find((t) => t.id === taskId);
    if (task) actions.stop(record, task, why, health.get(taskId)?.why ?? '');
  }
}

function settle(record: ServiceRecord, steady: boolean, { actions }: ReconcileOptions): void {
  if (steady && !record.steady)
    actions.say(record, { message: 'has reached a steady state.', code: 'SERVICE_STEADY_STATE' });
  record.steady = steady;
}

function settleSet(record: ServiceRecord, set: TaskSet, steady: boolean, { actions, clock }: ReconcileOptions): void {
  if (steady === set.steady) return;
  set.steady = steady;
  set.updatedAtMs = clock.now();
  if (steady && set.status !== 'DRAINING')
    actions.say(record, { message: 'has reached a steady state.', code: 'TASK_SET_STEADY_STATE', set });
}

function fail(record: ServiceRecord, deployment: Deployment, { actions, clock, deploy }: ReconcileOptions): void {
  const count = `${deployment.failedTasks} tasks failed, the threshold is ${breakerThreshold(record.desiredCount)}`;
  deployment.rolloutState = 'FAILED';
  deployment.rolloutStateReason = `ECS deployment circuit breaker: tasks failed to start. (${count})`;
  deployment.updatedAtMs = clock.now();
  actions.say(record, {
    message: `(deployment ${deployment.id}) deployment failed: tasks failed to start.`,
    code: 'SERVICE_DEPLOYMENT_FAILED',
    level: 'error',
  });
  const to = record.lastCompleted;
  if (!record.definition.circuitBreaker.rollback || !to || to.definition.arn === deployment.definition.arn) return;
  const message = `rolling back to (deployment ${to.id}).`;
  actions.say(record, { message, code: 'DEPLOYMENT_ROLLBACK', level: 'warn' });
  deploy(record, to, `ECS deployment circuit breaker: rolling back to deploymentId ${to.id}.`);
}

function complete(record: ServiceRecord, deployment: Deployment, { actions, clock }: ReconcileOptions): void {
  deployment.rolloutState = 'COMPLETED';
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
  deployment.updatedAtMs = clock.now();
  record.lastCompleted = deployment;
  const message = `(deployment ${deployment.id}) deployment completed.`;
  actions.say(record, { message, code: 'SERVICE_DEPLOYMENT_COMPLETED' });
}

function retire(record: ServiceRecord, id: string): void {
  const deployment = record.deployments.find((d) => d.id === id);
  if (deployment) deployment.status = 'INACTIVE';
  trimDeployments(record);
}
