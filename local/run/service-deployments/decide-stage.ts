/**
 * A service deployment, decided: (deployment, what is observed) → the next step, or nothing until something changes.
 * Pure: no clock, no I/O; advance.ts carries the steps out. (ECS blue-green-deployment-how-it-works,
 * deployment-type-linear, canary-deployment)
 */
import { nextShift } from '../codedeploy/decide-shift.ts';
import { canServe } from '../codedeploy/decide-step.ts';
import { decideHooks } from './decide-hooks.ts';
import { beginRollback, decideRollback, halt } from './decide-rollback.ts';
import { STAGE_LIMIT_MS } from './limits.ts';
import { hooksOf, isOver, type ServiceDeployment, STAGES, type Stage } from './service-deployment.ts';
import { enter, type Observed, type Step } from './step.ts';

const MINUTE_MS = 60_000;

export function decideStage(d: ServiceDeployment, observed: Observed): Step | null {
  if (isOver(d)) return null;
  if (d.rollback !== null) return decideRollback(d, observed);
  if (d.status === 'PENDING') return { patch: { status: 'IN_PROGRESS', updatedAtMs: observed.nowMs } };
  const failed = decideFailure(d, observed);
  if (failed) return failed;
  if (!d.worked) return decideWork(d, observed);
  const hooks = decideHooks(d, observed);
  if (hooks === 'failed') return beginRollback(d, observed, hookReason(d));
  if (hooks !== 'done') return hooks ?? late(d, observed);
  return d.stage === 'PRODUCTION_TRAFFIC_SHIFT' && d.shift.percent < 100 ? nextStep(d, observed) : next(d, observed);
}

/** What ends a deployment wherever it is. Once blue ends there is no way back (ECS: CLEAN_UP). */
function decideFailure(d: ServiceDeployment, observed: Observed): Step | null {
  if (d.stage === 'CLEAN_UP') return null;
  if (d.stop === 'ABORT') return halt(observed.nowMs, 'Service deployment stopped by a user.');
  if (d.stop === 'ROLLBACK') return beginRollback(d, observed, 'Service deployment rollback requested by a user.');
  if (observed.tripped) {
    const reason = 'Service deployment rolled back because of ECS deployment circuit breaker: tasks failed to start.';
    return observed.rollsBackOn.breaker
      ? beginRollback(d, observed, reason)
      : halt(observed.nowMs, 'ECS deployment circuit breaker: tasks failed to start.');
  }
  const { alarms } = observed;
  if (alarms.length === 0) return null;
  const why = `alarm detected: ${alarms.join(', ')}.`;
  return observed.rollsBackOn.alarms
    ? beginRollback(d, observed, `Service deployment rolled back because of ECS deployment alarm: ${why}`, alarms)
    : halt(observed.nowMs, `ECS deployment alarm: ${why}`, alarms);
}

/** The stage's own work. */
function decideWork(d: ServiceDeployment, observed: Observed): Step | null {
  switch (d.stage) {
    case 'RECONCILE_SERVICE':
      return reconcile(d, observed);
    case 'SCALE_UP':
      return scaleUp(d, observed);
    case 'TEST_TRAFFIC_SHIFT':
      return testTraffic(d, observed);
    case 'PRODUCTION_TRAFFIC_SHIFT':
      return firstStep(d, observed);
    case 'BAKE_TIME':
      return bake(d, observed);
    case 'CLEAN_UP':
      return cleanUp(observed);
    default:
      return { patch: { worked: true } };
  }
}

/** Only blue may run when green begins; a blue that is not whole is made so first. */
function reconcile(d: ServiceDeployment, observed: Observed): Step | null {
  const { blue, leftovers } = observed;
  const isWhole = blue === null || blue.steady;
  if (isWhole && leftovers.tasks === 0) return { patch: { worked: true } };
  if (isWhole && !leftovers.draining) return { patch: {}, effects: [{ do: 'end-leftovers' }] };
  return late(d, observed);
}

function scaleUp(d: ServiceDeployment, observed: Observed): Step | null {
  const { green } = observed;
  if (green === null || !green.scaled) return { patch: {}, effects: [{ do: 'scale-up' }] };
  if (!green.steady || green.healthyTargets < green.desiredCount) return late(d, observed);
  return {
    patch: { worked: true },
    tell: {
      code: 'REVISION_SCALED_UP',
      message: `${green.healthyTargets} of ${green.desiredCount} green tasks are healthy`,
    },
  };
}

function testTraffic(d: ServiceDeployment, observed: Observed): Step | null {
  if (observed.testRoutes === 0) return { patch: { worked: true } };
  if (!canServe(observed.green)) return late(d, observed);
  return { patch: { worked: true, tested: true }, effects: [{ do: 'test-traffic', to: 'green' }] };
}

/** A first deployment has nobody to take traffic from: all of it comes at once. */
function firstStep(d: ServiceDeployment, observed: Observed): Step | null {
  if (d.pairs.length > observed.productionRoutes)
    return beginRollback(
      d,
      observed,
      'A production listener rule forwards to the target groups no longer, or is not there any more.',
    );
  if (!canServe(observed.green)) return late(d, observed);
  if (d.blue === null || d.pairs.length === 0) return shiftTo(d, { percent: 100, nextAtMs: null }, observed);
  return shiftTo(d, nextShift(d.strategy.routing, { percent: 0, nextAtMs: observed.nowMs }, observed.nowMs), observed);
}

function nextStep(d: ServiceDeployment, observed: Observed): Step | null {
  const { nowMs } = observed;
  if (d.shift.nextAtMs !== null && nowMs < d.shift.nextAtMs) return null;
  if (!canServe(observed.green)) return late(d, observed);
  const shift = nextShift(d.strategy.routing, d.shift, nowMs);
  return shiftTo(d, { ...shift, percent: tenth(shift.percent) }, observed);
}

/** Steps of 3.3 % add up in tenths, not in what floats make of them. */
const tenth = (percent: number): number => Math.round(percent * 10) / 10;

/** Hooks of the stage "are invoked at each traffic shift step". */
const shiftTo = (d: ServiceDeployment, shift: ServiceDeployment['shift'], { nowMs }: Observed): Step => ({
  patch: {
    shift,
    worked: true,
    stageSinceMs: nowMs,
    hooks: hooksOf(d.strategy, 'PRODUCTION_TRAFFIC_SHIFT'),
    updatedAtMs: nowMs,
  },
  effects: [{ do: 'shift', percent: shift.percent, from: d.shift.percent }],
});

function bake(d: ServiceDeployment, { nowMs }: Observed): Step | null {
  const minutes = d.strategy.bakeTimeMinutes;
  if (d.bakeUntilMs === null)
    return {
      patch: { bakeUntilMs: nowMs + (d.blue === null ? 0 : minutes * MINUTE_MS) },
      ...(d.blue === null
        ? {}
        : { tell: { code: 'DEPLOYMENT_BAKES', message: `bakes for ${minutes} minutes: both revisions run` } }),
    };
  return nowMs < d.bakeUntilMs ? null : { patch: { worked: true, bakeUntilMs: null } };
}

function cleanUp({ blue, nowMs }: Observed): Step | null {
  if (blue !== null && blue.tasks > 0)
    return blue.draining ? null : { patch: {}, effects: [{ do: 'end', side: 'blue' }] };
  return {
    patch: { status: 'SUCCESSFUL', finishedAtMs: nowMs, updatedAtMs: nowMs, worked: true },
    effects: [{ do: 'complete' }],
    tell: { code: 'SERVICE_DEPLOYMENT_COMPLETED', message: 'deployment completed.', say: true },
  };
}

function next(d: ServiceDeployment, { nowMs }: Observed): Step {
  const stage = STAGES[STAGES.indexOf(d.stage) + 1] as Stage;
  const step = enter(d, stage, nowMs);
  return { ...step, patch: { ...step.patch, updatedAtMs: nowMs } };
}

function late(d: ServiceDeployment, observed: Observed): Step | null {
  if (observed.nowMs < d.stageSinceMs + STAGE_LIMIT_MS) return null;
  return beginRollback(d, observed, `The lifecycle stage ${d.stage} did not end within 24 hours.`);
}

function hookReason({ hooks, stage }: ServiceDeployment): string {
  const failed = hooks.find(({ status }) => status === 'FAILED');
  const name = failed?.functionArn.split(':').at(-1) ?? '';
  return `Lifecycle hook ${name} of ${stage} failed: ${failed?.why ?? 'no answer'}.`;
}
