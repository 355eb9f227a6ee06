/** What the autoscaler holds and tells: scalable targets, their policies and schedules, and the activities of scaling. */
import type { Alarm, Arn, ScalableTarget, ScalingPolicy, ScheduledScaling } from '../../topology.ts';

/** A scalable target as it is now: its bounds may differ from the applied ones after a scheduled action. */
export interface ScalableTargetState {
  readonly definition: ScalableTarget;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly suspended: ScalableTarget['suspended'];
  readonly registeredAtMs: number;
}

export interface ScalingPolicyState {
  readonly definition: ScalingPolicy;
  /** Alarms that a target tracking policy owns; none for step scaling. */
  readonly alarms: readonly Alarm[];
  readonly createdAtMs: number;
}

/** Why nothing was scaled, in AWS's codes where it has one (AAS API_NotScaledReason). */
export type NotScaledCode =
  | 'AlreadyAtMaxCapacity'
  | 'AlreadyAtMinCapacity'
  | 'AlreadyAtDesiredCapacity'
  | 'CoolingDown'
  | 'DeploymentInProgress'
  | 'PoliciesDisagree'
  | 'Suspended'
  | 'NoRunningTask'
  | 'NoMetricValue';

/** AAS API_ScalingActivity. */
export interface ScalingActivity {
  readonly id: string;
  readonly resourceId: string;
  /** `Setting desired count to 4.` */
  readonly description: string;
  /** `monitor alarm … in state ALARM triggered policy cpu`, `minimum capacity was set to 2`. */
  readonly cause: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly status: 'InProgress' | 'Successful' | 'Overridden' | 'Failed';
  readonly statusMessage: string;
  /** Where the desired count was and where it goes; equal where nothing was scaled. */
  readonly fromCapacity: number;
  readonly toCapacity: number;
  /** The policy's or scheduled action's ARN; null where the bounds themselves moved the count. */
  readonly sourceArn: Arn | null;
  /** The numbers of the decision: `3 of 3 datapoints above 50: 61.2, 74, 80.1; 2 → 4`. */
  readonly details: string;
  readonly notScaled: {
    readonly code: NotScaledCode;
    readonly maxCapacity: number;
    readonly minCapacity: number;
  } | null;
}

/** The Application Auto Scaling of the plane, for the endpoint, status and reports. */
export interface AutoscalerControl {
  targets(): readonly ScalableTargetState[];
  policies(): readonly ScalingPolicyState[];
  scheduled(): readonly ScheduledScaling[];
  /** Newest first, at most 1,000. With `includeNotScaled`, also those in which nothing was scaled. */
  activities(filter?: { resourceId?: string; includeNotScaled?: boolean }): readonly ScalingActivity[];
  /** RegisterScalableTarget: what is not given stays as it is. @throws ApiError ObjectNotFoundException, ValidationException */
  updateTarget(
    resourceId: string,
    change: {
      readonly minCapacity?: number;
      readonly maxCapacity?: number;
      readonly suspended?: Partial<ScalableTarget['suspended']>;
    },
  ): ScalableTargetState;
}
