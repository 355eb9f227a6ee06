/** How a deployment under way ends: failed by the circuit breaker or by an alarm, baked and completed, or rolled back. */
import type { Clock } from '../clock.ts';
import type { Task } from '../ecs/task.ts';
import { type AlarmSight, type AlarmsOutput, bakeMs, decideAlarms } from './decide-alarms.ts';
import { breakerThreshold, type DeciderOutput } from './decide-deployment.ts';
import type { ServiceActions } from './service-actions.ts';
import { type Deployment, rolledOut, type ServiceRecord, trimDeployments } from './service-record.ts';

/** What watches over deployments. */
export interface Watchers {
  readonly clock: Clock;
  readonly actions: ServiceActions;
  readonly alarms: () => readonly AlarmSight[];
  /** Begins a deployment of the given one's revision. */
  readonly rollBack: (record: ServiceRecord, to: Deployment, reason: string) => void;
}

type Decided = Pick<DeciderOutput, 'failed' | 'completed' | 'retire'>;

/** @returns `failed`: it has just failed, and nothing else is done this time; `held`: its alarms want to see more */
export function judge(
  record: ServiceRecord,
  primary: Deployment,
  decided: Decided,
  tasks: readonly Task[],
  watchers: Watchers,
): 'failed' | 'held' | 'free' {
  if (decided.failed) {
    fail(record, primary, breakerCause(record, primary), watchers);
    return 'failed';
  }
  const { verdict, triggered } = watch(record, primary, decided.completed, tasks, watchers);
  if (verdict === 'triggered') {
    fail(record, primary, alarmCause(record, triggered), watchers);
    return 'failed';
  }
  return verdict === 'unwatched' || verdict === 'baked' ? 'free' : 'held';
}

/** While a deployment is watched, those before it stay ACTIVE: "this does not happen until after the bake time". */
export function conclude(record: ServiceRecord, primary: Deployment, decided: Decided, watchers: Watchers): void {
  for (const id of decided.retire) retire(record, id);
  if (decided.completed) complete(record, primary, watchers);
}

/** What the service's alarms say of a deployment under way. */
function watch(
  record: ServiceRecord,
  primary: Deployment,
  rolledOut: boolean,
  tasks: readonly Task[],
  { alarms, actions, clock }: Watchers,
): AlarmsOutput {
  if (primary.rolloutState !== 'IN_PROGRESS') return { verdict: 'unwatched', triggered: [], bakeFromMs: null };
  const settings = record.definition.deploymentAlarms;
  const named = alarms().filter(({ name }) => settings.names.includes(name));
  const running = tasks.some((task) => task.deploymentId === primary.id && task.status === 'RUNNING');
  const { onAtStart, bakeFromMs } = primary;
  const decided = decideAlarms({
    settings,
    alarms: named,
    onAtStart,
    running,
    rolledOut,
    bakeFromMs,
    nowMs: clock.now(),
  });
  if (decided.verdict === 'baking' && bakeFromMs === null)
    actions.tell(record, {
      message: `(deployment ${primary.id}) bakes for ${bakeMs(named) / 1000} s: ${settings.names.join(', ')} must stay out of ALARM`,
      code: 'DEPLOYMENT_BAKES',
    });
  primary.bakeFromMs = decided.bakeFromMs;
  return decided;
}

interface Cause {
  /** Which of the two watches over deployments it was, as AWS names it. */
  readonly by: 'ECS deployment circuit breaker' | 'ECS deployment alarm';
  readonly why: string;
  readonly detail: string;
  readonly rollback: boolean;
}

const breakerCause = ({ definition, desiredCount }: ServiceRecord, { failedTasks }: Deployment): Cause => ({
  by: 'ECS deployment circuit breaker',
  why: 'tasks failed to start',
  detail: `${failedTasks} tasks failed, the threshold is ${breakerThreshold(desiredCount)}`,
  rollback: definition.circuitBreaker.rollback,
});

const alarmCause = ({ definition }: ServiceRecord, triggered: readonly string[]): Cause => ({
  by: 'ECS deployment alarm',
  why: 'alarm detected',
  detail: triggered.join(', '),
  rollback: definition.deploymentAlarms.rollback,
});

/** "A rollback occurs when you use the rollback option for the method that initiated the deployment failure." */
function fail(
  record: ServiceRecord,
  deployment: Deployment,
  { by, why, detail, rollback }: Cause,
  { actions, clock, rollBack }: Watchers,
): void {
  deployment.rolloutState = 'FAILED';
  deployment.rolloutStateReason = `${by}: ${why}. (${detail})`;
  deployment.updatedAtMs = clock.now();
  actions.say(record, {
    message: `(deployment ${deployment.id}) deployment failed: ${why}.`,
    code: 'SERVICE_DEPLOYMENT_FAILED',
    level: 'error',
  });
  const to = record.lastCompleted;
  // A roll-back that fails as well has nowhere else to go.
  if (!rollback || !to || (deployment.isRollback && to.definition.arn === deployment.definition.arn)) return;
  const message = `rolling back to (deployment ${to.id}).`;
  actions.say(record, { message, code: 'DEPLOYMENT_ROLLBACK', level: 'warn' });
  rollBack(record, to, `${by}: rolling back to deploymentId ${to.id}.`);
}

function complete(record: ServiceRecord, deployment: Deployment, { actions, clock }: Watchers): void {
  Object.assign(deployment, { ...rolledOut(deployment.id), updatedAtMs: clock.now() });
  record.lastCompleted = deployment;
  const message = `(deployment ${deployment.id}) deployment completed.`;
  actions.say(record, { message, code: 'SERVICE_DEPLOYMENT_COMPLETED' });
}

function retire(record: ServiceRecord, id: string): void {
  const deployment = record.deployments.find((d) => d.id === id);
  if (deployment) deployment.status = 'INACTIVE';
  trimDeployments(record);
}

export function settle(record: ServiceRecord, steady: boolean, { actions }: Pick<Watchers, 'actions'>): void {
  if (steady && !record.steady)
    actions.say(record, { message: 'has reached a steady state.', code: 'SERVICE_STEADY_STATE' });
  record.steady = steady;
}
