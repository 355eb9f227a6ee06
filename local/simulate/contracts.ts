/** What a simulation takes and tells. All of it is data: the same input gives the same output. */
import type {
  CapacityProvider,
  PlacementConstraint,
  PlacementStrategy,
  ScalingPolicy,
  ScheduledScaling,
} from '../topology.ts';
import type { LoadShape } from './profiles.ts';

/** How a task serves requests. */
export interface ServiceModel {
  /** Requests that a task works on side by side. */
  readonly servers: number;
  /** One request at a task with nothing else to do, seconds. */
  readonly serviceSeconds: number;
  /** CPU of one request, seconds. */
  readonly cpuSecondsPerRequest: number;
  /** Memory of a task: at rest, and for each request that it holds, MiB. */
  readonly restMemoryMiB: number;
  readonly memoryMiBPerRequest: number;
  /** From placement to the first healthy check: image, start, first check. */
  readonly startSeconds: number;
  /** A client gives up after this. */
  readonly clientTimeoutSeconds: number;
  /** Bytes of a response, for load balancer capacity units. */
  readonly responseBytes: number;
}

/** A step policy's alarm, on a metric of the service itself. */
export interface SimulatedAlarm {
  readonly name: string;
  readonly metric: MetricName;
  readonly threshold: number;
  readonly comparison:
    | 'GreaterThanOrEqualToThreshold'
    | 'GreaterThanThreshold'
    | 'LessThanThreshold'
    | 'LessThanOrEqualToThreshold';
  /** Minutes. */
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

/** `cpu` and `memory` in percent of the task's size, `requests` per task and minute. */
export type MetricName = 'cpu' | 'memory' | 'requests';

export interface SimulatedPolicy {
  readonly name: string;
  readonly policy: ScalingPolicy['policy'];
  /** What a target tracking policy tracks. */
  readonly metric: MetricName;
  /** Alarms whose action a step policy is. */
  readonly alarms: readonly SimulatedAlarm[];
}

export interface SimulatedService {
  readonly name: string;
  readonly peakRequestsPerSecond: number;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly model: ServiceModel;
  readonly desiredCount: number;
  /** Null: not a scalable target. */
  readonly scaling: {
    readonly minCapacity: number;
    readonly maxCapacity: number;
    readonly policies: readonly SimulatedPolicy[];
    readonly schedules: readonly Pick<
      ScheduledScaling,
      'name' | 'schedule' | 'timezone' | 'minCapacity' | 'maxCapacity'
    >[];
  } | null;
  readonly health: {
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly unhealthyThreshold: number;
    readonly graceSeconds: number;
  };
  readonly constraints: readonly PlacementConstraint[];
  readonly strategies: readonly PlacementStrategy[];
  readonly hostPorts: readonly number[];
}

/** The auto scaling group that EC2 tasks run on. */
export interface SimulatedFleet {
  readonly name: string;
  readonly instanceType: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly zones: readonly string[];
  readonly minSize: number;
  readonly maxSize: number;
  readonly desired: number;
  /** From launch to joining the cluster. */
  readonly bootSeconds: number;
  readonly managedScaling: CapacityProvider['managedScaling'];
  readonly terminationProtection: boolean;
}

export interface SimulationInput {
  /** Begin, ms since the epoch: schedules depend on it. */
  readonly startMs: number;
  readonly hours: number;
  readonly shape: LoadShape;
  /** How much a minute's load strays from the shape, percent (uniform). */
  readonly jitterPercent: number;
  /** Any text: the same gives the same run. */
  readonly seed: string;
  readonly services: readonly SimulatedService[];
  readonly fleet: SimulatedFleet | null;
  readonly loadBalancers: number;
}

/** One service in one minute. */
export interface ServiceMinute {
  readonly requestsPerSecond: number;
  readonly desired: number;
  /** Healthy tasks that serve. */
  readonly running: number;
  /** Placed, not yet serving. */
  readonly starting: number;
  /** Waiting for an instance. */
  readonly pending: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly p95Seconds: number;
  /** Requests of this minute that got no answer in time. */
  readonly failed: number;
  /** Tasks that health checks ended, and tasks that began to serve. */
  readonly killed: number;
  readonly started: number;
  /** The autoscaler wanted more and could not have it: at its maximum, or cooling down. */
  readonly held: 'maximum' | 'cooldown' | null;
}

export interface Minute {
  readonly atMs: number;
  readonly services: Readonly<Record<string, ServiceMinute>>;
  readonly instances: { readonly running: number; readonly launching: number; readonly desired: number };
  /** Capacity could not grow although tasks waited. */
  readonly fleetHeld: boolean;
}

export interface SimulationEvent {
  readonly atMs: number;
  readonly subject: string;
  readonly message: string;
}
