/**
 * A CodeDeploy deployment to ECS, decided: (record, what is observed) → the next step, or nothing until something
 * changes. Pure: no clock, no I/O; codedeploy.ts carries the steps out. (CD deployment-steps-ecs,
 * reference-appspec-file-structure-hooks)
 */
import type { LifecycleEventState } from '../contracts-delivery.ts';
import { decideGuard } from './decide-guards.ts';
import { decideRollback } from './decide-rollback.ts';
import { nextShift } from './decide-shift.ts';
import { currentEvent, type DeploymentRecord, type HookEvent, isOver } from './deployment.ts';
import { begin, fail, finish, type Observed, patched, type Step } from './step.ts';

/** An hour for a hook to report, and for green to become healthy (CD reference-appspec-file-structure-hooks). */
export const HOOK_TIMEOUT_MS = 3_600_000;
export const INSTALL_TIMEOUT_MS = 3_600_000;

const MINUTE_MS = 60_000;

export function decideStep(record: DeploymentRecord, observed: Observed): Step | null {
  if (isOver(record)) return null;
  const guarded = decideGuard(record, observed);
  if (guarded !== 'go') return guarded;
  if (record.status === 'Created' || record.status === 'Queued') return start(record, observed);
  if (record.creator === 'codeDeployRollback') return decideRollback(record, observed);
  const event = currentEvent(record);
  if (event === null) return decideEnd(record, observed);
  return event.status === 'Pending' ? decideBegin(record, event, observed) : decideRunning(record, event, observed);
}

/** When time alone makes the next step due; null where only something else can. */
export function dueAtMs(record: DeploymentRecord): number | null {
  if (isOver(record)) return null;
  const event = currentEvent(record);
  if (event === null) return record.blueEndsAtMs;
  if (record.status === 'Ready') return record.readyUntilMs;
  if (event.startedAtMs === null) return null;
  if (event.name === 'AllowTraffic' && record.shift.nextAtMs !== null) return record.shift.nextAtMs;
  return event.startedAtMs + HOOK_TIMEOUT_MS;
}

function start(record: DeploymentRecord, observed: Observed): Step {
  const patch = { status: 'InProgress', startedAtMs: observed.nowMs } as const;
  const what = record.creator === 'user' ? 'deployment' : 'rollback';
  const version = record.appSpec.taskDefinition.split('/').at(-1);
  const started = { code: 'DEPLOYMENT_STARTED', message: `${what} started: ${version} by ${record.configName}` };
  if (record.creator === 'user' && !observed.blueServes)
    return fail({ ...record, ...patch }, observed, {
      code: 'ELASTIC_LOAD_BALANCING_INVALID',
      message: `Primary taskset target group must be behind listener ${record.settings.productionListenerArns[0] ?? ''}`,
    });
  return patched(patch, started);
}

function decideBegin(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  switch (event.name) {
    case 'Install':
      return { ...begin(record, event.name, observed), effect: { do: 'associate-green' } };
    case 'AllowTestTraffic':
      return observed.testRoutes > 0
        ? begin(record, event.name, observed)
        : finish(record, event.name, observed, { status: 'Skipped', message: 'the group has no test listener' });
    case 'AllowTraffic': {
      const step = begin(record, event.name, observed);
      return { ...step, patch: { ...step.patch, shift: { percent: 0, nextAtMs: observed.nowMs } } };
    }
    default:
      return beginHook(record, event.name, observed);
  }
}

function beginHook(record: DeploymentRecord, name: HookEvent, observed: Observed): Step | null {
  if (name === 'BeforeAllowTraffic' && !record.continued) return decideReady(record, observed);
  // "If a test listener port is not specified, nothing happens during the AfterAllowTestTraffic hook."
  if (name === 'AfterAllowTestTraffic' && observed.testRoutes === 0)
    return finish(record, name, observed, { status: 'Skipped', message: 'the group has no test listener' });
  const functionName = record.appSpec.hooks[name];
  if (functionName === undefined) return finish(record, name, observed, { status: 'Succeeded' });
  const executionId = observed.freshId;
  const started = begin(record, name, observed, { functionName, executionId });
  return {
    ...started,
    patch: { ...started.patch, hook: { answer: null, lost: null } },
    effect: { do: 'invoke', event: name, functionName, executionId },
  };
}

/** STOP_DEPLOYMENT waits for ContinueDeployment before production traffic moves (CD DeploymentReadyOption). */
function decideReady(record: DeploymentRecord, observed: Observed): Step | null {
  const { actionOnTimeout, waitMinutes } = record.settings.ready;
  if (actionOnTimeout === 'CONTINUE_DEPLOYMENT' || waitMinutes === 0) return patched({ continued: true });
  if (record.readyUntilMs === null)
    return patched(
      { status: 'Ready', readyUntilMs: observed.nowMs + waitMinutes * MINUTE_MS },
      { code: 'DEPLOYMENT_READY', message: `ready: waits ${waitMinutes} minutes for ContinueDeployment` },
    );
  if (observed.nowMs < record.readyUntilMs) return null;
  return fail(record, observed, {
    code: 'TIMEOUT',
    message: `The deployment was not continued within its wait time of ${waitMinutes} minutes.`,
    status: 'Stopped',
  });
}

function decideRunning(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  switch (event.name) {
    case 'Install':
      return decideInstall(record, event, observed);
    case 'AllowTestTraffic':
      return decideTestTraffic(record, event, observed);
    case 'AllowTraffic':
      return decideTraffic(record, event, observed);
    default:
      return decideHook(record, event, observed);
  }
}

function decideInstall(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  const { green, nowMs } = observed;
  // Task sets that a failed deployment has left in green's target group make room first.
  if (record.green.taskSetId === null)
    return observed.leftovers > 0 ? overdue(record, event, observed) : { patch: {}, effect: { do: 'create-green' } };
  if (green === null)
    return fail(record, observed, {
      code: 'ECS_UPDATE_ERROR',
      message: `The replacement task set ${record.green.taskSetId} is not there any more.`,
    });
  if (green.steady && green.healthyTargets >= green.desiredCount) {
    const seconds = Math.round((nowMs - (event.startedAtMs ?? nowMs)) / 1000);
    const message = `${green.healthyTargets} of ${green.desiredCount} tasks healthy after ${seconds} s`;
    return finish(record, event.name, observed, { status: 'Succeeded', message });
  }
  return overdue(record, event, observed);
}

function overdue(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  if (observed.nowMs < (event.startedAtMs ?? observed.nowMs) + INSTALL_TIMEOUT_MS) return null;
  const { green } = observed;
  const seen = green
    ? ` ${green.healthyTargets} of ${green.desiredCount} tasks are healthy, ${green.failedTasks} have failed.`
    : '';
  return fail(record, observed, {
    code: 'TIMEOUT',
    message: `The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.${seen}`,
  });
}

/** Traffic goes to a side only while somebody there can answer. A service that wants no task answers nowhere. */
export const canServe = (side: Observed['green']): boolean =>
  side !== null && (side.healthyTargets > 0 || side.desiredCount === 0);

function decideTestTraffic(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  if (!canServe(observed.green)) return overdue(record, event, observed);
  const done = finish(record, event.name, observed, { status: 'Succeeded' });
  return { ...done, effect: { do: 'test-to-green' } };
}

function decideTraffic(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  const { percent, nextAtMs } = record.shift;
  if (observed.productionRoutes === 0)
    return fail(record, observed, {
      code: 'ELASTIC_LOAD_BALANCING_INVALID',
      message: 'No rule or default action of the production listener forwards to the target groups any more.',
    });
  if (percent === 100) {
    const done = finish(record, event.name, observed, { status: 'Succeeded' });
    return { ...done, effect: { do: 'make-green-primary' } };
  }
  if (nextAtMs !== null && observed.nowMs < nextAtMs) return null;
  if (!canServe(observed.green)) return late(record, event, observed);
  const next = nextShift(record.routing, record.shift, observed.nowMs);
  return { patch: { shift: next }, effect: { do: 'shift', greenPercent: next.percent, from: percent } };
}

/** The shift waits for green to be healthy again, an hour at most. */
function late(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  const since = record.shift.nextAtMs ?? event.startedAtMs ?? observed.nowMs;
  if (observed.nowMs < since + INSTALL_TIMEOUT_MS) return null;
  return fail(record, observed, {
    code: 'TIMEOUT',
    message: 'No task of the replacement task set has been healthy for 60 minutes: traffic was not shifted further.',
  });
}

function decideHook(record: DeploymentRecord, event: LifecycleEventState, observed: Observed): Step | null {
  const name = event.hook?.functionName ?? '';
  if (record.hook.lost !== null)
    return fail(record, observed, { code: 'INVALID_LAMBDA_FUNCTION', message: record.hook.lost });
  if (record.hook.answer === 'Succeeded')
    return finish(record, event.name, observed, { status: 'Succeeded', message: `${name} answered Succeeded` });
  if (record.hook.answer === 'Failed')
    return fail(record, observed, {
      code: 'HOOK_EXECUTION_FAILURE',
      message: 'The deployment failed because one or more of the lifecycle event validation functions failed.',
      event: `${name} answered Failed`,
    });
  if (observed.nowMs < (event.startedAtMs ?? observed.nowMs) + HOOK_TIMEOUT_MS) return null;
  return fail(record, observed, {
    code: 'HOOK_EXECUTION_FAILURE',
    message: `The lifecycle event validation function ${name} of ${event.name} did not report its status within one hour.`,
  });
}

/** Every event has succeeded: blue is kept for its wait, then it ends (CD BlueInstanceTerminationOption). */
function decideEnd(record: DeploymentRecord, observed: Observed): Step | null {
  const { action, waitMinutes } = record.settings.blueTermination;
  if (action === 'KEEP_ALIVE' || observed.blue === null) return succeed(observed, action === 'KEEP_ALIVE');
  if (record.blueEndsAtMs === null)
    return patched(
      { blueEndsAtMs: observed.nowMs + waitMinutes * MINUTE_MS },
      {
        code: 'BLUE_RETAINED',
        message: `original task set ${record.blue.taskSetId} is kept for ${waitMinutes} minutes`,
        data: { taskSet: record.blue.taskSetId, minutes: waitMinutes },
      },
    );
  if (observed.nowMs < record.blueEndsAtMs && !record.endBlueNow) return null;
  if (observed.blue.draining) return null;
  return {
    patch: {},
    effect: { do: 'end', side: 'blue' },
    tell: {
      code: 'BLUE_ENDS',
      message: `original task set ${record.blue.taskSetId} ends`,
      data: { taskSet: record.blue.taskSetId },
    },
  };
}

function succeed(observed: Observed, kept: boolean): Step {
  const message = `deployment succeeded${kept ? '; the original task set is kept alive' : ''}`;
  return patched({ status: 'Succeeded', completedAtMs: observed.nowMs }, { code: 'DEPLOYMENT_SUCCEEDED', message });
}
