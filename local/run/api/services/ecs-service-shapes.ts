/** ECS services, their deployments and task sets in the shapes of the ECS API. Pure. */
import type { Service } from '../../../topology.ts';
import type { DeploymentState, ServiceState } from '../../contracts.ts';
import type { TaskSetState } from '../../contracts-delivery.ts';
import { deploymentConfigurationShape, loadBalancerShape } from './ecs-deployment-shapes.ts';
import { tagShapes } from './ecs-lookup.ts';
import { currentShapes } from './ecs-service-deployment-shapes.ts';

export function serviceShape(one: ServiceState): object {
  const { definition } = one;
  const network = networkShape(definition);
  const isEcs = definition.deploymentController === 'ECS';
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
    taskDefinition: taskDefinitionOf(one) || undefined,
    deploymentConfiguration: deploymentConfigurationShape(definition),
    deploymentController: { type: definition.deploymentController },
    taskSets: isEcs ? [] : one.taskSets.map((set) => taskSetShape(set, definition)),
    // What has been replaced completely is gone: `services-stable` waits until one deployment is left.
    deployments: one.deployments
      .filter(({ status }) => status !== 'INACTIVE')
      .map((deployment) => ({ ...deploymentShape(deployment), launchType: definition.launchType, ...network })),
    ...currentShapes(one),
    loadBalancers: definition.loadBalancers.map(loadBalancerShape),
    serviceRegistries: [],
    events: one.events.map(({ id, createdAtMs, message }) => ({ id, createdAt: new Date(createdAtMs), message })),
    createdAt: createdAt(one),
    placementConstraints: definition.placementConstraints,
    placementStrategy: definition.placementStrategies.map(({ type, field }) => ({ type, field })),
    healthCheckGracePeriodSeconds: definition.healthCheckGracePeriodSeconds,
    schedulingStrategy: definition.schedulingStrategy,
    availabilityZoneRebalancing: 'DISABLED',
    enableECSManagedTags: false,
    enableExecuteCommand: false,
    propagateTags: 'NONE',
    tags: tagShapes(definition.tags),
    ...network,
  };
}

/** Of the primary task set, or deployment. */
function taskDefinitionOf({ taskSets, deployments, definition }: ServiceState): string {
  const primary = taskSets.find(({ status }) => status === 'PRIMARY');
  return (primary ?? deployments[0])?.taskDefinitionArn ?? definition.taskDefinitionArn;
}

/** ≈ The service's own creation is not kept: the oldest deployment or task set still known stands for it. */
function createdAt({ deployments, taskSets }: ServiceState): Date | undefined {
  const moments = [...deployments, ...taskSets].map((one) => one.createdAtMs);
  return moments.length > 0 ? new Date(Math.min(...moments)) : undefined;
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

export function taskSetShape(set: TaskSetState, service: Service): object {
  const { targetGroupArn, containerName, containerPort } = set;
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: set.serviceArn,
    clusterArn: set.clusterArn,
    startedBy: set.startedBy === 'ecs' ? undefined : set.startedBy,
    externalId: set.externalId ?? undefined,
    status: set.status,
    taskDefinition: set.taskDefinitionArn,
    computedDesiredCount: set.computedDesiredCount,
    pendingCount: set.pendingCount,
    runningCount: set.runningCount,
    createdAt: new Date(set.createdAtMs),
    updatedAt: new Date(set.updatedAtMs),
    launchType: service.launchType,
    platformVersion: service.launchType === 'FARGATE' ? '1.4.0' : undefined,
    ...networkShape(service),
    loadBalancers: targetGroupArn === null ? [] : [{ targetGroupArn, containerName, containerPort }],
    serviceRegistries: [],
    scale: { value: set.scalePercent, unit: 'PERCENT' },
    stabilityStatus: set.stability,
    stabilityStatusAt: new Date(set.updatedAtMs),
    tags: [],
  };
}

function networkShape({ subnetIds, securityGroupIds }: Service): object {
  if (subnetIds.length === 0) return {};
  const awsvpcConfiguration = { subnets: subnetIds, securityGroups: securityGroupIds, assignPublicIp: 'DISABLED' };
  return { networkConfiguration: { awsvpcConfiguration } };
}
