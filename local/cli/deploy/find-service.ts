/** The service that is meant: by name over all clusters, or in the one that is given. */
import { DescribeServicesCommand, paginateListClusters, paginateListServices, type Service } from '@aws-sdk/client-ecs';
import { CutoverError } from '../../errors.ts';
import { calling, isAwsError } from './aws-errors.ts';
import type { DeployTarget } from './target.ts';

/** A service with what a deployment needs of it. */
export interface FoundService {
  readonly name: string;
  readonly arn: string;
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly controller: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** What it runs now: of its primary deployment or task set. */
  readonly taskDefinitionArn: string;
  readonly description: Service;
}

/** @throws CutoverError SERVICE_NOT_FOUND with the services there are | SERVICE_AMBIGUOUS with the clusters */
export async function findService(
  target: DeployTarget,
  name: string,
  cluster: string | undefined,
): Promise<FoundService> {
  const clusters = cluster === undefined ? await listClusters(target) : [cluster];
  const found: Service[] = [];
  for (const one of clusters) {
    const service = await describe(target, one, name);
    if (service) found.push(service);
  }
  const [first, second] = found;
  if (!first) throw await notFound(target, name, clusters);
  if (second)
    throw new CutoverError({
      code: 'SERVICE_AMBIGUOUS',
      address: name,
      message: `there is a service ${name} in ${found.length} clusters`,
      value: found.map((one) => lastOf(one.clusterArn)),
      rule: 'without --cluster the name must be unique over all clusters',
      fix: `say which one: --cluster ${lastOf(first.clusterArn)}`,
    });
  return factsOf(first);
}

/** @returns undefined where it is not there, or gone */
export async function describe(target: DeployTarget, cluster: string, name: string): Promise<Service | undefined> {
  return calling(`describing the service ${name}`, target.name, async () => {
    try {
      const { services } = await target.ecs.send(new DescribeServicesCommand({ cluster, services: [name] }));
      return services?.find((one) => one.status === 'ACTIVE');
    } catch (error) {
      if (isAwsError(error, 'ClusterNotFoundException')) return undefined;
      throw error;
    }
  });
}

function factsOf(service: Service): FoundService {
  const controller = service.deploymentController?.type ?? 'ECS';
  const primary = service.taskSets?.find((set) => set.status === 'PRIMARY');
  return {
    name: service.serviceName ?? '',
    arn: service.serviceArn ?? '',
    clusterName: lastOf(service.clusterArn),
    clusterArn: service.clusterArn ?? '',
    controller,
    taskDefinitionArn: primary?.taskDefinition ?? service.taskDefinition ?? '',
    description: service,
  };
}

async function listClusters(target: DeployTarget): Promise<readonly string[]> {
  return calling('listing the clusters', target.name, async () => {
    const arns: string[] = [];
    for await (const page of paginateListClusters({ client: target.ecs }, {})) arns.push(...(page.clusterArns ?? []));
    return arns;
  });
}

async function notFound(target: DeployTarget, name: string, clusters: readonly string[]): Promise<CutoverError> {
  const names: string[] = [];
  for (const cluster of clusters) {
    try {
      for await (const page of paginateListServices({ client: target.ecs }, { cluster }))
        names.push(...(page.serviceArns ?? []).map((arn) => `${lastOf(cluster)}/${lastOf(arn)}`));
    } catch (error) {
      if (!isAwsError(error, 'ClusterNotFoundException')) throw error;
      return new CutoverError({
        code: 'SERVICE_NOT_FOUND',
        address: '--cluster',
        message: `there is no cluster ${cluster} at ${target.name}`,
        value: cluster,
        fix: 'name a cluster that is there, or leave out --cluster',
      });
    }
  }
  return new CutoverError({
    code: 'SERVICE_NOT_FOUND',
    address: name,
    message: `there is no service ${name} at ${target.name}`,
    value: name,
    rule: `one of ${names.sort().join(', ') || '(none)'}`,
    fix: 'name a service that is there',
  });
}

export const lastOf = (arn: string | undefined): string => arn?.split('/').at(-1) ?? '';
