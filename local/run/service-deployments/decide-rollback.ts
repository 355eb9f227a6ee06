/**
 * A deployment that has failed: all traffic back to blue at once, the hooks of the recurring stages told, green ended
 * (ECS blue-green-deployment-how-it-works; lambda-lifecycle-hooks: "during rollback"). Pure.
 */
import { canServe } from '../codedeploy/decide-step.ts';
import { decideHooks } from './decide-hooks.ts';
import { STAGE_LIMIT_MS } from './limits.ts';
import { hooksOf, type ServiceDeployment } from './service-deployment.ts';
import type { Observed, Step } from './step.ts';

/** @param triggered the alarms that were the reason */
export function beginRollback(
  d: ServiceDeployment,
  { nowMs }: Observed,
  reason: string,
  triggered: readonly string[] = [],
): Step {
  if (d.blue === null) return halt(nowMs, `${reason} There is no revision before it to go back to.`, triggered);
  return {
    patch: {
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason: reason,
      rollback: { reason, startedAtMs: nowMs, restored: false },
      stageSinceMs: nowMs,
      hooks: [],
      bakeUntilMs: null,
      updatedAtMs: nowMs,
      triggeredAlarms: triggered,
    },
    effects: [{ do: 'fail', reason }],
    tell: { code: 'SERVICE_DEPLOYMENT_FAILED', message: `deployment failed: ${reason}`, level: 'error', say: true },
  };
}

/** How one ends where it is. */
export const stopped = (nowMs: number, statusReason: string) =>
  ({
    status: 'STOPPED',
    statusReason,
    stoppedAtMs: nowMs,
    finishedAtMs: nowMs,
    updatedAtMs: nowMs,
    bakeUntilMs: null,
    hooks: [],
  }) as const satisfies Partial<ServiceDeployment>;

/** It ends where it is: both revisions stay, traffic stays as it is shared, and green starts nothing more. */
export function halt(nowMs: number, reason: string, triggered: readonly string[] = []): Step {
  return {
    patch: { ...stopped(nowMs, reason), triggeredAlarms: triggered },
    effects: [{ do: 'fail', reason }],
    tell: { code: 'SERVICE_DEPLOYMENT_STOPPED', message: `deployment stopped: ${reason}`, level: 'error', say: true },
  };
}

export function decideRollback(d: ServiceDeployment, observed: Observed): Step | null {
  const { nowMs, blue, green } = observed;
  if (d.rollback === null) return null;
  if (!d.rollback.restored) return restore(d, observed);
  const hooks = decideHooks(d, observed);
  const isLate = nowMs >= d.stageSinceMs + STAGE_LIMIT_MS;
  if (hooks !== 'done' && hooks !== 'failed' && !isLate) return hooks;
  if (green !== null && green.tasks > 0)
    return green.draining ? null : { patch: {}, effects: [{ do: 'end', side: 'green' }] };
  return {
    patch: {
      status: 'ROLLBACK_SUCCESSFUL',
      finishedAtMs: nowMs,
      updatedAtMs: nowMs,
      hooks: [],
    },
    effects: [{ do: 'return' }],
    tell: {
      code: 'DEPLOYMENT_ROLLED_BACK',
      message: `rolled back to (deployment ${d.blue?.id})${blue === null ? ', which is not there any more' : ''}.`,
      level: 'warn',
      say: true,
    },
  };
}

/** Traffic moves only to where somebody answers; where blue has all of it already, nothing moves. */
function restore(d: ServiceDeployment, { nowMs, blue }: Observed): Step | null {
  const { rollback } = d;
  if (rollback === null) return null;
  if (!canServe(blue) && d.shift.percent > 0) {
    if (nowMs < rollback.startedAtMs + STAGE_LIMIT_MS) return null;
    return {
      patch: {
        status: 'ROLLBACK_FAILED',
        statusReason: `${rollback.reason} No task of the revision before it has been healthy for 24 hours: traffic stays where it is.`,
        finishedAtMs: nowMs,
        updatedAtMs: nowMs,
      },
      tell: { code: 'ROLLBACK_FAILED', message: 'rollback failed: blue cannot serve', level: 'error', say: true },
    };
  }
  const moved = d.shift.percent > 0;
  return {
    patch: {
      rollback: { ...rollback, restored: true },
      shift: { percent: 0, nextAtMs: null },
      tested: false,
      stageSinceMs: nowMs,
      updatedAtMs: nowMs,
      // "Amazon ECS re-invokes hooks registered at the PRODUCTION_TRAFFIC_SHIFT and TEST_TRAFFIC_SHIFT stages."
      hooks: [
        ...(moved ? hooksOf(d.strategy, 'PRODUCTION_TRAFFIC_SHIFT') : []),
        ...(d.tested ? hooksOf(d.strategy, 'TEST_TRAFFIC_SHIFT') : []),
      ],
    },
    effects: [
      { do: 'shift', percent: 0, from: d.shift.percent },
      ...(d.tested ? [{ do: 'test-traffic', to: 'blue' } as const] : []),
    ],
    tell: {
      code: 'DEPLOYMENT_ROLLBACK',
      message: `rolling back to (deployment ${d.blue?.id}).`,
      level: 'warn',
      say: true,
    },
  };
}
