/** The seams between the plane's controllers. Each controller owns its folder; they meet only in these types. */
import type { Address, Arn, SecurityGroup, Service, TaskDefinition } from '../topology.ts';
import type { TaskSetControl, TaskSetState } from './contracts-delivery.ts';
import type { ServiceDeployment } from './service-deployments/service-deployment.ts';

// ---------------------------------------------------------------- processes

export interface ProcessSpec {
  /** For messages and the warden's list, e.g. `interstella-monolith/3f2a…`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Called for each whole line (a last partial line is flushed at exit; a line over 256 KiB is cut into parts, as awslogs does). */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface ExitInfo {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it ended, first reason wins. */
  readonly reason: 'exited' | 'stopped' | 'killed' | 'spawn-failed';
  readonly error?: string;
}

export interface ProcessHandle {
  /** -1 where it could not be spawned. */
  readonly pid: number;
  readonly exited: Promise<ExitInfo>;
  /** SIGTERM to the process group, SIGKILL after `graceWallMs`; resolves when the whole group is gone. Idempotent. */
  stop(graceWallMs: number): Promise<ExitInfo>;
}

/** Spawns every child of the plane, each in its own process group, and sees that none outlives the plane (even kill -9). */
export interface ProcessRunner {
  start(spec: ProcessSpec): ProcessHandle;
  /** CPU seconds used and resident memory of the process and its descendants, from /proc; null when gone. */
  usage(pid: number): Promise<{ cpuSeconds: number; rssMiB: number } | null>;
  /** Ends everything it started. */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- images

/** What a container image runs as on this machine. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Environment the image itself sets (Dockerfile ENV). */
  readonly env: Readonly<Record<string, string>>;
  /** Content hash of what runs, for status and logs. */
  readonly digest: string;
}

export interface ImageResolver {
  /** Builds on first use, then from cache. @throws CutoverError IMAGE_NOT_FOUND | IMAGE_BUILD_FAILED */
  resolve(image: string): Promise<LaunchCommand>;
}

// ---------------------------------------------------------------- addresses

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Which loopback address stands for what. `loopback` mode uses real ports; `mapped` mode maps low ports and says so. */
export interface AddressBook {
  readonly mode: 'loopback' | 'mapped';
  /** Where a load balancer's listener is bound. */
  listener(loadBalancerArn: Arn, port: number): Endpoint;
  /** Host part for people and status: `127.10.0.1`. */
  loadBalancerHost(loadBalancerArn: Arn): string;
  instance(instanceId: string): string;
  /** Gives the address back once the instance is terminated. */
  releaseInstance?(instanceId: string): void;
  /** Leases an address for an awsvpc task; release it when the task is stopped. */
  leaseTask(taskId: string): string;
  releaseTask(taskId: string): void;
  /** The port to bind for a wished port on an instance or task address (the same one in loopback mode). */
  bindPort(host: string, port: number): number;
  /** Replaces each known load balancer DNS name (with or without `:port`) in a text by its endpoint. */
  localise(text: string): string;
  /** The AWS-compatible endpoint, `http://127.0.0.1:4566`. */
  readonly awsEndpoint: string;
  readonly consoleEndpoint: string;
}

// ---------------------------------------------------------------- load balancer

export interface Target {
  /** Instance id (target type instance) or address (ip). */
  readonly id: string;
  /** Port that AWS would show. */
  readonly port: number;
  /** Where to connect. */
  readonly endpoint: Endpoint;
  readonly zone: string;
  readonly securityGroupIds: readonly string[];
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';

export interface TargetHealth {
  readonly target: Target;
  readonly state: TargetState;
  /** AWS's reason code, e.g. `Elb.RegistrationInProgress`, `Target.Timeout`, `Target.ResponseCodeMismatch`. */
  readonly reason: string | null;
  readonly description: string | null;
}

/** What the ECS side needs of the load balancer. */
export interface TargetRegistry {
  register(targetGroupArn: Arn, target: Target): void;
  /** Resolves when draining has ended (idle or past the deregistration delay). Unknown targets resolve at once. */
  deregister(targetGroupArn: Arn, key: { readonly id: string; readonly port: number }): Promise<void>;
  health(targetGroupArn: Arn): readonly TargetHealth[];
  onChange(listener: (targetGroupArn: Arn, health: TargetHealth, previous: TargetState) => void): () => void;
}

/** May a packet from one set of security groups reach a port behind another? Pure. */
export type NetworkPolicy = (from: readonly string[], to: readonly string[], port: number) => boolean;
export type NetworkPolicyFactory = (groups: readonly SecurityGroup[]) => NetworkPolicy;

// ---------------------------------------------------------------- parameters, logs

export interface ParameterStore {
  /** By name or ARN. Values are localised. */
  get(
    nameOrArn: string,
  ): { name: string; arn: Arn; type: string; value: string; version: number; lastModifiedMs: number } | null;
  put(name: string, value: string, type?: 'String' | 'StringList' | 'SecureString'): number;
  list(): readonly { name: string; arn: Arn; type: string; value: string; version: number; lastModifiedMs: number }[];
  remove(name: string): boolean;
}

export interface LogRecord {
  /** Control time, ms since epoch. */
  readonly timestampMs: number;
  readonly message: string;
}

export interface LogStore {
  putGroup(name: string, retentionDays: number): void;
  removeGroup(name: string): void;
  groups(): readonly { name: string; retentionDays: number; createdMs: number; storedBytes: number }[];
  streams(group: string): readonly { name: string; createdMs: number; firstMs: number | null; lastMs: number | null }[];
  /** Appends; creates the stream. @throws CutoverError-free Error `ResourceNotFoundException` when the group is missing */
  append(group: string, stream: string, message: string): void;
  /** Records of a group, oldest first, optionally by stream, time and substring. `afterSeq` pages on; records carry a `seq`. */
  read(query: {
    group: string;
    stream?: string;
    startMs?: number;
    endMs?: number;
    contains?: string;
    afterSeq?: number;
    limit?: number;
  }): readonly (LogRecord & { seq: number; stream: string })[];
  subscribe(listener: (group: string, stream: string, record: LogRecord) => void): () => void;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- ECS

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export interface TaskState {
  readonly arn: Arn;
  readonly id: string;
  readonly clusterArn: Arn;
  /** `service:<name>` or `family:<family>` (RunTask). */
  readonly group: string;
  readonly startedBy: string | null;
  readonly taskDefinitionArn: Arn;
  readonly launchType: 'EC2' | 'FARGATE';
  /** Null with a launch type. */
  readonly capacityProviderName?: string | null;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly healthStatus: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly deploymentId: string | null;
  readonly instanceId: string | null;
  readonly containerInstanceArn: Arn | null;
  readonly address: string;
  readonly zone: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly pid: number | null;
    readonly lastStatus: string;
    readonly exitCode: number | null;
    readonly reason: string | null;
    readonly healthStatus: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
    readonly bindings: readonly {
      readonly hostPort: number;
      readonly containerPort: number;
      readonly bindHost: string;
      readonly bindPort: number;
    }[];
    readonly logGroup: string | null;
    readonly logStream: string | null;
  }[];
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly stoppingAtMs: number | null;
  readonly stoppedAtMs: number | null;
  readonly stopCode: string | null;
  readonly stoppedReason: string | null;
}

export interface DeploymentState {
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  readonly taskDefinitionArn: Arn;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly rolloutStateReason: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** In which its tasks are, in the order of the service's load balancers. */
  readonly targetGroupArns?: readonly Arn[];
}

export interface ServiceState {
  readonly definition: Service;
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** PRIMARY first; empty for a service with task sets. */
  readonly deployments: readonly DeploymentState[];
  /** Of a CODE_DEPLOY or EXTERNAL service, PRIMARY first; empty for others. */
  readonly taskSets: readonly TaskSetState[];
  /** Of a service that ECS deploys blue/green, newest first. */
  readonly serviceDeployments?: readonly ServiceDeployment[];
  /** Newest first, at most 100, in AWS's words: `(service x) has reached a steady state.` */
  readonly events: readonly { readonly id: string; readonly createdAtMs: number; readonly message: string }[];
  readonly steady: boolean;
}

export interface InstanceState {
  readonly id: string;
  readonly containerInstanceArn: Arn;
  readonly clusterArn: Arn;
  readonly autoScalingGroupName: string;
  readonly address: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly status: 'PENDING' | 'ACTIVE' | 'DRAINING' | 'TERMINATED';
  readonly registered: { readonly cpuUnits: number; readonly memoryMiB: number };
  readonly remaining: { readonly cpuUnits: number; readonly memoryMiB: number };
  readonly ports: readonly number[];
  /** Processes that its user data started, outside any container. */
  readonly processes: readonly { readonly name: string; readonly pid: number | null; readonly state: string }[];
  readonly runningTasksCount: number;
  readonly registeredAtMs: number;
  /** As its Auto Scaling group sees it: Pending, InService, Terminating:Wait … */
  readonly lifecycleState: string;
  readonly protectedFromScaleIn: boolean;
}

export interface EcsView {
  services(): readonly ServiceState[];
  /** Running and pending tasks, and those stopped within the last hour of control time (at most 1,000). */
  tasks(): readonly TaskState[];
  instances(): readonly InstanceState[];
  /** Every registered revision. */
  taskDefinitions(): readonly TaskDefinition[];
}

/** Thrown by controllers when an API call is refused; `code` is AWS's exception name, e.g. `InvalidParameterException`. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}

/** What UpdateService changes of a service without a new deployment. */
export type ServiceSettings = Pick<
  Service,
  'minimumHealthyPercent' | 'maximumPercent' | 'circuitBreaker' | 'deploymentAlarms' | 'healthCheckGracePeriodSeconds'
> & {
  /** Null: a rolling update from now on. */
  readonly deploymentStrategy: Service['deploymentStrategy'] | null;
};

export interface EcsControl extends EcsView {
  readonly taskSets: TaskSetControl;
  /** A service made through the endpoint. @throws ApiError */
  createService(definition: Service): ServiceState;
  /** @throws ApiError where it still has a desired count and `force` is not set */
  deleteService(cluster: string, service: string, force: boolean): ServiceState;
  runTask(input: {
    cluster: string;
    taskDefinition: string;
    count: number;
    launchType: 'EC2' | 'FARGATE';
    /** With managed scaling, tasks that fit nowhere wait for its instances instead of failing. */
    capacityProvider?: string;
    startedBy?: string;
    group?: string;
    subnetIds?: readonly string[];
    securityGroupIds?: readonly string[];
    overrides?: readonly {
      name: string;
      environment?: Readonly<Record<string, string>>;
      command?: readonly string[];
    }[];
  }): { tasks: readonly TaskState[]; failures: readonly { arn: string; reason: string; detail: string }[] };
  stopTask(cluster: string, task: string, reason: string): TaskState;
  updateService(
    cluster: string,
    service: string,
    change: {
      desiredCount?: number;
      taskDefinition?: string;
      forceNewDeployment?: boolean;
      settings?: Partial<ServiceSettings>;
    },
  ): ServiceState;
  /** @param id of a service deployment that is under way. @throws ApiError */
  stopServiceDeployment(serviceArn: Arn, id: string, how: 'ROLLBACK' | 'ABORT'): void;
  registerTaskDefinition(definition: Omit<TaskDefinition, 'revision' | 'arn'>): TaskDefinition;
  /** Nothing new starts of a deregistered revision; what runs of it runs on. */
  deactivateTaskDefinition(arn: Arn): void;
}

// ---------------------------------------------------------------- apply

/** What the plane does to one resource, as Terraform would. */
export interface Change {
  readonly address: Address;
  readonly type: string;
  readonly action: 'create' | 'update' | 'replace' | 'delete';
  /** Attribute paths that differ. */
  readonly changed: readonly string[];
}

/**
 * A controller's side of apply. `put` creates or updates; `previous` is what was there before. Both resolve when
 * Terraform's own wait would end (a service with wait_for_steady_state: steady; a subscription: confirmed; a delete: gone).
 */
export interface ResourceHandler<T> {
  put(next: T, previous: T | null, signal: AbortSignal): Promise<void> | void;
  remove(previous: T, signal: AbortSignal): Promise<void> | void;
  /**
   * Attribute names whose live value is no longer what was applied (something other than Terraform changed them):
   * the next apply puts them back unless `ignore_changes` names them, as Terraform's refresh would.
   */
  drift?(applied: T): readonly string[];
}

// ---------------------------------------------------------------- metrics

/** A CloudWatch-like store. Datapoints are kept per second of control time for 3 h, bounded. */
export interface MetricStore {
  /** Adds one sample (or `count` samples of the same value). Dimensions as CloudWatch names them. */
  put(sample: {
    namespace: string;
    name: string;
    dimensions: Readonly<Record<string, string>>;
    value: number;
    count?: number;
    unit?: string;
    /** Control time; default now. */
    atMs?: number;
  }): void;
  /** One value per period (multiples of it, or `anchorMs` and multiples from it), oldest first; periods with no data are absent. */
  query(query: {
    namespace: string;
    name: string;
    dimensions: Readonly<Record<string, string>>;
    startMs: number;
    endMs: number;
    periodSeconds: number;
    /** Where a period begins: alarms look at the newest whole minutes, whatever the period. Default: the Unix epoch. */
    anchorMs?: number;
    /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or `p50` … `p99.9`. */
    statistic: string;
  }): readonly { readonly startMs: number; readonly value: number; readonly samples: number }[];
  list(filter?: {
    namespace?: string;
    name?: string;
  }): readonly { namespace: string; name: string; dimensions: Readonly<Record<string, string>> }[];
}
