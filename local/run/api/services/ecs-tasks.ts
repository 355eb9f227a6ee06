/** ECS tasks. */
import { z } from 'zod';
import { ApiError, type TaskState } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, list, name, names, text } from '../schema.ts';
import { useToken } from './ecs-client-tokens.ts';
import { launchTypeOf, strategyOf } from './ecs-create-service.ts';
import { arnOf, failure, needActiveDefinition, needCluster, shortName } from './ecs-lookup.ts';
import { strategy } from './ecs-service-input.ts';

const listInput = z.object({
  cluster: text.optional(),
  containerInstance: text.optional(),
  family: text.optional(),
  serviceName: text.optional(),
  startedBy: text.optional(),
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).optional(),
  launchType: z.enum(['EC2', 'FARGATE', 'EXTERNAL']).optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

const override = z.strictObject({
  name,
  command: list(text).optional(),
  environment: list(z.object({ name, value: text.optional() })).optional(),
});

/** Strict: a setting that would do nothing here is refused by name. */
const runInput = z.strictObject({
  cluster: text.optional(),
  taskDefinition: name,
  count: integer(1, 10).optional(),
  launchType: z.enum(['EC2', 'FARGATE']).optional(),
  capacityProviderStrategy: strategy.optional(),
  startedBy: text.max(128).optional(),
  group: name.optional(),
  clientToken: text.optional(),
  networkConfiguration: z
    .strictObject({
      awsvpcConfiguration: z.strictObject({
        subnets: names,
        securityGroups: names.optional(),
        assignPublicIp: z.enum(['ENABLED', 'DISABLED']).optional(),
      }),
    })
    .optional(),
  overrides: z.strictObject({ containerOverrides: list(override).optional() }).optional(),
});

export const taskOperations: Readonly<Record<string, Operation>> = {
  ListTasks: operation(listInput, listTasks),
  DescribeTasks: operation(
    z.object({ cluster: text.optional(), tasks: list(name, 100) }),
    ({ cluster: wantedCluster, tasks }, call) => {
      const cluster = needCluster(call, wantedCluster);
      if (tasks.length === 0) throw new ApiError('InvalidParameterException', 'Tasks cannot be empty.');
      const all = call.ecs.tasks().filter((one) => one.clusterArn === cluster.arn);
      const found = tasks.map((wanted) => all.find((one) => one.arn === wanted || one.id === shortName(wanted)));
      return {
        tasks: found.flatMap((one) => (one ? [taskShape(one)] : [])),
        failures: tasks.flatMap((wanted, index) =>
          found[index] ? [] : [failure(arnOf(call, 'task', cluster, wanted))],
        ),
      };
    },
  ),
  RunTask: operation(runInput, runTask),
  StopTask: operation(
    z.object({ cluster: text.optional(), task: name, reason: text.max(1024).optional() }),
    ({ cluster: wantedCluster, task, reason = 'Task stopped by user' }, call) => {
      const cluster = needCluster(call, wantedCluster);
      const found = call.ecs
        .tasks()
        .find((one) => one.clusterArn === cluster.arn && (one.arn === task || one.id === shortName(task)));
      if (!found) throw new ApiError('InvalidParameterException', 'The referenced task was not found.');
      // Asked twice, or of a task that ended on its own: it is told why it stops.
      if (found.desiredStatus === 'STOPPED') return { task: taskShape(found) };
      return { task: taskShape(call.ecs.stopTask(cluster.name, found.id, reason)) };
    },
  ),
};

function listTasks(input: z.output<typeof listInput>, call: Call): object {
  const cluster = needCluster(call, input.cluster);
  if (input.family && input.serviceName)
    throw new ApiError('InvalidParameterException', 'family and serviceName cannot be used together.');
  if (input.serviceName !== undefined) {
    const wanted = shortName(input.serviceName);
    const known = call.ecs
      .services()
      .some(({ definition }) => definition.clusterArn === cluster.arn && definition.name === wanted);
    if (!known) throw new ApiError('ServiceNotFoundException', 'Service not found.');
  }
  // AWS never lists tasks under the desired status PENDING: no task has it.
  const desired = input.desiredStatus ?? 'RUNNING';
  const found = call.ecs
    .tasks()
    .filter(
      (one) =>
        one.clusterArn === cluster.arn &&
        one.desiredStatus === desired &&
        (input.serviceName === undefined || one.group === `service:${shortName(input.serviceName)}`) &&
        (input.family === undefined || shortName(one.taskDefinitionArn).split(':')[0] === input.family) &&
        (input.startedBy === undefined || one.startedBy === input.startedBy) &&
        (input.launchType === undefined || one.launchType === input.launchType) &&
        (input.containerInstance === undefined ||
          (one.containerInstanceArn !== null &&
            shortName(one.containerInstanceArn) === shortName(input.containerInstance))),
    );
  const page = paginate(found, (one) => one.arn, { token: input.nextToken, max: input.maxResults ?? 100 });
  return { taskArns: page.items.map((one) => one.arn), nextToken: page.next };
}

function runTask(input: z.output<typeof runInput>, call: Call): object {
  const token = useToken(call, 'RunTask', input, input.clientToken);
  const ranBefore = token.before;
  if (ranBefore)
    return {
      tasks: call.ecs
        .tasks()
        .filter(({ arn }) => ranBefore.includes(arn))
        .map(taskShape),
      failures: [],
    };
  if (token.isOfAnother)
    throw new ApiError(
      'ConflictException',
      'The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.',
    );
  const cluster = needCluster(call, input.cluster);
  const definition = needActiveDefinition(call, input.taskDefinition);
  const providers = strategyOf(input, cluster, call);
  const launchType = launchTypeOf(input, providers);
  // Base first, then weight: all go to one provider ≈.
  const provider = providers.find(({ base }) => base > 0) ?? providers.find(({ weight }) => weight > 0) ?? providers[0];
  const network = input.networkConfiguration?.awsvpcConfiguration;
  if (definition.networkMode === 'awsvpc' && !network) {
    throw new ApiError(
      'InvalidParameterException',
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
  }
  if (definition.networkMode !== 'awsvpc' && network) {
    throw new ApiError(
      'InvalidParameterException',
      `Network Configuration is not valid for the given networkMode of this task definition.`,
    );
  }
  const containers = definition.containers.map((one) => one.name);
  const stranger = input.overrides?.containerOverrides?.find((one) => !containers.includes(one.name));
  if (stranger)
    throw new ApiError(
      'InvalidParameterException',
      `Override for container named ${stranger.name} is not a container in the TaskDefinition.`,
    );
  const overrides = input.overrides?.containerOverrides?.map((one) => ({
    name: one.name,
    ...(one.command ? { command: one.command } : {}),
    ...(one.environment
      ? { environment: Object.fromEntries(one.environment.map(({ name: key, value }) => [key, value ?? ''])) }
      : {}),
  }));
  const { tasks, failures } = call.ecs.runTask({
    cluster: cluster.name,
    taskDefinition: definition.arn,
    count: input.count ?? 1,
    launchType,
    ...(provider ? { capacityProvider: provider.capacityProvider } : {}),
    ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
    ...(input.group === undefined ? {} : { group: input.group }),
    ...(network ? { subnetIds: network.subnets, securityGroupIds: network.securityGroups ?? [] } : {}),
    ...(overrides ? { overrides } : {}),
  });
  token.remember(tasks.map(({ arn }) => arn));
  return { tasks: tasks.map(taskShape), failures };
}

const date = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));

export function taskShape(one: TaskState): object {
  // One that waits for capacity has no address yet.
  const awsvpc = one.instanceId === null && one.address !== '';
  const attachment = {
    id: one.id,
    type: 'ElasticNetworkInterface',
    status: one.lastStatus === 'STOPPED' ? 'DELETED' : 'ATTACHED',
    details: [{ name: 'privateIPv4Address', value: one.address }],
  };
  return {
    taskArn: one.arn,
    clusterArn: one.clusterArn,
    taskDefinitionArn: one.taskDefinitionArn,
    group: one.group,
    startedBy: one.startedBy ?? undefined,
    launchType: one.launchType,
    capacityProviderName: one.capacityProviderName ?? undefined,
    platformVersion: one.launchType === 'FARGATE' ? '1.4.0' : undefined,
    lastStatus: one.lastStatus,
    desiredStatus: one.desiredStatus,
    healthStatus: one.healthStatus,
    containerInstanceArn: one.containerInstanceArn ?? undefined,
    availabilityZone: one.zone || undefined,
    cpu: String(one.cpuUnits),
    memory: String(one.memoryMiB),
    connectivity: one.lastStatus === 'STOPPED' ? 'DISCONNECTED' : 'CONNECTED',
    attachments: awsvpc ? [attachment] : [],
    containers: one.containers.map((container) => containerShape(one, container, awsvpc)),
    createdAt: date(one.createdAtMs),
    startedAt: date(one.startedAtMs),
    stoppingAt: date(one.stoppingAtMs),
    stoppedAt: date(one.stoppedAtMs),
    stopCode: one.stopCode ?? undefined,
    stoppedReason: one.stoppedReason ?? undefined,
    tags: [],
    version: 1,
  };
}

function containerShape(task: TaskState, one: TaskState['containers'][number], awsvpc: boolean): object {
  const bindings = one.bindings.map(({ hostPort, containerPort }) => ({
    bindIP: '0.0.0.0',
    hostPort,
    containerPort,
    protocol: 'tcp',
  }));
  return {
    containerArn: `${task.arn.replace(':task/', ':container/')}/${one.name}`,
    taskArn: task.arn,
    name: one.name,
    image: one.image,
    runtimeId: one.pid === null ? undefined : String(one.pid),
    lastStatus: one.lastStatus,
    exitCode: one.exitCode ?? undefined,
    reason: one.reason ?? undefined,
    healthStatus: one.healthStatus,
    networkBindings: awsvpc ? [] : bindings,
    networkInterfaces: awsvpc ? [{ attachmentId: task.id, privateIpv4Address: task.address }] : [],
  };
}
