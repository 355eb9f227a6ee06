/**
 * The service deployments' engine: what comes next is decided in decide-stage.ts from what observe.ts sees; this file
 * keeps the records, carries the steps out one after another, calls the hooks and says what happened.
 */
import type { Clock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import type { FunctionRunner, InvocationResult, TrafficControl } from '../contracts-delivery.ts';
import type { ServiceActions } from '../deployer/service-actions.ts';
import type { Deployment, ServiceRecord } from '../deployer/service-record.ts';
import type { Task } from '../ecs/task.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import { changeServiceDeployment, currentOf, liveRevision, newServiceDeployment } from './begin.ts';
import { answered, withHook } from './decide-hooks.ts';
import { stopped } from './decide-rollback.ts';
import { decideStage } from './decide-stage.ts';
import { perform, shiftTraffic } from './effects.ts';
import { hookEvent } from './hook-event.ts';
import { type ObserveOptions, observeDeployment, type RevisionLook } from './observe.ts';
import { hasShifted, isOver, type ServiceDeployment } from './service-deployment.ts';
import type { Effect, Step, Telling } from './step.ts';

export interface EngineOptions extends ObserveOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly actions: ServiceActions;
  readonly traffic: TrafficControl;
  readonly invoke: FunctionRunner['invoke'];
  /** Look again soon, and keep what has changed. */
  readonly changed: () => void;
}

export interface ServiceDeployments {
  /** Steps until nothing more is to be done now. */
  advance(record: ServiceRecord, tasks: readonly Task[], looks: ReadonlyMap<string, RevisionLook>): void;
  /** A new revision is to come: what is under way ends where it is, with all traffic on one revision. @returns that one */
  supersede(record: ServiceRecord): Deployment | null;
  /** @param live what `supersede` gave */
  begin(record: ServiceRecord, green: Deployment, live: Deployment | null): void;
  /** StopServiceDeployment. @throws ApiError where it is over */
  stop(record: ServiceRecord, id: string, how: 'ROLLBACK' | 'ABORT'): void;
  /** The service is being deleted: its hooks end. */
  abandon(record: ServiceRecord): void;
  close(): void;
}

/** A deployment takes at most some twenty steps on one look; more would be a decider that goes in a circle. */
const MAX_STEPS = 100;
/** After these the revisions are looked at anew before the next step. */
const RECONCILED: readonly Effect['do'][] = ['scale-up', 'end', 'end-leftovers', 'fail', 'complete', 'return'];

export function createServiceDeployments(options: EngineOptions): ServiceDeployments {
  const { clock, random, actions } = options;
  const aborts = new Map<string, AbortController>();

  const signalOf = (id: string): AbortSignal => {
    const abort = aborts.get(id) ?? new AbortController();
    aborts.set(id, abort);
    return abort.signal;
  };
  function endHooks(id: string): void {
    aborts.get(id)?.abort(new Error(`the hooks of ${id} have ended`));
    aborts.delete(id);
  }

  function tell(record: ServiceRecord, d: ServiceDeployment, { code, message, level = 'info', say }: Telling): void {
    const saying = { code, message: `(deployment ${d.green.id}) ${message}`, level };
    if (say) actions.say(record, saying);
    else actions.tell(record, saying);
  }

  /** @returns whether the next step may follow at once */
  function apply(record: ServiceRecord, d: ServiceDeployment, step: Step): boolean {
    const next: ServiceDeployment = { ...d, ...step.patch };
    // Hooks of what has come to its end say nothing any more.
    if (isOver(next) || (next.rollback !== null && d.rollback === null)) endHooks(d.id);
    changeServiceDeployment(record, d.id, step.patch);
    if (step.tell) tell(record, next, step.tell);
    for (const effect of step.effects ?? [])
      if (effect.do === 'invoke') callHook(record, next, effect);
      else perform(record, next, effect, { ...options, nowMs: clock.now() });
    options.changed();
    return !(step.effects ?? []).some((effect) => RECONCILED.includes(effect.do));
  }

  function callHook(
    record: ServiceRecord,
    d: ServiceDeployment,
    { index, executionId }: Extract<Effect, { do: 'invoke' }>,
  ): void {
    const hook = d.hooks[index];
    if (!hook) return;
    const signal = signalOf(d.id);
    const name = hook.functionArn.split(':').at(-1);
    tell(record, d, { code: 'HOOK_STARTED', message: `${hook.stage}: ${name} is called` });
    void options.invoke(hook.functionArn, hookEvent(d, hook, executionId), signal).then((result) => {
      if (!signal.aborted) ended(record, d.id, executionId, result);
    });
  }

  function ended(record: ServiceRecord, id: string, executionId: string, result: InvocationResult): void {
    const d = record.serviceDeployments.find((one) => one.id === id);
    const index = d?.hooks.findIndex((hook) => hook.executionId === executionId) ?? -1;
    const hook = d?.hooks[index];
    if (!d || !hook || isOver(d)) return;
    const change = answered(hook, result, clock.now());
    changeServiceDeployment(record, id, { hooks: withHook(d.hooks, index, change), updatedAtMs: clock.now() });
    const name = hook.functionArn.split(':').at(-1);
    const said = change.status === 'PENDING' ? 'IN_PROGRESS' : change.status;
    tell(record, d, {
      code: 'HOOK_ENDED',
      message: `${hook.stage}: ${name} ended ${said} after ${Math.round(result.durationMs)} ms${change.why ? `: ${change.why}` : ''}`,
      level: said === 'FAILED' ? 'warn' : 'info',
    });
    options.changed();
  }

  return {
    advance(record, tasks, looks) {
      for (let steps = 0; steps < MAX_STEPS; steps++) {
        const d = currentOf(record);
        if (!d) return;
        const ids = d.hooks.map(() => random.uuid());
        const freshId = (index: number): string => ids[index] ?? '';
        const seen = { tasks, looks, nowMs: clock.now(), freshId };
        const step = decideStage(d, observeDeployment(record, d, seen, options));
        if (step === null || !apply(record, d, step)) return;
      }
    },
    supersede(record) {
      const live = liveRevision(record);
      const [newest] = record.serviceDeployments;
      if (!newest || newest.green.id !== record.deployments[0]?.id || newest.status === 'SUCCESSFUL') return live;
      const context = { ...options, nowMs: clock.now() };
      if (!hasShifted(newest) && newest.blue !== null) {
        shiftTraffic(record, newest, { kind: 'production', greenPercent: 0 }, context);
        if (newest.tested) shiftTraffic(record, newest, { kind: 'test', greenPercent: 0 }, context);
      }
      if (!isOver(newest)) {
        endHooks(newest.id);
        const reason = 'Service deployment stopped because a newer one has begun.';
        changeServiceDeployment(record, newest.id, stopped(clock.now(), reason));
        tell(record, newest, {
          code: 'SERVICE_DEPLOYMENT_STOPPED',
          message: 'deployment stopped: a newer one has begun.',
        });
      }
      if (live && hasShifted(newest)) Object.assign(live, { rolloutState: 'COMPLETED', updatedAtMs: clock.now() });
      return live;
    },
    begin(record, green, live) {
      if (live) live.scale = 'full';
      green.scale = 'waiting';
      const others = record.deployments.filter((one) => one !== green && one !== live && one.status !== 'INACTIVE');
      newServiceDeployment(record, { green, blue: live, leftovers: others.length > 0 }, options);
      options.changed();
    },
    stop(record, id, how) {
      const d = currentOf(record);
      if (!d || d.id !== id || d.rollback !== null || d.stop !== null || d.stage === 'CLEAN_UP')
        throw new ApiError(
          'ConflictException',
          `The service deployment ${id} cannot be stopped in the state that it is in.`,
        );
      const status = how === 'ROLLBACK' ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED';
      changeServiceDeployment(record, id, { stop: how, status, updatedAtMs: clock.now() });
      options.changed();
    },
    abandon(record) {
      const d = currentOf(record);
      if (!d) return;
      endHooks(d.id);
      changeServiceDeployment(record, d.id, stopped(clock.now(), 'The service was deleted.'));
    },
    close() {
      for (const id of [...aborts.keys()]) endHooks(id);
    },
  };
}
