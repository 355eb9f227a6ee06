/** ECS clusters and capacity providers. */
import { z } from 'zod';
import type { Cluster } from '../../../topology.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, names, text } from '../schema.ts';
import { failure, tagShapes } from './ecs-lookup.ts';

const paging = { maxResults: integer(1, 100).optional(), nextToken: text.optional() };

export const clusterOperations: Readonly<Record<string, Operation>> = {
  ListClusters: operation(z.object(paging), ({ maxResults = 100, nextToken }, call) => {
    const page = paginate(call.resources().clusters, (one) => one.arn, { token: nextToken, max: maxResults });
    return { clusterArns: page.items.map((one) => one.arn), nextToken: page.next };
  }),
  DescribeClusters: operation(z.object({ clusters: list(text, 100).optional() }), ({ clusters: wanted }, call) => {
    const all = call.resources().clusters;
    const asked = wanted?.length ? wanted : ['default'];
    const found = all.filter((one) => asked.includes(one.arn) || asked.includes(one.name));
    const missing = asked.filter((nameOrArn) => !found.some((one) => one.arn === nameOrArn || one.name === nameOrArn));
    const arn = (nameOrArn: string): string =>
      nameOrArn.startsWith('arn:') ? nameOrArn : `arn:aws:ecs:${call.region}:${call.accountId}:cluster/${nameOrArn}`;
    return { clusters: found.map((one) => clusterShape(one, call)), failures: missing.map((one) => failure(arn(one))) };
  }),
  DescribeCapacityProviders: operation(
    z.object({ capacityProviders: names.optional() }),
    ({ capacityProviders: wanted }, call) => {
      const all = call.resources().capacityProviders;
      const found = wanted?.length ? all.filter((one) => wanted.includes(one.name) || wanted.includes(one.arn)) : all;
      const shapes = found.map((one) => ({
        capacityProviderArn: one.arn,
        name: one.name,
        status: 'ACTIVE',
        autoScalingGroupProvider: {
          autoScalingGroupArn: one.autoScalingGroupArn,
          managedScaling: {
            status: one.managedScaling.enabled ? 'ENABLED' : 'DISABLED',
            targetCapacity: one.managedScaling.targetCapacityPercent,
            minimumScalingStepSize: one.managedScaling.minimumStep,
            maximumScalingStepSize: one.managedScaling.maximumStep,
            instanceWarmupPeriod: one.managedScaling.warmupSeconds,
          },
          managedTerminationProtection: one.managedTerminationProtection ? 'ENABLED' : 'DISABLED',
          managedDraining: one.managedDraining ? 'ENABLED' : 'DISABLED',
        },
        tags: tagShapes(one.tags),
      }));
      return { capacityProviders: shapes, failures: [] };
    },
  ),
};

function clusterShape(one: Cluster, call: Call): object {
  const tasks = call.ecs.tasks().filter((task) => task.clusterArn === one.arn);
  const services = call.ecs
    .services()
    .filter((service) => service.definition.clusterArn === one.arn && service.status !== 'INACTIVE');
  const instances = call.ecs.instances().filter((instance) => instance.clusterArn === one.arn);
  return {
    clusterArn: one.arn,
    clusterName: one.name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: instances.filter(
      (instance) => instance.status === 'ACTIVE' || instance.status === 'DRAINING',
    ).length,
    runningTasksCount: tasks.filter((task) => task.lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter((task) => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(task.lastStatus))
      .length,
    activeServicesCount: services.length,
    capacityProviders: one.capacityProviders,
    defaultCapacityProviderStrategy: one.defaultStrategy,
    tags: tagShapes(one.tags),
  };
}
