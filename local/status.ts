/** `status --json`, version 1. The keys of design.md are fixed; more may be added. Types only. */

export interface Status {
  readonly version: 1;
  /** Null for other people's stacks (`--synth`). */
  readonly stage: string | null;
  readonly clockRate: number;
  readonly state: 'starting' | 'applying' | 'running' | 'failed' | 'stopping';
  readonly pid: number;
  readonly portBase: number;
  /** `loopback`, or `mapped` where low ports or further loopback addresses are not to be had. */
  readonly addressMode: 'loopback' | 'mapped';
  readonly loadBalancers: readonly StatusLoadBalancer[];
  readonly targetGroups: readonly StatusTargetGroup[];
  readonly instances: readonly StatusInstance[];
  readonly services: readonly StatusService[];
  /** Tasks of no service (RunTask). */
  readonly tasks: readonly StatusTask[];
  readonly topics: readonly StatusTopic[];
  readonly outputs: readonly { readonly stack: string; readonly name: string; readonly value: unknown }[];
  readonly endpoints: { readonly aws: string; readonly console: string | null };
  /** Id of the newest event, to follow events from here. */
  readonly lastEventId: number;
}

export interface StatusLoadBalancer {
  readonly name: string;
  readonly arn: string;
  /** The address clients use on this machine. */
  readonly dnsName: string;
  /** The name as AWS would give it. */
  readonly awsDnsName: string;
  readonly listeners: readonly {
    readonly port: number;
    readonly url: string;
    readonly rules: readonly { readonly priority: number | 'default'; readonly conditions: readonly unknown[]; readonly actions: readonly unknown[] }[];
  }[];
}

export interface StatusTargetGroup {
  readonly name: string;
  readonly arn: string;
  readonly targets: readonly {
    readonly id: string;
    readonly address: string;
    readonly port: number;
    readonly state: string;
    readonly reason: string | null;
    /** Requests answered by this target since it was registered. */
    readonly requests: number;
  }[];
}

export interface StatusInstance {
  readonly id: string;
  readonly address: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly status: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly registered: { readonly cpuUnits: number; readonly memoryMiB: number };
  readonly remaining: { readonly cpuUnits: number; readonly memoryMiB: number };
  /** Inclusive range dynamic host ports come from. */
  readonly ephemeralPortRange: readonly [number, number];
  readonly ports: readonly number[];
}

export interface StatusService {
  readonly cluster: string;
  readonly name: string;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  /** `family:revision`. */
  readonly taskDefinition: string;
  readonly steady: boolean;
  readonly deployments: readonly {
    readonly id: string;
    readonly status: string;
    readonly taskDefinition: string;
    readonly desiredCount: number;
    readonly runningCount: number;
    readonly pendingCount: number;
    readonly failedTasks: number;
    readonly rolloutState: string;
    readonly rolloutStateReason: string;
  }[];
  readonly events: readonly { readonly createdAt: string; readonly message: string }[];
  readonly tasks: readonly StatusTask[];
}

export interface StatusTask {
  readonly arn: string;
  readonly pid: number | null;
  readonly address: string;
  readonly hostPort: number | null;
  readonly containerPort: number | null;
  readonly instanceId: string | null;
  readonly lastStatus: string;
  readonly healthStatus: string;
  /** `family:revision`. */
  readonly taskDefinition: string;
  readonly startedAt: string | null;
  readonly stoppedReason: string | null;
}

export interface StatusTopic {
  readonly name: string;
  readonly arn: string;
  readonly subscriptions: readonly { readonly protocol: string; readonly endpoint: string; readonly confirmed: boolean }[];
}
