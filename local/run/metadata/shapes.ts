/** What the task metadata endpoint answers. Shapes: ECS developer guide, "Amazon ECS task metadata endpoint version 4". Pure. */
import { createHash } from 'node:crypto';
import type { ContainerDefinition, TaskDefinition } from '../../topology.ts';
import type { TaskState } from '../contracts.ts';

export type TaskContainer = TaskState['containers'][number];

/** `$ECS_CONTAINER_METADATA_URI_V4/task`. */
export function taskShape(task: TaskState, definition: TaskDefinition | null): object {
  const [family = '', revision = ''] = (task.taskDefinitionArn.split('/').at(-1) ?? '').split(':');
  const limits = {
    ...(task.cpuUnits > 0 ? { CPU: task.cpuUnits / 1024 } : {}),
    ...(task.memoryMiB > 0 ? { Memory: task.memoryMiB } : {}),
  };
  return {
    Cluster: task.clusterArn,
    TaskARN: task.arn,
    Family: family,
    Revision: revision,
    ...(task.group.startsWith('service:') ? { ServiceName: task.group.slice('service:'.length) } : {}),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits: limits,
    ...times({ PullStartedAt: task.createdAtMs, PullStoppedAt: task.startedAtMs }),
    AvailabilityZone: task.zone,
    LaunchType: task.launchType,
    Containers: task.containers.map((container) => containerShape(task, container, definition)),
  };
}

/** `$ECS_CONTAINER_METADATA_URI_V4` itself. */
export function containerShape(task: TaskState, container: TaskContainer, definition: TaskDefinition | null): object {
  const defined = definition?.containers.find((one) => one.name === container.name) ?? null;
  const [family = '', revision = ''] = (task.taskDefinitionArn.split('/').at(-1) ?? '').split(':');
  return {
    DockerId: dockerId(task, container),
    Name: container.name,
    DockerName: `ecs-${family}-${revision}-${container.name}-${dockerId(task, container).slice(-20)}`,
    Image: container.image,
    Labels: {
      'com.amazonaws.ecs.cluster': task.clusterArn,
      'com.amazonaws.ecs.container-name': container.name,
      'com.amazonaws.ecs.task-arn': task.arn,
      'com.amazonaws.ecs.task-definition-family': family,
      'com.amazonaws.ecs.task-definition-version': revision,
    },
    DesiredStatus: task.desiredStatus,
    KnownStatus: container.lastStatus,
    ...(container.exitCode === null ? {} : { ExitCode: container.exitCode }),
    Limits: limitsOf(defined),
    ...times({ CreatedAt: task.createdAtMs, StartedAt: task.startedAtMs, FinishedAt: task.stoppedAtMs }),
    Type: 'NORMAL',
    ...(container.healthStatus === 'UNKNOWN' ? {} : { Health: { status: container.healthStatus } }),
    ...logShape(container, defined),
    Ports: container.bindings.map(({ containerPort, hostPort, bindHost }) => ({
      ContainerPort: containerPort,
      Protocol: 'tcp',
      HostPort: hostPort,
      HostIp: bindHost,
    })),
    Networks: [{ NetworkMode: definition?.networkMode ?? 'bridge', IPv4Addresses: [task.address] }],
  };
}

/** 64 hex digits, as Docker gives; stable for the life of the container. */
export function dockerId(task: TaskState, container: TaskContainer): string {
  return createHash('sha256').update(`${task.arn} ${container.name}`).digest('hex');
}

/** `/stats`: the part of Docker's stats that CPU and memory readers use. */
export function statsShape(input: {
  readonly nowMs: number;
  readonly usage: { readonly cpuSeconds: number; readonly rssMiB: number };
  readonly limitMiB: number | null;
  readonly cpus: number;
  /** Of all CPUs since boot. */
  readonly systemCpuSeconds: number;
}): object {
  const memory = Math.round(input.usage.rssMiB * 2 ** 20);
  return {
    read: new Date(input.nowMs).toISOString(),
    cpu_stats: {
      cpu_usage: { total_usage: Math.round(input.usage.cpuSeconds * 1e9) },
      system_cpu_usage: Math.round(input.systemCpuSeconds * 1e9),
      online_cpus: input.cpus,
    },
    memory_stats: { usage: memory, ...(input.limitMiB ? { limit: input.limitMiB * 2 ** 20 } : {}) },
  };
}

function limitsOf(defined: ContainerDefinition | null): object {
  const memory = defined?.memoryMiB ?? defined?.memoryReservationMiB;
  return { ...(defined ? { CPU: defined.cpuUnits } : {}), ...(memory ? { Memory: memory } : {}) };
}

function logShape(container: TaskContainer, defined: ContainerDefinition | null): object {
  if (!container.logGroup || !container.logStream) return {};
  const region = defined?.logConfiguration?.region;
  return {
    LogDriver: 'awslogs',
    LogOptions: {
      'awslogs-group': container.logGroup,
      'awslogs-stream': container.logStream,
      ...(region ? { 'awslogs-region': region } : {}),
    },
  };
}

function times(at: Readonly<Record<string, number | null>>): object {
  return Object.fromEntries(
    Object.entries(at).flatMap(([name, ms]) => (ms === null ? [] : [[name, new Date(ms).toISOString()]])),
  );
}
