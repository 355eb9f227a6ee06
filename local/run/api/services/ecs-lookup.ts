/** Finding ECS resources by short name or ARN, with AWS's refusals. */
import type { Cluster, TaskDefinition } from '../../../topology.ts';
import { ApiError, type ServiceState } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import type { Call } from '../operation.ts';

/** Those of the stacks, and those of CreateCluster. */
export function clustersOf(call: Call): readonly Cluster[] {
  const ofStacks = call.resources().clusters;
  const made = [...call.made.clusters.values()].filter(({ arn }) => !ofStacks.some((one) => one.arn === arn));
  return [...ofStacks, ...made];
}

/** @param wanted a name or ARN, default `default`. @throws ApiError ClusterNotFoundException */
export function needCluster(call: Call, wanted = 'default'): Cluster {
  const found = clustersOf(call).find((cluster) => cluster.arn === wanted || cluster.name === wanted);
  if (!found) throw new ApiError('ClusterNotFoundException', 'Cluster not found.');
  return found;
}

/** The last segment of an ARN, or the text itself. */
export function shortName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/** A service of the cluster that is not INACTIVE, by name or ARN. */
export function findService(call: Call, clusterArn: string, wanted: string): ServiceState | undefined {
  const own = call.ecs.services().filter(({ definition }) => definition.clusterArn === clusterArn);
  const named = own.filter(({ definition }) => definition.arn === wanted || definition.name === shortName(wanted));
  return named.find(({ status }) => status !== 'INACTIVE') ?? named[0];
}

/** @throws ApiError ClusterNotFoundException | ServiceNotFoundException */
export function needService(call: Call, cluster: string | undefined, wanted: string): ServiceState {
  const found = findService(call, needCluster(call, cluster).arn, wanted);
  if (!found || found.status === 'INACTIVE') throw new ApiError('ServiceNotFoundException', 'Service not found.');
  return found;
}

/**
 * @param wanted ARN, `family:revision`, or a family for its newest active revision
 * @throws ApiError ClientException
 */
export function needTaskDefinition(call: Call, wanted: string): TaskDefinition {
  const all = call.ecs.taskDefinitions();
  const [family = '', revision] = shortName(wanted).split(':');
  const exact = all.find((one) => one.arn === wanted || (one.family === family && String(one.revision) === revision));
  const newest = all
    .filter((one) => one.family === family && !call.made.deregistered.has(one.arn))
    .toSorted((a, b) => b.revision - a.revision)[0];
  const found = exact ?? (revision === undefined ? newest : undefined);
  if (!found) throw new ApiError('ClientException', 'Unable to describe task definition.');
  return found;
}

/** One that tasks can be started of. @throws ApiError ClientException */
export function needActiveDefinition(call: Call, wanted: string): TaskDefinition {
  const found = needTaskDefinition(call, wanted);
  if (call.made.deregistered.has(found.arn)) throw new ApiError('ClientException', 'TaskDefinition is inactive');
  return found;
}

export function failure(arn: string): object {
  return { arn, reason: 'MISSING' };
}

/** `a` → `arn:aws:ecs:…:<kind>/<cluster>/a`, for failures that name what was asked. */
export function arnOf(call: Call, kind: string, cluster: Cluster, nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return arnAt(call, 'ecs', `${kind}/${cluster.name}/${nameOrArn}`);
}

export function tagShapes(tags: Readonly<Record<string, string>>): object[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
