/** ECS clusters and capacity providers. */
import { z } from 'zod';
import type { Cluster } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, name, names, text } from '../schema.ts';
import { madeBase } from './codedeploy-lookup.ts';
import { clustersOf, failure, needCluster, tagShapes } from './ecs-lookup.ts';

const paging = { maxResults: integer(1, 100).optional(), nextToken: text.optional() };

const strategy = list(
  z.strictObject({ capacityProvider: name, weight: integer(0, 1000).optional(), base: integer(0).optional() }),
  20,
);

/** Strict: what would do nothing here is refused by name. */
const createInput = z.strictObject({
  clusterName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/, 'must be 1 to 255 letters, digits, - and _')
    .optional(),
  capacityProviders: names.optional(),
  defaultCapacityProviderStrategy: strategy.optional(),
  settings: list(
    z.strictObject({ name: text, value: z.literal('disabled', 'has no local counterpart: only disabled is taken') }),
  ).optional(),
  tags: list(z.strictObject({ key: name, value: text.optional() }), 50).optional(),
});

const describeInput = z.object({
  clusters: list(text, 100).optional(),
  include: list(z.enum(['ATTACHMENTS', 'CONFIGURATIONS', 'SETTINGS', 'STATISTICS', 'TAGS'])).optional(),
});

export const clusterOperations: Readonly<Record<string, Operation>> = {
  ListClusters: operation(z.object(paging), ({ maxResults = 100, nextToken }, call) => {
    const page = paginate(clustersOf(call), (one) => one.arn, { token: nextToken, max: maxResults });
    return { clusterArns: page.items.map((one) => one.arn), nextToken: page.next };
  }),
  DescribeClusters: operation(describeInput, ({ clusters: wanted }, call) => {
    const all = clustersOf(call);
    const asked = wanted?.length ? wanted : ['default'];
    const found = all.filter((one) => asked.includes(one.arn) || asked.includes(one.name));
    const missing = asked.filter((nameOrArn) => !found.some((one) => one.arn === nameOrArn || one.name === nameOrArn));
    const arn = (nameOrArn: string): string =>
      nameOrArn.startsWith('arn:') ? nameOrArn : arnAt(call, 'ecs', `cluster/${nameOrArn}`);
    return { clusters: found.map((one) => clusterShape(one, call)), failures: missing.map((one) => failure(arn(one))) };
  }),
  CreateCluster: operation(createInput, createCluster),
  DeleteCluster: operation(z.strictObject({ cluster: name }), async ({ cluster: wanted }, call) => {
    const cluster = needCluster(call, wanted);
    checkEmpty(cluster, call);
    if (!call.made.clusters.has(cluster.arn))
      throw new ApiError('ClientException', `The cluster ${cluster.name} is made by the stacks: remove it there.`);
    await call.handlers.clusters.remove(cluster, call.signal);
    return { cluster: { ...clusterShape(cluster, call), status: 'INACTIVE' } };
  }),
  PutClusterCapacityProviders: operation(
    z.strictObject({ cluster: name, capacityProviders: names, defaultCapacityProviderStrategy: strategy }),
    async ({ cluster: wanted, ...input }, call) => {
      const cluster = needCluster(call, wanted);
      if (!call.made.clusters.has(cluster.arn))
        throw new ApiError('ClientException', `The cluster ${cluster.name} is made by the stacks: change it there.`);
      const next = { ...cluster, ...providersOf(input, call) };
      await call.handlers.clusters.put(next, cluster, call.signal);
      return { cluster: clusterShape(next, call) };
    },
  ),
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
      const missing = (wanted ?? []).filter((one) => !all.some(({ name: known, arn }) => one === known || one === arn));
      const arnOf = (one: string) => (one.startsWith('arn:') ? one : arnAt(call, 'ecs', `capacity-provider/${one}`));
      return { capacityProviders: shapes, failures: missing.map((one) => failure(arnOf(one))) };
    },
  ),
};

/** A cluster that is there already is answered as it is, as AWS does. */
async function createCluster(input: z.output<typeof createInput>, call: Call): Promise<object> {
  const clusterName = input.clusterName ?? 'default';
  const known = clustersOf(call).find((one) => one.name === clusterName);
  if (known) return { cluster: clusterShape(known, call) };
  const tags = Object.fromEntries((input.tags ?? []).map(({ key, value }) => [key, value ?? '']));
  const cluster: Cluster = {
    ...madeBase(call, 'aws_ecs_cluster', clusterName, tags),
    arn: arnAt(call, 'ecs', `cluster/${clusterName}`),
    name: clusterName,
    ...providersOf(input, call),
  };
  await call.handlers.clusters.put(cluster, null, call.signal);
  return { cluster: clusterShape(cluster, call) };
}

/** @throws ApiError where a provider does not exist, or the strategy names one that is not the cluster's */
function providersOf(
  input: Pick<z.output<typeof createInput>, 'capacityProviders' | 'defaultCapacityProviderStrategy'>,
  call: Call,
): Pick<Cluster, 'capacityProviders' | 'defaultStrategy'> {
  const { capacityProviders = [], defaultCapacityProviderStrategy: items = [] } = input;
  const available = ['FARGATE', 'FARGATE_SPOT', ...call.resources().capacityProviders.map((one) => one.name)];
  const missing = capacityProviders.find((one) => !available.includes(one));
  if (missing !== undefined)
    throw new ApiError('InvalidParameterException', `The capacity provider ${missing} does not exist.`);
  const foreign = items.find((one) => !capacityProviders.includes(one.capacityProvider));
  if (foreign)
    throw new ApiError(
      'InvalidParameterException',
      `The capacity provider ${foreign.capacityProvider} is not associated with the cluster.`,
    );
  const defaultStrategy = items.map(({ capacityProvider, weight = 0, base = 0 }) => ({
    capacityProvider,
    weight,
    base,
  }));
  return { capacityProviders, defaultStrategy };
}

/** @throws ApiError what the cluster still contains */
function checkEmpty({ arn }: Cluster, call: Call): void {
  const { ecs } = call;
  const services = ecs.services().some((one) => one.definition.clusterArn === arn && one.status !== 'INACTIVE');
  if (services)
    throw new ApiError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.');
  if (ecs.tasks().some((one) => one.clusterArn === arn && one.lastStatus !== 'STOPPED'))
    throw new ApiError('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
  if (ecs.instances().some((one) => one.clusterArn === arn && one.status !== 'TERMINATED'))
    throw new ApiError(
      'ClusterContainsContainerInstancesException',
      'The Cluster cannot be deleted while Container Instances are active or draining.',
    );
}

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
