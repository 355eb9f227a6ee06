/**
 * `status --json`, version 1: the fixed keys of the plane's status. Types only, shared by the CLI, the console and
 * the load harness. Keys may be added in version 1; none is renamed or removed.
 */
import type { Action, Condition } from './topology.ts';

export const STATUS_VERSION = 1;

export interface Status {
  readonly version: number;
  /** Stage that runs; null where the JSON names none (`--synth DIR`). */
  readonly stage: string | null;
  /** Control seconds per wall second. */
  readonly clockRate: number;
  readonly state: 'starting' | 'applying' | 'running' | 'failed' | 'stopping';
  readonly pid: number;
  readonly portBase: number;
  /** `loopback`, or `mapped` where low ports or further loopback addresses are not to be had. */
  readonly addressMode: 'loopback' | 'mapped';
  readonly region: string;
  readonly loadBalancers: readonly LoadBalancerStatus[];
  readonly targetGroups: readonly TargetGroupStatus[];
  readonly instances: readonly InstanceStatus[];
  readonly services: readonly ServiceStatus[];
  /** Tasks of no service (RunTask). */
  readonly tasks: readonly TaskStatusEntry[];
  readonly topics: readonly TopicStatus[];
  /** CodeDeploy deployments, newest first, at most 20. */
  readonly blueGreen: readonly BlueGreenStatusEntry[];
  /** API Gateway's REST APIs, with the stages that serve. */
  readonly restApis: readonly RestApiStatus[];
  /** Quotas of API keys, in the period that is. */
  readonly usagePlans: readonly UsageStatus[];
  readonly alarms: readonly { readonly name: string; readonly state: string; readonly reason: string }[];
  /** Terraform outputs with load balancer names turned into local addresses. */
  readonly outputs: readonly { readonly stack: string; readonly name: string; readonly value: unknown }[];
  readonly endpoints: { readonly aws: string; readonly console: string };
  /** Id of the newest event, to follow events from here. */
  readonly lastEventId: number;
}

export interface LoadBalancerStatus {
  readonly name: string;
  readonly arn: string;
  /** The address clients use on this machine. */
  readonly dnsName: string;
  /** The name as AWS would give it. */
  readonly awsDnsName: string;
  readonly listeners: readonly {
    /** Port that AWS would show. */
    readonly port: number;
    /** Where to reach it on this machine, e.g. `http://127.10.0.1:80`. */
    readonly url: string;
    /** Lowest priority first; the default action last, with priority `default` and no conditions. */
    readonly rules: readonly {
      readonly priority: number | 'default';
      readonly conditions: readonly Condition[];
      readonly actions: readonly Action[];
    }[];
  }[];
}

export interface RestApiStatus {
  readonly name: string;
  readonly id: string;
  /** As AWS would give it. */
  readonly awsUrl: string;
  /** Where it is on this machine, without a stage. */
  readonly url: string;
  readonly stages: readonly {
    readonly name: string;
    readonly url: string;
    readonly deploymentId: string;
    /** `POST /orders` … */
    readonly methods: readonly string[];
  }[];
}

export interface UsageStatus {
  /** Names of the usage plan and the key. */
  readonly plan: string;
  readonly key: string;
  readonly used: number;
  readonly limit: number;
  /** `DAY`, `WEEK` or `MONTH`. */
  readonly period: string;
  readonly endsAt: string;
}

export interface TargetGroupStatus {
  readonly name: string;
  readonly arn: string;
  readonly targets: readonly {
    /** Instance id (target type instance) or address (target type ip). */
    readonly id: string;
    /** Where it is connected to on this machine. */
    readonly address: string;
    readonly port: number;
    readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';
    readonly reason: string | null;
    /** Requests answered since the target was registered, health checks not counted. */
    readonly requests: number;
  }[];
}

export interface InstanceStatus {
  readonly id: string;
  readonly address: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly status: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly registered: { readonly cpuUnits: number; readonly memoryMiB: number };
  readonly remaining: { readonly cpuUnits: number; readonly memoryMiB: number };
  /** Dynamic host ports come from here, inclusive; absent where it is not known. */
  readonly ephemeralPortRange?: readonly [number, number];
  /** Host ports in use. */
  readonly ports: readonly number[];
  /** Processes that its user data started, outside any container; empty for a container instance. */
  readonly processes: readonly { readonly name: string; readonly pid: number | null; readonly state: string }[];
}

export interface ServiceStatus {
  /** Cluster name. */
  readonly cluster: string;
  readonly name: string;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** `family:revision` of what the service wants. */
  readonly taskDefinition: string;
  /** One deployment, completed, with the desired count running and healthy. */
  readonly steady: boolean;
  readonly deploymentController: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL';
  /** Of a CODE_DEPLOY or EXTERNAL service, PRIMARY first; empty for others. */
  readonly taskSets: readonly TaskSetStatusEntry[];
  /** The newest of a service that ECS itself deploys blue/green; null for others. */
  readonly serviceDeployment?: {
    readonly arn: string;
    /** BLUE_GREEN, LINEAR or CANARY. */
    readonly strategy: string;
    readonly status: string;
    readonly statusReason: string | null;
    readonly lifecycleStage: string;
    /** Green's share of production traffic, 0 to 100. */
    readonly greenPercent: number;
    /** Task definitions; blue is null where the service had none before. */
    readonly blue: string | null;
    readonly green: string;
  } | null;
  /** PRIMARY first; empty for a service with task sets. */
  readonly deployments: readonly DeploymentStatus[];
  /** Newest first, at most 10 here; `events` has more. */
  readonly events: readonly { readonly createdAt: string; readonly message: string }[];
  readonly tasks: readonly TaskStatusEntry[];
}

export interface DeploymentStatus {
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly rolloutStateReason: string;
}

export interface TaskSetStatusEntry {
  /** `ecs-svc/…`. */
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  readonly taskDefinition: string;
  readonly computedDesiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly stability: 'STEADY_STATE' | 'STABILIZING';
  readonly targetGroupArn: string | null;
  readonly externalId: string | null;
}

export interface BlueGreenStatusEntry {
  readonly id: string;
  readonly application: string;
  readonly group: string;
  readonly config: string;
  readonly cluster: string;
  readonly service: string;
  readonly creator: 'user' | 'codeDeployRollback';
  readonly status: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly taskDefinition: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly rollbackDeploymentId: string | null;
  readonly triggeringDeploymentId: string | null;
  readonly lifecycleEvents: readonly {
    readonly name: string;
    readonly status: string;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly hook: string | null;
    readonly message: string | null;
  }[];
  readonly blue: BlueGreenSideStatus;
  readonly green: BlueGreenSideStatus;
  readonly readyUntil: string | null;
  readonly blueEndsAt: string | null;
}

export interface BlueGreenSideStatus {
  readonly targetGroup: string;
  readonly taskSet: string | null;
  readonly taskDefinition: string | null;
  /** Share of production traffic, 0–100. */
  readonly trafficPercent: number;
}

export interface TaskStatusEntry {
  readonly arn: string;
  /** Process of the first container; null before it started and after it ended. */
  readonly pid: number | null;
  /** Address of the instance (bridge) or of the task (awsvpc). */
  readonly address: string;
  /** First port mapping; null where the task has none. */
  readonly hostPort: number | null;
  readonly containerPort: number | null;
  /** Null on Fargate. */
  readonly instanceId: string | null;
  readonly lastStatus: string;
  readonly healthStatus: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  /** `family:revision`. */
  readonly taskDefinition: string;
  /** `ecs-svc/…` of its task set or deployment; null for RunTask. */
  readonly deploymentId: string | null;
  readonly startedAt: string | null;
  readonly stoppedReason: string | null;
}

export interface TopicStatus {
  readonly name: string;
  readonly arn: string;
  readonly subscriptions: readonly {
    readonly protocol: string;
    readonly endpoint: string;
    readonly confirmed: boolean;
  }[];
}
