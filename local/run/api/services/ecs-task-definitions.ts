/** ECS task definitions. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FARGATE_SIZES } from '../../../resolve/kinds/tasks.ts';
import type { ContainerDefinition, TaskDefinition } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, name, text } from '../schema.ts';
import { needTaskDefinition, tagShapes } from './ecs-lookup.ts';
import { checkDefinition } from './ecs-task-definition-check.ts';
import { type ContainerInput, type RegisterInput, registerInput } from './ecs-task-definition-input.ts';

const listInput = z.object({
  familyPrefix: text.optional(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS', 'ALL']).optional(),
  sort: z.enum(['ASC', 'DESC']).optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

export const taskDefinitionOperations: Readonly<Record<string, Operation>> = {
  DescribeTaskDefinition: operation(z.object({ taskDefinition: name }), ({ taskDefinition }, call) => {
    const found = needTaskDefinition(call, taskDefinition);
    return { taskDefinition: statusShape(call, found), tags: tagShapes(found.tags) };
  }),
  ListTaskDefinitions: operation(
    listInput,
    ({ familyPrefix, status = 'ACTIVE', sort = 'ASC', maxResults = 100, nextToken }, call) => {
      const found = withStatus(call, status).filter((one) => familyPrefix === undefined || one.family === familyPrefix);
      const revision = (one: TaskDefinition): number => (sort === 'ASC' ? one.revision : 1e9 - one.revision);
      const keyOf = (one: TaskDefinition): string => `${one.family}:${String(revision(one)).padStart(10, '0')}`;
      const page = paginate(found, keyOf, { token: nextToken, max: maxResults });
      return { taskDefinitionArns: page.items.map((one) => one.arn), nextToken: page.next };
    },
  ),
  ListTaskDefinitionFamilies: operation(
    listInput,
    ({ familyPrefix = '', status = 'ALL', maxResults = 100, nextToken }, call) => {
      const active = new Set(withStatus(call, 'ACTIVE').map((one) => one.family));
      const all = withStatus(call, 'ALL').map((one) => one.family);
      // A family is INACTIVE once it has no active revision.
      const wanted = status === 'ALL' ? all : all.filter((family) => active.has(family) === (status === 'ACTIVE'));
      const families = [...new Set(wanted)].filter((family) => family.startsWith(familyPrefix));
      const page = paginate(families, (family) => family, { token: nextToken, max: maxResults });
      return { families: page.items, nextToken: page.next };
    },
  ),
  DeregisterTaskDefinition: operation(z.object({ taskDefinition: name }), ({ taskDefinition }, call) => {
    if (!/:\d+$/.test(taskDefinition)) throw new ApiError('ClientException', 'Revision is missing.');
    const found = needTaskDefinition(call, taskDefinition);
    if (!call.made.deregistered.has(found.arn)) call.made.deregistered.set(found.arn, call.clock.now());
    call.ecs.deactivateTaskDefinition(found.arn);
    return { taskDefinition: statusShape(call, found) };
  }),
  RegisterTaskDefinition: operation(registerInput, (input, call) => {
    const definition = definitionOf(input);
    checkDefinition(definition);
    const registered = call.ecs.registerTaskDefinition(definition);
    return { taskDefinition: taskDefinitionShape(registered), tags: tagShapes(registered.tags) };
  }),
};

function withStatus(call: Call, status: string): readonly TaskDefinition[] {
  const all = call.ecs.taskDefinitions();
  if (status === 'ALL') return all;
  if (status === 'DELETE_IN_PROGRESS') return [];
  return all.filter(({ arn }) => call.made.deregistered.has(arn) === (status === 'INACTIVE'));
}

function statusShape(call: Call, one: TaskDefinition): object {
  const goneMs = call.made.deregistered.get(one.arn);
  if (goneMs === undefined) return taskDefinitionShape(one);
  return { ...taskDefinitionShape(one), status: 'INACTIVE', deregisteredAt: new Date(goneMs) };
}

function definitionOf(input: RegisterInput): Omit<TaskDefinition, 'revision' | 'arn'> {
  const requires = input.requiresCompatibilities ?? [];
  const networkMode = input.networkMode ?? 'bridge';
  return {
    address: `api/aws_ecs_task_definition.${input.family}`,
    type: 'aws_ecs_task_definition',
    stack: 'api',
    dependsOn: [],
    digest: createHash('sha256').update(JSON.stringify(input)).digest('hex'),
    ignoreChanges: [],
    attributes: {},
    tags: Object.fromEntries((input.tags ?? []).map(({ key, value }) => [key, value])),
    family: input.family,
    networkMode,
    // Not given, a definition runs on all that it is compatible with.
    requiresCompatibilities: requires.length > 0 ? requires : compatibilitiesOf(input, networkMode),
    cpuUnits: input.cpu ?? null,
    memoryMiB: input.memory ?? null,
    taskRoleArn: input.taskRoleArn ?? null,
    executionRoleArn: input.executionRoleArn ?? null,
    containers: input.containerDefinitions.map((one) => containerOf(one, networkMode)),
    placementConstraints: (input.placementConstraints ?? []).map(({ type, expression }) => ({
      type,
      expression: expression ?? null,
    })),
  };
}

function compatibilitiesOf(input: RegisterInput, networkMode: string): readonly ('EC2' | 'FARGATE')[] {
  const sized = input.memory !== undefined && FARGATE_SIZES[input.cpu ?? 0]?.includes(input.memory) === true;
  return networkMode === 'awsvpc' && sized ? ['EC2', 'FARGATE'] : ['EC2'];
}

/** What the plane heeds of a log configuration; the rest is kept as it was given. */
const LOG_OPTIONS: ReadonlySet<string> = new Set([
  'awslogs-group',
  'awslogs-region',
  'awslogs-stream-prefix',
  'awslogs-create-group',
]);

function containerOf(one: ContainerInput, networkMode: TaskDefinition['networkMode']): ContainerDefinition {
  const options = one.logConfiguration?.options ?? {};
  return {
    name: one.name,
    image: one.image,
    essential: one.essential ?? true,
    cpuUnits: one.cpu ?? 0,
    memoryMiB: one.memory ?? null,
    memoryReservationMiB: one.memoryReservation ?? null,
    portMappings: (one.portMappings ?? []).map((port) => ({
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? (networkMode === 'bridge' ? 0 : port.containerPort),
      protocol: port.protocol ?? 'tcp',
      name: port.name ?? null,
      ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
    })),
    environment: Object.fromEntries((one.environment ?? []).map((pair) => [pair.name, pair.value ?? ''])),
    secrets: one.secrets ?? [],
    entryPoint: one.entryPoint?.length ? one.entryPoint : null,
    command: one.command?.length ? one.command : null,
    workingDirectory: one.workingDirectory ?? null,
    healthCheck: one.healthCheck
      ? {
          command: one.healthCheck.command,
          intervalSeconds: one.healthCheck.interval ?? 30,
          timeoutSeconds: one.healthCheck.timeout ?? 5,
          retries: one.healthCheck.retries ?? 3,
          startPeriodSeconds: one.healthCheck.startPeriod ?? 0,
        }
      : null,
    dependsOn: one.dependsOn ?? [],
    stopTimeoutSeconds: one.stopTimeout ?? 30,
    logConfiguration: one.logConfiguration
      ? {
          driver: one.logConfiguration.logDriver,
          group: options['awslogs-group'] ?? null,
          region: options['awslogs-region'] ?? null,
          streamPrefix: options['awslogs-stream-prefix'] ?? null,
          createGroup: options['awslogs-create-group'] === 'true',
          otherOptions: Object.fromEntries(Object.entries(options).filter(([key]) => !LOG_OPTIONS.has(key))),
        }
      : null,
  };
}

export function taskDefinitionShape(one: TaskDefinition): object {
  return {
    taskDefinitionArn: one.arn,
    family: one.family,
    revision: one.revision,
    status: 'ACTIVE',
    networkMode: one.networkMode,
    requiresCompatibilities: one.requiresCompatibilities,
    compatibilities: one.networkMode === 'awsvpc' ? ['EC2', 'FARGATE'] : ['EC2'],
    cpu: one.cpuUnits === null ? undefined : String(one.cpuUnits),
    memory: one.memoryMiB === null ? undefined : String(one.memoryMiB),
    taskRoleArn: one.taskRoleArn ?? undefined,
    executionRoleArn: one.executionRoleArn ?? undefined,
    containerDefinitions: one.containers.map(containerShape),
    placementConstraints: one.placementConstraints.map(({ type, expression }) => ({
      type,
      expression: expression ?? undefined,
    })),
    volumes: [],
  };
}

function containerShape(one: ContainerDefinition): object {
  const { healthCheck, logConfiguration } = one;
  const options = {
    ...logConfiguration?.otherOptions,
    'awslogs-group': logConfiguration?.group ?? undefined,
    'awslogs-region': logConfiguration?.region ?? undefined,
    'awslogs-stream-prefix': logConfiguration?.streamPrefix ?? undefined,
    'awslogs-create-group': logConfiguration?.createGroup ? 'true' : undefined,
  };
  return {
    name: one.name,
    image: one.image,
    essential: one.essential,
    cpu: one.cpuUnits,
    memory: one.memoryMiB ?? undefined,
    memoryReservation: one.memoryReservationMiB ?? undefined,
    portMappings: one.portMappings.map((port) => ({ ...port, name: port.name ?? undefined })),
    environment: Object.entries(one.environment).map(([key, value]) => ({ name: key, value })),
    secrets: one.secrets.length > 0 ? one.secrets : undefined,
    entryPoint: one.entryPoint ?? undefined,
    command: one.command ?? undefined,
    workingDirectory: one.workingDirectory ?? undefined,
    healthCheck: healthCheck
      ? {
          command: healthCheck.command,
          interval: healthCheck.intervalSeconds,
          timeout: healthCheck.timeoutSeconds,
          retries: healthCheck.retries,
          startPeriod: healthCheck.startPeriodSeconds,
        }
      : undefined,
    dependsOn: one.dependsOn.length > 0 ? one.dependsOn : undefined,
    stopTimeout: one.stopTimeoutSeconds,
    logConfiguration: logConfiguration ? { logDriver: logConfiguration.driver, options } : undefined,
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
  };
}
