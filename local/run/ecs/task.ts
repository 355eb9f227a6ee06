/** A task as the plane holds it: what AWS shows of it, and its processes. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { ProcessHandle, Target, TaskState, TaskStatus } from '../contracts.ts';
import type { Instance } from '../instances/instances.ts';

export interface Binding {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly bindHost: string;
  readonly bindPort: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  handle: ProcessHandle | null;
  pid: number | null;
  lastStatus: string;
  exitCode: number | null;
  reason: string | null;
  health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  bindings: Binding[];
  logGroup: string | null;
  logStream: string | null;
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly clusterArn: string;
  readonly clusterName: string;
  readonly group: string;
  readonly startedBy: string | null;
  readonly definition: TaskDefinition;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly deploymentId: string | null;
  readonly service: Service | null;
  /** Null with a launch type. */
  readonly capacityProvider: string | null;
  securityGroupIds: readonly string[];
  readonly overrides: readonly {
    name: string;
    environment?: Readonly<Record<string, string>>;
    command?: readonly string[];
  }[];
  /** Null on Fargate, and while it waits for capacity. */
  instance: Instance | null;
  /** Empty while it waits for capacity. */
  address: string;
  zone: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly createdAtMs: number;
  status: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  containers: Container[];
  targets: { readonly groupArn: string; readonly target: Target }[];
  startedAtMs: number | null;
  stoppingAtMs: number | null;
  stoppedAtMs: number | null;
  stopCode: string | null;
  stoppedReason: string | null;
  /** Was healthy at least once: its end is then no failed start. */
  everHealthy: boolean;
  stopping: Promise<void> | null;
}

export function taskState(task: Task): TaskState {
  const health = task.containers.map((c) => c.health);
  return {
    arn: task.arn,
    id: task.id,
    clusterArn: task.clusterArn,
    group: task.group,
    startedBy: task.startedBy,
    taskDefinitionArn: task.definition.arn,
    launchType: task.launchType,
    capacityProviderName: task.capacityProvider,
    lastStatus: task.status,
    desiredStatus: task.desiredStatus,
    healthStatus: health.includes('UNHEALTHY') ? 'UNHEALTHY' : health.includes('HEALTHY') ? 'HEALTHY' : 'UNKNOWN',
    deploymentId: task.deploymentId,
    instanceId: task.instance?.id ?? null,
    containerInstanceArn: task.instance?.arn ?? null,
    address: task.address,
    zone: task.zone,
    cpuUnits: task.cpuUnits,
    memoryMiB: task.memoryMiB,
    containers: task.containers.map((c) => ({
      name: c.name,
      image: c.image,
      pid: c.pid,
      lastStatus: c.lastStatus,
      exitCode: c.exitCode,
      reason: c.reason,
      healthStatus: c.health,
      bindings: c.bindings,
      logGroup: c.logGroup,
      logStream: c.logStream,
    })),
    createdAtMs: task.createdAtMs,
    startedAtMs: task.startedAtMs,
    stoppingAtMs: task.stoppingAtMs,
    stoppedAtMs: task.stoppedAtMs,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
  };
}
