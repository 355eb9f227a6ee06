/**
 * A rollback: a deployment of its own that reroutes traffic to the original task set, puts every route back as it was
 * and ends the replacement (CD deployment-steps-ecs, "Redeployments and deployment rollbacks"). Pure.
 */
import { type DeploymentRecord, eventOf } from './deployment.ts';
import { begin, fail, finish, type Observed, patched, type Step } from './step.ts';

const BLUE_TIMEOUT_MS = 3_600_000;

export function decideRollback(record: DeploymentRecord, observed: Observed): Step | null {
  const event = eventOf(record, 'AllowTraffic');
  if (event.status === 'Pending') return begin(record, 'AllowTraffic', observed);
  if (event.status === 'InProgress') return decideReturn(record, observed);
  if (observed.green !== null)
    return observed.green.draining ? null : { patch: {}, effect: { do: 'end', side: 'green' } };
  return patched(
    { status: 'Succeeded', completedAtMs: observed.nowMs },
    { code: 'DEPLOYMENT_SUCCEEDED', message: `rollback of ${record.rollback.triggeringDeploymentId} succeeded` },
  );
}

function decideReturn(record: DeploymentRecord, observed: Observed): Step | null {
  const { blue, nowMs } = observed;
  if (blue === null || blue.draining)
    return fail(record, observed, {
      code: 'ECS_UPDATE_ERROR',
      message: `The original task set ${record.blue.taskSetId} is not there any more: traffic stays where it is.`,
    });
  // Traffic moves only to where somebody answers; where blue has all of it already, nothing moves.
  const serves = blue.healthyTargets > 0 || blue.desiredCount === 0 || observed.greenPercent === 0;
  if (serves) {
    const done = finish(record, 'AllowTraffic', observed, { status: 'Succeeded' });
    return { ...done, effect: { do: 'restore' } };
  }
  const since = eventOf(record, 'AllowTraffic').startedAtMs ?? nowMs;
  if (nowMs < since + BLUE_TIMEOUT_MS) return null;
  return fail(record, observed, {
    code: 'TIMEOUT',
    message: 'No task of the original task set has been healthy for 60 minutes: traffic stays where it is.',
  });
}
