/** Is the plane where its JSON wants it? Pure. */
import type { ServiceStatus, Status } from '../../local/status.ts';

/**
 * Steady, as ECS says it: one deployment, completed, as many tasks as desired, and their targets healthy. Targets that
 * still drain do not count.
 *
 * @returns what is still missing; empty: steady
 */
export function whatIsMissing(status: Status): string[] {
  if (status.services.length === 0) return ['there is no service'];
  return [...status.services.flatMap(missingOfService), ...missingTargets(status)];
}

function missingOfService(service: ServiceStatus): string[] {
  const { name, runningCount, desiredCount, pendingCount, deployments } = service;
  const missing: string[] = [];
  if (runningCount !== desiredCount || pendingCount > 0) {
    missing.push(`${name}: ${runningCount} of ${desiredCount} tasks run, ${pendingCount} pending`);
  }
  const open = deployments.filter((deployment) => deployment.status !== 'INACTIVE');
  const unfinished = open.filter((deployment) => deployment.rolloutState !== 'COMPLETED');
  if (open.length > 1 || unfinished.length > 0) {
    const last = unfinished.at(-1) ?? open.at(-1);
    missing.push(
      `${name}: deployment ${last?.id} is ${last?.rolloutState} (${last?.rolloutStateReason || 'no reason'})`,
    );
  }
  return missing;
}

function missingTargets(status: Status): string[] {
  return status.targetGroups.flatMap((group) => {
    const waiting = group.targets.filter((target) => target.state === 'initial' || target.state === 'unhealthy');
    if (waiting.length === 0) return [];
    const first = waiting[0];
    return [`${group.name}: ${waiting.length} target(s) ${first?.state} (${first?.reason ?? 'no reason'})`];
  });
}
