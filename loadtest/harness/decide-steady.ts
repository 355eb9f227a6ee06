/** Is the plane where its JSON wants it? Pure. */
import type { ServiceStatus, Status } from '../../local/status.ts';

/**
 * Steady, as ECS says it: one deployment, completed, as many tasks as desired, and their targets healthy. Targets that
 * still drain do not count. A service with task sets is steady when its primary one is: another may be kept for a while.
 * What runs without ECS is steady when its processes run.
 *
 * @returns what is still missing; empty: steady
 */
export function whatIsMissing(status: Status): string[] {
  const targets = status.targetGroups.flatMap((group) => group.targets);
  if (status.services.length === 0 && targets.length === 0) return ['there is no service'];
  return [
    ...status.services.flatMap((service) => missingOfService(service, status)),
    ...missingProcesses(status),
    ...missingTargets(status),
  ];
}

function missingOfService(service: ServiceStatus, status: Status): string[] {
  return service.taskSets.length > 0 ? missingOfTaskSets(service, status) : missingOfDeployments(service);
}

function missingOfDeployments(service: ServiceStatus): string[] {
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

/** CodeDeploy's words for a deployment that is not over. */
const OPEN = ['Created', 'Queued', 'InProgress', 'Ready', 'Baking'];

function missingOfTaskSets(service: ServiceStatus, { blueGreen }: Status): string[] {
  const { name, cluster } = service;
  const primary = service.taskSets.find((set) => set.status === 'PRIMARY');
  if (!primary) return [`${name}: it has no primary task set`];
  const missing: string[] = [];
  if (primary.stability !== 'STEADY_STATE' || primary.runningCount !== primary.computedDesiredCount) {
    missing.push(
      `${name}: ${primary.runningCount} of ${primary.computedDesiredCount} tasks of its primary task set run`,
    );
  }
  const open = blueGreen.filter((d) => d.service === name && d.cluster === cluster && OPEN.includes(d.status));
  return [...missing, ...open.map((deployment) => `${name}: deployment ${deployment.id} is ${deployment.status}`)];
}

function missingProcesses(status: Status): string[] {
  return status.instances.flatMap((instance) =>
    instance.processes
      .filter((process) => process.pid === null)
      .map((process) => `${instance.id}: ${process.name} is ${process.state}`),
  );
}

function missingTargets(status: Status): string[] {
  return status.targetGroups.flatMap((group) => {
    const waiting = group.targets.filter((target) => target.state === 'initial' || target.state === 'unhealthy');
    if (waiting.length === 0) return [];
    const first = waiting[0];
    return [`${group.name}: ${waiting.length} target(s) ${first?.state} (${first?.reason ?? 'no reason'})`];
  });
}
