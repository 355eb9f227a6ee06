/**
 * The seams of blue/green deployments: task sets (ECS side), traffic (load balancer side), hooks (functions), alarms,
 * and the deployment controller that the endpoint, the commands and status read. See contracts.ts for the rest.
 */
import type {
  Action,
  Alarm,
  Arn,
  CodeDeployApplication,
  DeploymentConfig,
  DeploymentGroup,
  LambdaFunction,
  RollbackEvent,
  TrafficRouting,
} from '../topology.ts';

// ---------------------------------------------------------------- task sets (ECS)

/** One version of a CODE_DEPLOY or EXTERNAL service, as ECS's TaskSet (ECS API_TaskSet). */
export interface TaskSetState {
  /** `ecs-svc/<19 digits>`. */
  readonly id: string;
  readonly arn: Arn;
  readonly serviceArn: Arn;
  readonly clusterArn: Arn;
  /** The CodeDeploy deployment that made it; null for the first one, made with the service. */
  readonly externalId: string | null;
  readonly startedBy: 'CODE_DEPLOY' | 'EXTERNAL' | 'ecs';
  readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  readonly taskDefinitionArn: Arn;
  /** ceil(service's desired count × scale). */
  readonly computedDesiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly scalePercent: number;
  readonly stability: 'STEADY_STATE' | 'STABILIZING';
  readonly targetGroupArn: Arn | null;
  readonly containerName: string | null;
  readonly containerPort: number | null;
  readonly failedTasks: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface TaskSetInput {
  readonly serviceArn: Arn;
  readonly externalId: string | null;
  readonly taskDefinitionArn: Arn;
  readonly targetGroupArn: Arn | null;
  readonly containerName: string | null;
  readonly containerPort: number | null;
  /** Default: the service's own. */
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  /** 0–100, default 100. */
  readonly scalePercent?: number;
}

/** What CodeDeploy does to a service's task sets. @throws ApiError with AWS's code where it is refused */
export interface TaskSetControl {
  of(serviceArn: Arn): readonly TaskSetState[];
  create(input: TaskSetInput): TaskSetState;
  scale(taskSetId: string, scalePercent: number): void;
  /** UpdateServicePrimaryTaskSet: the other ones become ACTIVE. */
  makePrimary(taskSetId: string): void;
  /** Stops its tasks and forgets it; resolves when the last one is gone. */
  remove(taskSetId: string): Promise<void>;
}

// ---------------------------------------------------------------- traffic (load balancer)

/** What a listener does with a pair of target groups: the rules or default action that forward to one of the pair. */
export interface TrafficRoute {
  readonly listenerArn: Arn;
  /** Null: the listener's default action. */
  readonly ruleArn: Arn | null;
  /** Weight by target group ARN, as it is now; a group that is not named has 0. */
  readonly weights: Readonly<Record<Arn, number>>;
  /** The whole actions, as they are now: `setActions` with them puts the route back. */
  readonly actions: readonly Action[];
}

/** Changes of live listeners that are not Terraform's: they last until something else changes the same action. */
export interface TrafficControl {
  /** Every rule and default action of the listener that forwards to at least one of the groups. */
  routes(listenerArn: Arn, targetGroupArns: readonly Arn[]): readonly TrafficRoute[];
  /** Replaces the forward action of one route, as ModifyRule or ModifyListener would. */
  setWeights(route: Pick<TrafficRoute, 'listenerArn' | 'ruleArn'>, weights: Readonly<Record<Arn, number>>): void;
  setActions(route: Pick<TrafficRoute, 'listenerArn' | 'ruleArn'>, actions: readonly Action[]): void;
}

// ---------------------------------------------------------------- functions

export interface InvocationResult {
  readonly requestId: string;
  readonly outcome: 'returned' | 'threw' | 'timed-out' | 'exited' | 'not-found';
  /** What the handler returned, or Lambda's error object. */
  readonly payload: unknown;
  /** In Lambda's words, e.g. `2026-… Task timed out after 3.00 seconds`; null where it returned. */
  readonly error: string | null;
  readonly durationMs: number;
  /** Last 4 KiB of its log lines. */
  readonly logTail: string;
}

export interface FunctionRunner {
  functions(): readonly LambdaFunction[];
  /** By name or ARN. Never rejects; at most one process an invocation; ends with the signal. */
  invoke(nameOrArn: string, event: unknown, signal?: AbortSignal): Promise<InvocationResult>;
}

// ---------------------------------------------------------------- alarms

export type AlarmStateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmState {
  readonly definition: Alarm;
  readonly state: AlarmStateValue;
  /** With the numbers: `Threshold Crossed: 3 out of the last 3 datapoints [61.2, 74.0, 80.1] were greater than …`. */
  readonly reason: string;
  readonly updatedAtMs: number;
  /** Newest first, at most 100. */
  readonly history: readonly {
    readonly atMs: number;
    readonly from: AlarmStateValue;
    readonly to: AlarmStateValue;
    readonly reason: string;
  }[];
}

export interface AlarmControl {
  alarms(): readonly AlarmState[];
  /** Called on each change of state. @returns ends the subscription */
  onChange(listener: (alarm: AlarmState, previous: AlarmStateValue) => void): () => void;
  /** SetAlarmState: holds until the next evaluation decides otherwise. @throws ApiError ResourceNotFound */
  setState(name: string, state: AlarmStateValue, reason: string): void;
}

// ---------------------------------------------------------------- CodeDeploy

export const LIFECYCLE_EVENTS = [
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'AllowTestTraffic',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AllowTraffic',
  'AfterAllowTraffic',
] as const;
export type LifecycleEventName = (typeof LIFECYCLE_EVENTS)[number];

/** Events at which a hook function may run. */
export const HOOK_EVENTS = [
  'BeforeInstall',
  'AfterInstall',
  'AfterAllowTestTraffic',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const satisfies readonly LifecycleEventName[];
export type HookEvent = (typeof HOOK_EVENTS)[number];

export interface LifecycleEventState {
  readonly name: LifecycleEventName;
  readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown';
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** The hook function that runs or ran, and the id it must answer with. */
  readonly hook: { readonly functionName: string; readonly executionId: string } | null;
  /** Why it failed. */
  readonly message: string | null;
}

export type BlueGreenStatus =
  | 'Created'
  | 'Queued'
  | 'InProgress'
  | 'Ready'
  | 'Baking'
  | 'Succeeded'
  | 'Failed'
  | 'Stopped';

/** AppSpec of an ECS deployment, checked (CD reference-appspec-file). */
export interface AppSpec {
  readonly taskDefinition: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly platformVersion: string | null;
  /** Null: the service's own. */
  readonly network: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] } | null;
  readonly hooks: Readonly<Partial<Record<HookEvent, string>>>;
}

/**
 * InProgress until blue is gone (or kept alive for good), as at AWS. A rollback has the sides of the deployment that it
 * rolls back: blue is where traffic returns to, green is what ends.
 */
export interface BlueGreenDeployment {
  /** `d-` and nine capitals or digits. */
  readonly id: string;
  readonly applicationName: string;
  readonly groupName: string;
  readonly configName: string;
  readonly routing: TrafficRouting;
  readonly description: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly status: BlueGreenStatus;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly completedAtMs: number | null;
  readonly appSpec: AppSpec;
  /** As it was sent, for GetDeployment and BatchGetApplicationRevisions. */
  readonly revision: { readonly content: string; readonly sha256: string };
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly rollback: {
    /** The deployment that rolls this one back. */
    readonly rollbackDeploymentId: string | null;
    /** The deployment that this one rolls back. */
    readonly triggeringDeploymentId: string | null;
    readonly message: string | null;
  };
  readonly lifecycleEvents: readonly LifecycleEventState[];
  readonly clusterName: string;
  readonly serviceName: string;
  readonly blue: BlueGreenSide;
  readonly green: BlueGreenSide;
  /** While Ready: when the wait for ContinueDeployment ends (control time). */
  readonly readyUntilMs: number | null;
  /** While blue is retained: when it ends (control time). */
  readonly blueEndsAtMs: number | null;
}

export interface BlueGreenSide {
  readonly targetGroupArn: Arn;
  readonly targetGroupName: string;
  /** Null before it is made, and after it is gone. */
  readonly taskSet: TaskSetState | null;
  /** Share of production traffic, 0–100; of a deployment that is over, what it was then. */
  readonly trafficPercent: number;
}

export interface CreateDeploymentInput {
  readonly applicationName: string;
  readonly groupName: string;
  /** AppSpec, JSON or YAML text. */
  readonly content: string;
  /** Given with the revision; checked where it is. */
  readonly sha256?: string;
  /** Default: the group's. */
  readonly configName?: string;
  readonly description?: string;
  /** Default: the group's. */
  readonly autoRollback?: { readonly enabled: boolean; readonly events: readonly RollbackEvent[] };
  readonly alarms?: DeploymentGroup['alarms'];
}

/** The CodeDeploy of the plane. @throws ApiError with AWS's exception name where a call is refused */
export interface CodeDeployControl {
  applications(): readonly CodeDeployApplication[];
  groups(): readonly DeploymentGroup[];
  /** Predefined ECS configurations first, then those of the stacks. */
  configs(): readonly (Pick<DeploymentConfig, 'name' | 'routing'> & { readonly predefined: boolean })[];
  /** Newest first, every one of this plane (at most 1,000). */
  deployments(): readonly BlueGreenDeployment[];
  createDeployment(input: CreateDeploymentInput): BlueGreenDeployment;
  /** `autoRollback` not given: the group's DEPLOYMENT_STOP_ON_REQUEST decides. */
  stop(deploymentId: string, autoRollback?: boolean): { status: 'Pending' | 'Succeeded'; message: string };
  /** `READY_WAIT`: shift now. `TERMINATION_WAIT`: end blue now. */
  continueDeployment(deploymentId: string, wait: 'READY_WAIT' | 'TERMINATION_WAIT'): void;
  putHookStatus(deploymentId: string, executionId: string, status: 'Succeeded' | 'Failed'): string;
  /** Resources made through the endpoint rather than by the stacks (CreateApplication, CreateDeploymentGroup …). */
  putApplication(application: CodeDeployApplication): void;
  removeApplication(name: string): void;
  putGroup(group: DeploymentGroup): void;
  removeGroup(applicationName: string, name: string): void;
  putConfig(config: DeploymentConfig): void;
  removeConfig(name: string): void;
}
