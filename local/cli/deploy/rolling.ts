/** A rolling deployment: UpdateService, and what becomes of it. */
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { CutoverError } from '../../errors.ts';
import { calling } from './aws-errors.ts';
import { describe, type FoundService, lastOf } from './find-service.ts';
import type { RollingSnapshot } from './snapshot.ts';
import type { DeployTarget } from './target.ts';
import type { Versions } from './versions.ts';

/** @returns the deployment's id, and when it began */
export async function startRolling(
  target: DeployTarget,
  service: FoundService,
  taskDefinition: string,
): Promise<{ id: string; since: Date }> {
  const { clusterName: cluster, name } = service;
  const updated = await calling('updating the service', target.name, () =>
    target.ecs.send(new UpdateServiceCommand({ cluster, service: name, taskDefinition })),
  );
  const primary = updated.service?.deployments?.find((one) => one.status === 'PRIMARY');
  return { id: primary?.id ?? '', since: primary?.createdAt ?? new Date(0) };
}

/** @throws CutoverError SERVICE_NOT_FOUND where the service was deleted meanwhile */
export async function lookAtRolling(
  target: DeployTarget,
  service: Pick<FoundService, 'clusterName' | 'name'>,
  deployment: { readonly id: string; readonly since: Date },
  versions: Versions,
): Promise<RollingSnapshot> {
  const found = await describe(target, service.clusterName, service.name);
  if (!found)
    throw new CutoverError({
      code: 'SERVICE_NOT_FOUND',
      address: service.name,
      message: `the service ${service.clusterName}/${service.name} was deleted while it was deployed`,
      fix: 'make it again, then deploy',
    });
  const ordered = [...(found.deployments ?? [])].sort(
    (a, b) => Number(b.status === 'PRIMARY') - Number(a.status === 'PRIMARY'),
  );
  const deployments = [];
  for (const one of ordered)
    deployments.push({
      id: one.id ?? '',
      status: one.status ?? '',
      taskDefinition: lastOf(one.taskDefinition),
      version: await versions.of(one.taskDefinition ?? ''),
      running: one.runningCount ?? 0,
      desired: one.desiredCount ?? 0,
      pending: one.pendingCount ?? 0,
      failed: one.failedTasks ?? 0,
      rolloutState: one.rolloutState ?? '',
      reason: one.rolloutStateReason ?? '',
    });
  const messages = [...(found.events ?? [])]
    .filter(({ createdAt }) => createdAt !== undefined && createdAt >= deployment.since)
    .reverse()
    .map(({ message }) => message ?? '');
  return {
    kind: 'rolling',
    deploymentId: deployment.id,
    cluster: service.clusterName,
    service: service.name,
    deployments,
    messages,
  };
}
