/** Finding ECS resources by short name or ARN, with AWS's refusals. */
import type { Cluster, TaskDefinition } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { Call } from '../operation.ts';

/** @param wanted a name or ARN, default `default`. @throws ApiError ClusterNotFoundException */
export function needCluster(call: Call, wanted = 'default'): Cluster {
  const found = call.resources().clusters.find((cluster) => cluster.arn === wanted || cluster.name === wanted);
  if (!found) throw new ApiError('ClusterNotFoundException', 'Cluster not found.');
  return found;
}

/** The last segment of an ARN, or the text itself. */
export function shortName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/**
 * @param wanted ARN, `family:revision`, or a family for its newest revision
 * @throws ApiError ClientException
 */
export function needTaskDefinition(call: Call, wanted: string): TaskDefinition {
  const all = call.ecs.taskDefinitions();
  const [family = '', revision] = shortName(wanted).split(':');
  const exact = all.find((one) => one.arn === wanted || (one.family === family && String(one.revision) === revision));
  const newest = all.filter((one) => one.family === family).toSorted((a, b) => b.revision - a.revision)[0];
  const found = exact ?? (revision === undefined ? newest : undefined);
  if (!found) throw new ApiError('ClientException', 'Unable to describe task definition.');
  return found;
}

export function failure(arn: string): object {
  return { arn, reason: 'MISSING' };
}

/** `a` → `arn:aws:ecs:…:<kind>/<cluster>/a`, for failures that name what was asked. */
export function arnOf(call: Call, kind: string, cluster: Cluster, nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return `arn:aws:ecs:${call.region}:${call.accountId}:${kind}/${cluster.name}/${nameOrArn}`;
}

export function tagShapes(tags: Readonly<Record<string, string>>): object[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
