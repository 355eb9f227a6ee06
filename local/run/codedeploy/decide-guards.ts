/** What ends a deployment wherever it is: its group or service gone, a stop, an alarm. Pure. */
import { currentEvent, type DeploymentRecord } from './deployment.ts';
import { fail, type Observed, patched, type SideObserved, type Step } from './step.ts';

/** A plane that was killed has an hour to bring back the service and group of what it deployed. */
const RESUME_TIMEOUT_MS = 3_600_000;

/** @returns `go`, or what to do instead (null: wait) */
export function decideGuard(record: DeploymentRecord, observed: Observed): Step | null | 'go' {
  if (record.resumedAtMs !== null) {
    if (observed.group && observed.service) return patched({ resumedAtMs: null });
    if (observed.nowMs < record.resumedAtMs + RESUME_TIMEOUT_MS && record.stop === null) return null;
  }
  if (!observed.group)
    return fail(record, observed, {
      code: 'DEPLOYMENT_GROUP_MISSING',
      message: `The deployment group ${record.groupName} was deleted.`,
      status: 'Stopped',
    });
  if (!observed.service)
    return fail(record, observed, {
      code: 'INVALID_ECS_SERVICE',
      message: `The ECS service ${record.serviceName} was deleted.`,
      status: 'Stopped',
    });
  if (pastStopping(record, observed)) return 'go';
  if (record.stop !== null)
    return fail(record, observed, {
      code: 'MANUAL_STOP',
      message: 'The deployment was stopped on request.',
      status: 'Stopped',
      rollbackOn: record.stop.autoRollback === false ? null : 'DEPLOYMENT_STOP_ON_REQUEST',
      forceRollback: record.stop.autoRollback === true,
    });
  return decideAlarms(record, observed) ?? 'go';
}

/** Blue ends already: "the deployment has progressed to a point where it cannot be stopped" (CD deployments-stop). */
export const pastStopping = (
  record: DeploymentRecord,
  { blue }: { readonly blue: Pick<SideObserved, 'draining'> | null },
): boolean => record.creator === 'user' && currentEvent(record) === null && (blue === null || blue.draining);

/** Any attached alarm in ALARM stops the deployment (CD monitoring-create-alarms). A rollback is not stopped by them. */
function decideAlarms(record: DeploymentRecord, observed: Observed): Step | null {
  const { enabled, ignorePollAlarmFailure } = record.settings.alarms;
  if (!enabled || record.creator !== 'user') return null;
  const { active, unknown } = observed.alarms;
  if (active.length > 0)
    return fail(record, observed, {
      code: 'ALARM_ACTIVE',
      message: `One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <${active.join(', ')}>`,
      status: 'Stopped',
      rollbackOn: 'DEPLOYMENT_STOP_ON_ALARM',
    });
  if (unknown.length > 0 && !ignorePollAlarmFailure)
    return fail(record, observed, {
      code: 'ALARM_ACTIVE',
      message: `The state of these alarms could not be retrieved, and the affected deployments have been stopped: <${unknown.join(', ')}>`,
      status: 'Stopped',
      rollbackOn: 'DEPLOYMENT_STOP_ON_ALARM',
    });
  return null;
}
