/** A service as the deployer holds it: what is desired, its deployments or task sets, and what it has told. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { DeploymentState, ServiceState } from '../contracts.ts';
import type { TaskSetState } from '../contracts-delivery.ts';
import type { Task } from '../ecs/task.ts';
import type { ServiceDeployment } from '../service-deployments/service-deployment.ts';

/** One version of a service: what a deployment and a task set have in common. */
export interface Rollout {
  readonly id: string;
  readonly definition: TaskDefinition;
  /** The service definition it was made for: load balancers and network of its tasks. */
  readonly service: Service;
  failedTasks: number;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

export interface Deployment extends Rollout {
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  /** Goes back to what was there before, because a deployment failed. */
  readonly isRollback: boolean;
  /** Its service's alarms that were in ALARM when it began. */
  onAtStart: readonly string[];
  /** When it had rolled out, and its alarms went on being watched; null before. */
  bakeFromMs: number | null;
  /**
   * How many tasks it is to have: `rolling` ones replace each other's; beside another revision it waits with none, runs
   * in full, or ends.
   */
  scale: 'rolling' | 'waiting' | 'full' | 'ending';
}

/** One version of a CODE_DEPLOY or EXTERNAL service. Its load balancer and network are those of `service`. */
export interface TaskSet extends Rollout {
  readonly arn: string;
  readonly externalId: string | null;
  readonly startedBy: TaskSetState['startedBy'];
  status: TaskSetState['status'];
  /** 0–100. */
  scalePercent: number;
  steady: boolean;
  readonly throttle: Throttle;
  /** Resolves when its last task is gone; null until it is removed. */
  removal: Promise<void> | null;
}

/** How restarts of failing tasks wait (ECS service-throttle-logic). */
export interface Throttle {
  /** Failures since a task was last healthy. */
  failuresInARow: number;
  untilMs: number;
}

export interface ServiceRecord {
  definition: Service;
  desiredCount: number;
  status: ServiceState['status'];
  /** Newest first; empty for a service with task sets. */
  deployments: Deployment[];
  /** Newest first, of a service that ECS deploys blue/green; empty for others. */
  serviceDeployments: readonly ServiceDeployment[];
  /** PRIMARY first; empty for a service that ECS deploys. */
  taskSets: TaskSet[];
  events: { id: string; createdAtMs: number; message: string }[];
  readonly throttle: Throttle;
  /** Last COMPLETED deployment: where a roll-back goes. */
  lastCompleted: Deployment | null;
  lastPlacementFailure: string | null;
  steady: boolean;
  /** Target groups that the stacks name, where the service came back in another one after a kill. */
  movedFrom: readonly string[];
}

/** The rollout of a deployment that has reached its end. */
export const rolledOut = (id: string) =>
  ({ rolloutState: 'COMPLETED', rolloutStateReason: `ECS deployment ${id} completed.` }) as const;

export const noThrottle = (): Throttle => ({ failuresInARow: 0, untilMs: 0 });

export const newRecord = (definition: Service): ServiceRecord => ({
  definition,
  desiredCount: definition.desiredCount,
  status: 'ACTIVE',
  deployments: [],
  serviceDeployments: [],
  taskSets: [],
  events: [],
  throttle: noThrottle(),
  lastCompleted: null,
  lastPlacementFailure: null,
  steady: false,
  movedFrom: [],
});

/** Does another controller than ECS decide what this service runs? */
export const hasTaskSets = (service: Service): boolean => service.deploymentController !== 'ECS';

export const primaryOf = (record: ServiceRecord): TaskSet | undefined =>
  record.taskSets.find((set) => set.status === 'PRIMARY');

/** ceil(desired count × scale), nothing once it drains (ECS API_TaskSet). */
export const computedDesiredCount = (record: ServiceRecord, set: TaskSet): number =>
  set.status === 'DRAINING' ? 0 : Math.ceil((record.desiredCount * set.scalePercent) / 100);

export function desiredCountOf(record: ServiceRecord, { scale, status }: Deployment): number {
  const runs = scale === 'full' || (scale === 'rolling' && status === 'PRIMARY');
  return runs && status !== 'INACTIVE' ? record.desiredCount : 0;
}

/** How many finished deployments stay visible. */
const INACTIVE_KEPT = 5;

export function trimDeployments(record: ServiceRecord): void {
  const inactive = record.deployments.filter((d) => d.status === 'INACTIVE');
  const drop = new Set(inactive.slice(INACTIVE_KEPT));
  record.deployments = record.deployments.filter((d) => !drop.has(d));
}

const countsOf = (id: string, tasks: readonly Task[]): { runningCount: number; pendingCount: number } => {
  const own = tasks.filter((t) => t.deploymentId === id && t.desiredStatus === 'RUNNING');
  const runningCount = own.filter((t) => t.status === 'RUNNING').length;
  return { runningCount, pendingCount: own.length - runningCount };
};

export function deploymentState(
  record: ServiceRecord,
  deployment: Deployment,
  tasks: readonly Task[],
): DeploymentState {
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinitionArn: deployment.definition.arn,
    desiredCount: desiredCountOf(record, deployment),
    ...countsOf(deployment.id, tasks),
    failedTasks: deployment.failedTasks,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    createdAtMs: deployment.createdAtMs,
    updatedAtMs: deployment.updatedAtMs,
    targetGroupArns: deployment.service.loadBalancers.map(({ targetGroupArn }) => targetGroupArn),
  };
}

export function taskSetState(record: ServiceRecord, set: TaskSet, tasks: readonly Task[]): TaskSetState {
  const [attachment] = set.service.loadBalancers;
  return {
    id: set.id,
    arn: set.arn,
    serviceArn: record.definition.arn,
    clusterArn: record.definition.clusterArn,
    externalId: set.externalId,
    startedBy: set.startedBy,
    status: set.status,
    taskDefinitionArn: set.definition.arn,
    computedDesiredCount: computedDesiredCount(record, set),
    ...countsOf(set.id, tasks),
    scalePercent: set.scalePercent,
    stability: set.steady ? 'STEADY_STATE' : 'STABILIZING',
    targetGroupArn: attachment?.targetGroupArn ?? null,
    containerName: attachment?.containerName ?? null,
    containerPort: attachment?.containerPort ?? null,
    failedTasks: set.failedTasks,
    createdAtMs: set.createdAtMs,
    updatedAtMs: set.updatedAtMs,
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
    taskSets: record.taskSets.map((set) => taskSetState(record, set, tasks)),
    serviceDeployments: record.serviceDeployments,
    events: record.events,
    steady: record.steady,
  };
}
