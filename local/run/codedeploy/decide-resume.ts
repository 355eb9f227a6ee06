/**
 * What a deployment means after the plane was killed. Its tasks are all gone, so before any task starts again it is
 * settled where traffic goes: interrupted before AllowTraffic succeeded, the deployment has failed and blue holds
 * everything; after that, green is primary and the deployment goes on. Pure.
 */

import type { SavedActions } from '../balancer/traffic-control.ts';
import type { SavedService } from '../deployer/saved-service.ts';
import { rollbackOf } from './create-deployment.ts';
import { currentEvent, type DeploymentRecord, hasShifted, isFinished, isOver, type RouteBefore } from './deployment.ts';

export interface Interrupted {
  /** Newest first. */
  readonly deployments: readonly DeploymentRecord[];
  readonly services: readonly SavedService[];
  readonly actions: readonly SavedActions[];
}

export interface ResumeClock {
  /** Control time now. */
  readonly nowMs: number;
  /** Control time when the state was saved: control time begins anew with each plane. */
  readonly savedAtMs: number;
  readonly newId: () => string;
}

export function decideResume(before: Interrupted, clock: ResumeClock): Interrupted {
  let { services, actions } = before;
  const deployments: DeploymentRecord[] = [];
  for (const saved of before.deployments) {
    const record = moveTimes(saved, clock.nowMs - clock.savedAtMs);
    if (isOver(record)) deployments.push(record);
    else if (hasShifted(record)) deployments.push(resumed(record, clock.nowMs));
    else {
      deployments.push(...interrupted(record, clock));
      services = services.map((service) => withoutGreen(service, record));
      actions = withBefore(actions, record);
    }
  }
  return { deployments, services, actions };
}

/** A hook under way is invoked anew; waits go on from when the state was saved. */
function resumed(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const event = currentEvent(record);
  return {
    ...record,
    resumedAtMs: nowMs,
    hook: { answer: null, lost: null },
    lifecycleEvents: record.lifecycleEvents.map((one) =>
      one === event && one.status === 'InProgress' ? { ...one, status: 'Pending', startedAtMs: null, hook: null } : one,
    ),
  };
}

/** @returns the deployment as it ended, after the rollback that is to follow it where the group asks for one */
function interrupted(record: DeploymentRecord, { nowMs, newId }: ResumeClock): DeploymentRecord[] {
  const at = currentEvent(record)?.name ?? 'the start';
  const message = `The plane was killed during ${at}. The original task set has all production traffic.`;
  const over = { completedAtMs: nowMs, shares: { blue: 100, green: 0 }, readyUntilMs: null, blueEndsAtMs: null };
  const lifecycleEvents = record.lifecycleEvents.map((event) =>
    isFinished(event)
      ? event
      : event.status === 'Pending'
        ? { ...event, status: 'Skipped' as const }
        : { ...event, status: 'Failed' as const, endedAtMs: nowMs, message },
  );
  // A rollback that was under way is done: nothing of green is left.
  if (record.creator === 'codeDeployRollback')
    return [{ ...record, ...over, status: 'Succeeded', lifecycleEvents: succeeded(record, nowMs) }];
  const failed: DeploymentRecord = {
    ...record,
    ...over,
    status: 'Failed',
    error: { code: 'INTERNAL_ERROR', message },
    lifecycleEvents,
  };
  const { enabled, events } = record.settings.autoRollback;
  if (!enabled || !events.includes('DEPLOYMENT_FAILURE') || record.before === null) return [failed];
  const id = newId();
  const rollback = rollbackOf(failed, { id, nowMs, good: null, blue: undefined });
  const done: DeploymentRecord = {
    ...rollback,
    ...over,
    startedAtMs: nowMs,
    status: 'Succeeded',
    lifecycleEvents: succeeded(rollback, nowMs),
  };
  const linked = `Deployment ${record.id} is rolled back by deployment ${id}.`;
  return [done, { ...failed, rollback: { ...failed.rollback, rollbackDeploymentId: id, message: linked } }];
}

const succeeded = (record: DeploymentRecord, nowMs: number): DeploymentRecord['lifecycleEvents'] =>
  record.lifecycleEvents.map((event) =>
    isFinished(event)
      ? event
      : { ...event, status: 'Succeeded', startedAtMs: event.startedAtMs ?? nowMs, endedAtMs: nowMs },
  );

function withoutGreen(service: SavedService, record: DeploymentRecord): SavedService {
  if (service.arn !== record.serviceArn) return service;
  const kept = service.taskSets.filter((set) => set.id !== record.green.taskSetId);
  return {
    ...service,
    taskSets: kept.map((set) => (set.id === record.blue.taskSetId ? { ...set, status: 'PRIMARY' } : set)),
  };
}

/** Every route as it was before the deployment. */
function withBefore(actions: readonly SavedActions[], record: DeploymentRecord): readonly SavedActions[] {
  const routes: readonly RouteBefore[] = [...(record.before?.production ?? []), ...(record.before?.test ?? [])];
  return actions.map((saved) => {
    const was = routes.find((route) => (route.ruleArn ?? route.listenerArn) === saved.arn);
    return was ? { ...saved, actions: was.actions } : saved;
  });
}

/** Times keep their distances and end up before now. */
function moveTimes(record: DeploymentRecord, byMs: number): DeploymentRecord {
  const move = <T extends number | null>(at: T): T => (at === null ? at : ((at + byMs) as T));
  return {
    ...record,
    createdAtMs: move(record.createdAtMs),
    startedAtMs: move(record.startedAtMs),
    completedAtMs: move(record.completedAtMs),
    readyUntilMs: move(record.readyUntilMs),
    blueEndsAtMs: move(record.blueEndsAtMs),
    shift: { ...record.shift, nextAtMs: move(record.shift.nextAtMs) },
    lifecycleEvents: record.lifecycleEvents.map((event) => ({
      ...event,
      startedAtMs: move(event.startedAtMs),
      endedAtMs: move(event.endedAtMs),
    })),
  };
}
