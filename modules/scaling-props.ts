/** What ServiceAutoscaling takes: bounds, policies and schedules, with their defaults. */
import type { ITerraformDependable } from './cdktf.ts';
import type { AlarmShape } from './metric-alarm.ts';
import type { ScalableService } from './scalable-service.ts';

/** A metric that says how busy a service is. */
export type ScalingMetric =
  /** Average CPU of its tasks, percent of what they reserve. */
  | { readonly type: 'cpu' }
  /** Average memory of its tasks, percent of what they reserve. */
  | { readonly type: 'memory' }
  /** Requests to each target in a minute; not for a service that CodeDeploy moves between target groups. */
  | {
      readonly type: 'requests-per-target';
      readonly loadBalancerArnSuffix: string;
      readonly targetGroupArnSuffix: string;
    }
  /** Any metric of CloudWatch; a policy that tracks it expects it to fall in proportion as tasks are added. */
  | {
      readonly type: 'custom';
      readonly namespace: string;
      readonly metricName: string;
      /** @default none */
      readonly dimensions?: Readonly<Record<string, string>>;
      /** Average, Minimum, Maximum, SampleCount or Sum. @default Average */
      readonly statistic?: string;
    };

/** Keeps a metric near a value (AAS target-tracking-scaling-policy-overview). */
export interface TargetTracking {
  /** Unique in the service. @default cpu, memory, requests, or the custom metric's name */
  readonly name?: string;
  readonly metric: ScalingMetric;
  /** Percent for cpu and memory (at most 100), requests a minute for requests-per-target; above 0. */
  readonly target: number;
  /** After scaling out, before scaling out further, seconds. @default 300 */
  readonly scaleOutCooldownSeconds?: number;
  /** After scaling in, before scaling in further, seconds. @default 300 */
  readonly scaleInCooldownSeconds?: number;
  /** It only ever adds tasks. @default false */
  readonly disableScaleIn?: boolean;
}

/** What happens while the metric is this far from the alarm's threshold; bounds are differences to it. */
export interface ScalingStep {
  /** From here on, inclusive. @default no lower end */
  readonly from?: number;
  /** Up to here, exclusive. @default no upper end */
  readonly to?: number;
  /** Tasks or percent to add (below 0: to take away), or for ExactCapacity the number of tasks. */
  readonly change: number;
}

export const ADJUSTMENTS = ['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'] as const;
export const AGGREGATIONS = ['Average', 'Minimum', 'Maximum'] as const;

/** An alarm that calls a step scaling policy when it fires. Its statistic is Average, for requests Sum, by default. */
export interface ScalingAlarm extends AlarmShape {
  readonly name: string;
  readonly metric: ScalingMetric;
}

/** Changes the number of tasks by how far an alarm's metric is past its threshold (AAS step-scaling-policy-overview). */
export interface StepScaling {
  /** Unique in the service. */
  readonly name: string;
  /** @default ChangeInCapacity */
  readonly adjustment?: (typeof ADJUSTMENTS)[number];
  /** Side by side, without gap or overlap, the outermost without an end; 1–20. */
  readonly steps: readonly ScalingStep[];
  /** With PercentChangeInCapacity, how many tasks at least. @default 1 */
  readonly minimumAdjustment?: number;
  /** Seconds. @default 300 */
  readonly cooldownSeconds?: number;
  /** How the alarm's datapoints become one number. @default Average */
  readonly aggregation?: (typeof AGGREGATIONS)[number];
  /** What calls it; one at least. */
  readonly alarms: readonly ScalingAlarm[];
}

/** Moves the bounds at a time (AAS scheduled-scaling-using-cron-expressions). */
export interface ScheduledCapacity {
  /** Unique in the service. */
  readonly name: string;
  /** `at(yyyy-mm-ddThh:mm:ss)`, `rate(1 hour)` or `cron(0 8 ? * MON-FRI *)`. */
  readonly schedule: string;
  /** IANA name, for `at` and `cron`. @default UTC */
  readonly timezone?: string;
  /** @default left as it is */
  readonly minTasks?: number;
  /** @default left as it is */
  readonly maxTasks?: number;
}

export interface ServiceAutoscalingProps {
  readonly clusterName: string;
  /** A service construct's `scalable`; the service is told that it is `autoscaled`. */
  readonly service: ScalableService;
  /** 0–5000. From 0 only a step or a schedule gets it up again. */
  readonly minTasks: number;
  /** 1–5000, not below minTasks. */
  readonly maxTasks: number;
  /** It scales out as soon as one of them asks, and in when all agree. @default none */
  readonly targetTracking?: readonly TargetTracking[];
  /** @default none */
  readonly stepScaling?: readonly StepScaling[];
  /** @default none */
  readonly schedules?: readonly ScheduledCapacity[];
  /** What is held for now. @default nothing */
  readonly suspended?: {
    readonly scaleIn?: boolean;
    readonly scaleOut?: boolean;
    readonly scheduled?: boolean;
  };
  /** What must be there before anything scales. @default the service, in service */
  readonly after?: readonly ITerraformDependable[];
}

/** @returns the policy's name, given or by its metric */
export function trackingName({ name, metric }: TargetTracking): string {
  if (name !== undefined) return name;
  if (metric.type === 'custom') return metric.metricName;
  return metric.type === 'requests-per-target' ? 'requests' : metric.type;
}
