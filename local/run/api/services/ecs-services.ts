/** ECS services. */
import { z } from 'zod';
import { ApiError, type DeploymentState, type ServiceState } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, integer, list, name, text } from '../schema.ts';
import { arnOf, failure, needCluster, shortName, tagShapes } from './ecs-lookup.ts';

const listInput = z.object({
  cluster: text.optional(),
  launchType: z.enum(['EC2', 'FARGATE', 'EXTERNAL']).optional(),
  schedulingStrategy: z.enum(['REPLICA', 'DAEMON']).optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

/** Strict: a change that would do nothing here is refused by name. */
const updateInput = z.strictObject({
  cluster: text.optional(),
  service: name,
  desiredCount: integer(0, 5000).optional(),
  taskDefinition: name.optional(),
  forceNewDeployment: bool.optional(),
});

export const serviceOperations: Readonly<Record<string, Operation>> = {
  ListServices: operation(
    listInput,
    ({ cluster, launchType, schedulingStrategy, maxResults = 10, nextToken }, call) => {
      const { arn } = needCluster(call, cluster);
      const found = call.ecs
        .services()
        .filter(({ definition, status }) => definition.clusterArn === arn && status !== 'INACTIVE')
        .filter(({ definition }) => launchType === undefined || definition.launchType === launchType)
        .filter(
          ({ definition }) => schedulingStrategy === undefined || definition.schedulingStrategy === schedulingStrategy,
        );
      const page = paginate(found, (one) => one.definition.arn, { token: nextToken, max: maxResults });
      return { serviceArns: page.items.map((one) => one.definition.arn), nextToken: page.next };
    },
  ),
  DescribeServices: operation(
    z.object({ cluster: text.optional(), services: list(name, 10) }),
    ({ cluster: wantedCluster, services }, call) => {
      const cluster = needCluster(call, wantedCluster);
      if (services.length === 0) throw new ApiError('InvalidParameterException', 'Services cannot be empty.');
      const found = services.map((wanted) => findService(call, cluster.arn, wanted));
      return {
        services: found.flatMap((one) => (one ? [serviceShape(one)] : [])),
        failures: services.flatMap((wanted, index) =>
          found[index] ? [] : [failure(arnOf(call, 'service', cluster, wanted))],
        ),
      };
    },
  ),
  UpdateService: operation(updateInput, ({ cluster: wantedCluster, service, ...change }, call) => {
    const cluster = needCluster(call, wantedCluster);
    const found = findService(call, cluster.arn, service);
    if (!found) throw new ApiError('ServiceNotFoundException', 'Service not found.');
    if (found.status !== 'ACTIVE') throw new ApiError('ServiceNotActiveException', 'Service was not ACTIVE.');
    return { service: serviceShape(call.ecs.updateService(cluster.name, found.definition.name, change)) };
  }),
};

function findService(call: Call, clusterArn: string, wanted: string): ServiceState | undefined {
  return call.ecs
    .services()
    .find(
      ({ definition }) =>
        definition.clusterArn === clusterArn && (definition.arn === wanted || definition.name === shortName(wanted)),
    );
}

function serviceShape(one: ServiceState): object {
  const { definition } = one;
  const newest = one.deployments[0];
  const network = definition.subnetIds.length > 0 ? { networkConfiguration: networkShape(one) } : {};
  return {
    serviceArn: definition.arn,
    serviceName: definition.name,
    clusterArn: definition.clusterArn,
    status: one.status,
    desiredCount: one.desiredCount,
    runningCount: one.runningCount,
    pendingCount: one.pendingCount,
    launchType: definition.capacityProviderStrategy.length > 0 ? undefined : definition.launchType,
    capacityProviderStrategy:
      definition.capacityProviderStrategy.length > 0 ? definition.capacityProviderStrategy : undefined,
    platformVersion: definition.launchType === 'FARGATE' ? 'LATEST' : undefined,
    taskDefinition: newest?.taskDefinitionArn ?? definition.taskDefinitionArn,
    deploymentConfiguration: {
      deploymentCircuitBreaker: definition.circuitBreaker,
      maximumPercent: definition.maximumPercent,
      minimumHealthyPercent: definition.minimumHealthyPercent,
    },
    deploymentController: { type: definition.deploymentController },
    deployments: one.deployments.map((deployment) => ({
      ...deploymentShape(deployment),
      launchType: definition.launchType,
      ...network,
    })),
    loadBalancers: definition.loadBalancers,
    serviceRegistries: [],
    events: one.events.map(({ id, createdAtMs, message }) => ({ id, createdAt: new Date(createdAtMs), message })),
    createdAt: createdAt(one.deployments),
    placementConstraints: definition.placementConstraints,
    placementStrategy: definition.placementStrategies.map(({ type, field }) => ({ type, field })),
    healthCheckGracePeriodSeconds: definition.healthCheckGracePeriodSeconds,
    schedulingStrategy: definition.schedulingStrategy,
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    propagateTags: 'NONE',
    tags: tagShapes(definition.tags),
    ...network,
  };
}

/** ≈ The service's own creation is not kept: the oldest deployment still known stands for it. */
function createdAt(deployments: readonly DeploymentState[]): Date | undefined {
  return deployments.length > 0 ? new Date(Math.min(...deployments.map((one) => one.createdAtMs))) : undefined;
}

function deploymentShape(one: DeploymentState): object {
  return {
    id: one.id,
    status: one.status,
    taskDefinition: one.taskDefinitionArn,
    desiredCount: one.desiredCount,
    pendingCount: one.pendingCount,
    runningCount: one.runningCount,
    failedTasks: one.failedTasks,
    createdAt: new Date(one.createdAtMs),
    updatedAt: new Date(one.updatedAtMs),
    rolloutState: one.rolloutState,
    rolloutStateReason: one.rolloutStateReason,
  };
}

function networkShape({ definition }: ServiceState): object {
  return {
    awsvpcConfiguration: {
      subnets: definition.subnetIds,
      securityGroups: definition.securityGroupIds,
      assignPublicIp: 'DISABLED',
    },
  };
}
