/** What the deciders of a deployment look at, and what they answer. */
import type {
  HookEvent as AnyHookEvent,
  BlueGreenStatus,
  LifecycleEventName,
  LifecycleEventState,
} from '../contracts-delivery.ts';
import { type DeploymentRecord, isFinished } from './deployment.ts';

/** A task set and its target group, as they are now. */
export interface SideObserved {
  /** It runs what it should, and nothing of it is unhealthy. */
  readonly steady: boolean;
  readonly draining: boolean;
  readonly desiredCount: number;
  readonly healthyTargets: number;
  readonly failedTasks: number;
}

export interface Observed {
  /** Control time. */
  readonly nowMs: number;
  /** An id that nothing has yet: the next hook's execution takes it. */
  readonly freshId: string;
  /** The deployment group is there. */
  readonly group: boolean;
  /** The service is there and ACTIVE. */
  readonly service: boolean;
  /** Null: its task set is gone, or not made yet. */
  readonly blue: SideObserved | null;
  readonly green: SideObserved | null;
  /** Other task sets in green's target group. */
  readonly leftovers: number;
  /** A production listener forwards to blue's target group. */
  readonly blueServes: boolean;
  /** Rules and default actions of production listeners that forward to the pair. */
  readonly productionRoutes: number;
  readonly testRoutes: number;
  /** Green's share of production traffic now. */
  readonly greenPercent: number;
  /** Attached alarms, by name. */
  readonly alarms: { readonly active: readonly string[]; readonly unknown: readonly string[] };
}

export type Effect =
  /** Production goes wholly to blue and names green, so that its targets are checked; what is left in green ends. */
  | { readonly do: 'associate-green' }
  | { readonly do: 'create-green' }
  | { readonly do: 'invoke'; readonly event: AnyHookEvent; readonly functionName: string; readonly executionId: string }
  | { readonly do: 'test-to-green' }
  | { readonly do: 'shift'; readonly greenPercent: number; readonly from: number }
  | { readonly do: 'make-green-primary' }
  /** Every route as it was before the deployment, and blue primary. */
  | { readonly do: 'restore' }
  | { readonly do: 'end'; readonly side: 'blue' | 'green' };

export interface Telling {
  readonly code: string;
  readonly message: string;
  readonly level?: 'info' | 'warn' | 'error';
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Step {
  readonly patch: Partial<DeploymentRecord>;
  /** An event begins: it is said, and holds, before the effect; else the effect comes first, and may spoil the step. */
  readonly begins?: boolean;
  readonly effect?: Effect;
  readonly tell?: Telling;
  /** The deployment has ended, and a rollback is to follow. */
  readonly rollback?: boolean;
}

export const patched = (patch: Partial<DeploymentRecord>, tell?: Telling): Step => (tell ? { patch, tell } : { patch });

function withEvent(
  record: DeploymentRecord,
  name: LifecycleEventName,
  change: Partial<LifecycleEventState>,
): Pick<DeploymentRecord, 'lifecycleEvents'> {
  return {
    lifecycleEvents: record.lifecycleEvents.map((event) => (event.name === name ? { ...event, ...change } : event)),
  };
}

export function begin(
  record: DeploymentRecord,
  name: LifecycleEventName,
  { nowMs }: Observed,
  hook: LifecycleEventState['hook'] = null,
): Step {
  return {
    begins: true,
    patch: withEvent(record, name, { status: 'InProgress', startedAtMs: nowMs, hook }),
    tell: {
      code: 'LIFECYCLE_EVENT_STARTED',
      message: `${name} started${hook ? `: ${hook.functionName}` : ''}`,
      data: { event: name, ...(hook ? { hook: hook.functionName, executionId: hook.executionId } : {}) },
    },
  };
}

export function finish(
  record: DeploymentRecord,
  name: LifecycleEventName,
  { nowMs }: Observed,
  how: { readonly status: 'Succeeded' | 'Skipped'; readonly message?: string },
): Step {
  const message = how.message ?? null;
  const startedAtMs = record.lifecycleEvents.find((event) => event.name === name)?.startedAtMs ?? nowMs;
  return patched(withEvent(record, name, { status: how.status, startedAtMs, endedAtMs: nowMs, message }), {
    code: how.status === 'Succeeded' ? 'LIFECYCLE_EVENT_SUCCEEDED' : 'LIFECYCLE_EVENT_SKIPPED',
    message: `${name} ${how.status.toLowerCase()}${message ? `: ${message}` : ''}`,
    data: { event: name, status: how.status, milliseconds: Math.round(nowMs - startedAtMs) },
  });
}

export interface Failure {
  /** Of CodeDeploy's ErrorInformation. */
  readonly code: string;
  readonly message: string;
  /** Of the event that ends with it; default: the message. */
  readonly event?: string;
  /** Default `Failed`. */
  readonly status?: Extract<BlueGreenStatus, 'Failed' | 'Stopped'>;
  /** Which of the automatic rollback's events it is; null for none. Default DEPLOYMENT_FAILURE of a failed one. */
  readonly rollbackOn?: DeploymentRecord['settings']['autoRollback']['events'][number] | null;
  /** Asked for, whatever the group says. */
  readonly forceRollback?: boolean;
}

/** Ends the deployment: the event that runs fails, those that have not begun are skipped. */
export function fail(record: DeploymentRecord, { nowMs }: Observed, failure: Failure): Step {
  const status = failure.status ?? 'Failed';
  const lifecycleEvents = record.lifecycleEvents.map((event): LifecycleEventState => {
    if (isFinished(event)) return event;
    if (event.status === 'Pending') return { ...event, status: 'Skipped' };
    const ended = status === 'Failed' ? 'Failed' : 'Unknown';
    return { ...event, status: ended, endedAtMs: nowMs, message: failure.event ?? failure.message };
  });
  const on =
    failure.rollbackOn === undefined ? (status === 'Failed' ? 'DEPLOYMENT_FAILURE' : null) : failure.rollbackOn;
  const { enabled, events } = record.settings.autoRollback;
  const wanted = failure.forceRollback || (enabled && on !== null && events.includes(on));
  const touched = record.before !== null || record.green.taskSetId !== null;
  const possible = record.creator === 'user' && touched;
  return {
    patch: {
      status,
      completedAtMs: nowMs,
      startedAtMs: record.startedAtMs ?? nowMs,
      error: { code: failure.code, message: failure.message },
      lifecycleEvents,
      readyUntilMs: null,
      blueEndsAtMs: null,
      // "A rollback is not possible at this point" (CD reference-appspec-file-structure-hooks, BeforeInstall).
      ...(wanted && !possible && record.creator === 'user'
        ? { rollback: { ...record.rollback, message: 'Nothing was changed yet: there is nothing to roll back.' } }
        : {}),
    },
    tell: {
      code: status === 'Failed' ? 'DEPLOYMENT_FAILED' : 'DEPLOYMENT_STOPPED',
      message: `deployment ${status.toLowerCase()}: ${failure.code}: ${failure.message}`,
      level: status === 'Failed' ? 'error' : 'warn',
      data: { error: failure.code, greenPercent: record.shift.percent },
    },
    rollback: wanted && possible,
  };
}
