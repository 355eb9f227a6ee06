/** ECS container instances. */
import { z } from 'zod';
import { ApiError, type InstanceState } from '../../contracts.ts';
import { compileExpression } from '../../scheduler/expression.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, name, text } from '../schema.ts';
import { arnOf, failure, needCluster, shortName } from './ecs-lookup.ts';

const listInput = z.object({
  cluster: text.optional(),
  status: z.enum(['ACTIVE', 'DRAINING', 'REGISTERING', 'DEREGISTERING', 'REGISTRATION_FAILED']).optional(),
  filter: text.optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

export const instanceOperations: Readonly<Record<string, Operation>> = {
  ListContainerInstances: operation(listInput, ({ cluster, status, filter, maxResults = 100, nextToken }, call) => {
    const { arn } = needCluster(call, cluster);
    const wanted = (state: InstanceState['status']): boolean =>
      status === 'REGISTERING'
        ? state === 'PENDING'
        : status === undefined
          ? state === 'ACTIVE' || state === 'DRAINING'
          : state === status;
    const matches = filterOf(filter);
    const found = call.ecs.instances().filter((one) => one.clusterArn === arn && wanted(one.status) && matches(one));
    const page = paginate(found, (one) => one.containerInstanceArn, { token: nextToken, max: maxResults });
    return { containerInstanceArns: page.items.map((one) => one.containerInstanceArn), nextToken: page.next };
  }),
  DescribeContainerInstances: operation(
    z.object({ cluster: text.optional(), containerInstances: list(name, 100) }),
    ({ cluster, containerInstances }, call) => {
      const { found, failures } = lookUp(call, cluster, containerInstances);
      return { containerInstances: found.map((one) => instanceShape(one, call)), failures };
    },
  ),
  UpdateContainerInstancesState: operation(
    z.strictObject({
      cluster: text.optional(),
      // As many as the API takes at once.
      containerInstances: list(name, 10),
      status: z.enum(['ACTIVE', 'DRAINING'], 'The container instance status can only be ACTIVE or DRAINING.'),
    }),
    ({ cluster, containerInstances, status }, call) => {
      const { found, failures } = lookUp(call, cluster, containerInstances);
      for (const { id } of found) call.instances.setDraining(id, status === 'DRAINING');
      const after = lookUp(call, cluster, containerInstances).found;
      return { containerInstances: after.map((one) => instanceShape(one, call)), failures };
    },
  ),
};

/** The cluster query language, as far as placement here has it. @throws ApiError InvalidParameterException */
function filterOf(filter: string | undefined): (instance: InstanceState) => boolean {
  if (filter === undefined || filter.trim() === '') return () => true;
  try {
    return compileExpression(filter);
  } catch (error) {
    throw new ApiError('InvalidParameterException', `Invalid filter: ${(error as Error).message}`);
  }
}

/** @throws ApiError ClusterNotFoundException */
function lookUp(
  call: Call,
  wantedCluster: string | undefined,
  wanted: readonly string[],
): { readonly found: readonly InstanceState[]; readonly failures: readonly object[] } {
  const cluster = needCluster(call, wantedCluster);
  const all = call.ecs.instances().filter((one) => one.clusterArn === cluster.arn);
  const find = (one: string): InstanceState | undefined =>
    all.find((state) => state.containerInstanceArn === one || shortName(state.containerInstanceArn) === shortName(one));
  return {
    found: wanted.flatMap((one) => find(one) ?? []),
    failures: wanted.filter((one) => !find(one)).map((one) => failure(arnOf(call, 'container-instance', cluster, one))),
  };
}

function instanceShape(one: InstanceState, call: Call): object {
  const tasks = call.ecs.tasks().filter((task) => task.instanceId === one.id && task.lastStatus !== 'STOPPED');
  const waiting = tasks.filter((task) => ['PROVISIONING', 'PENDING', 'ACTIVATING'].includes(task.lastStatus));
  const resources = ({ cpuUnits, memoryMiB }: InstanceState['registered'], ports: readonly number[]): object[] => [
    { name: 'CPU', type: 'INTEGER', integerValue: cpuUnits, longValue: 0, doubleValue: 0 },
    { name: 'MEMORY', type: 'INTEGER', integerValue: memoryMiB, longValue: 0, doubleValue: 0 },
    {
      name: 'PORTS',
      type: 'STRINGSET',
      stringSetValue: ports.map(String),
      integerValue: 0,
      longValue: 0,
      doubleValue: 0,
    },
  ];
  return {
    containerInstanceArn: one.containerInstanceArn,
    ec2InstanceId: one.id,
    status: one.status === 'PENDING' ? 'REGISTERING' : one.status,
    agentConnected: one.status === 'ACTIVE' || one.status === 'DRAINING',
    registeredResources: resources(one.registered, []),
    remainingResources: resources(one.remaining, one.ports),
    runningTasksCount: tasks.length - waiting.length,
    pendingTasksCount: waiting.length,
    registeredAt: new Date(one.registeredAtMs),
    attributes: [
      { name: 'ecs.availability-zone', value: one.zone },
      { name: 'ecs.instance-type', value: one.instanceType },
    ],
    tags: [],
  };
}
