/** A service as the deployer holds it: what is desired, its deployments, and what it has told. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { DeploymentState, ServiceState } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';

export interface Deployment {
  readonly id: string;
  readonly definition: TaskDefinition;
  /** The service definition this deployment was made for: load balancers and network of its tasks. */
  readonly service: Service;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  failedTasks: number;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

export interface ServiceRecord {
  definition: Service;
  desiredCount: number;
  status: ServiceState['status'];
  /** Newest first. */
  deployments: Deployment[];
  events: { id: string; createdAtMs: number; message: string }[];
  /** Failures since a task was last healthy, for the restart throttle. */
  failuresInARow: number;
  throttledUntilMs: number;
  /** Last COMPLETED deployment: where a roll-back goes. */
  lastCompleted: Deployment | null;
  lastPlacementFailure: string | null;
  steady: boolean;
}

/** How many finished deployments stay visible. */
const INACTIVE_KEPT = 5;

export function trimDeployments(record: ServiceRecord): void {
  const inactive = record.deployments.filter((d) => d.status === 'INACTIVE');
  const drop = new Set(inactive.slice(INACTIVE_KEPT));
  record.deployments = record.deployments.filter((d) => !drop.has(d));
}

export function deploymentState(
  record: ServiceRecord,
  deployment: Deployment,
  tasks: readonly Task[],
): DeploymentState {
  const own = tasks.filter((t) => t.deploymentId === deployment.id && t.desiredStatus === 'RUNNING');
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinitionArn: deployment.definition.arn,
    desiredCount: deployment.status === 'PRIMARY' ? record.desiredCount : 0,
    runningCount: own.filter((t) => t.status === 'RUNNING').length,
    pendingCount: own.filter((t) => t.status !== 'RUNNING').length,
    failedTasks: deployment.failedTasks,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    createdAtMs: deployment.createdAtMs,
    updatedAtMs: deployment.updatedAtMs,
  };
}

export function serviceState(record: ServiceRecord, tasks: readonly Task[]): ServiceState {
  const live = tasks.filter((t) => t.desiredStatus === 'RUNNING');
  return {
    definition: record.definition,
    status: record.status,
    desiredCount: record.desiredCount,
    runningCount: live.filter((t) => t.status === 'RUNNING').length,
    pendingCount: live.filter((t) => t.status !== 'RUNNING').length,
    deployments: record.deployments.map((d) => deploymentState(record, d, tasks)),
    taskSets: [],
    events: record.events,
    steady: record.steady,
  };
}
