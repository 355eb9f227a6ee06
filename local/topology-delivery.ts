/**
 * The parts of a topology that change what runs: blue/green deployments, their hooks and alarms, scaling, and the
 * objects that instances fetch. See topology.ts for the rest.
 */
import type { Arn, ResourceBase } from './topology.ts';

/** `aws_codedeploy_app` with compute platform ECS. */
export interface CodeDeployApplication extends ResourceBase {
  readonly name: string;
  readonly computePlatform: 'ECS';
}

/** How production traffic moves from blue to green (CD deployment-configurations). */
export type TrafficRouting =
  | { readonly type: 'AllAtOnce' }
  /** `percentage` first, the rest after `intervalMinutes`. */
  | { readonly type: 'TimeBasedCanary'; readonly percentage: number; readonly intervalMinutes: number }
  /** `percentage` more every `intervalMinutes`, the first at once. */
  | { readonly type: 'TimeBasedLinear'; readonly percentage: number; readonly intervalMinutes: number };

/** Stages of ECS's own blue/green deployments at which functions may run (ECS API_DeploymentLifecycleHook). */
export type HookStage =
  | 'RECONCILE_SERVICE'
  | 'PRE_SCALE_UP'
  | 'POST_SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT';

/** A function that decides whether a deployment goes on (ECS lambda-lifecycle-hooks). */
export interface DeploymentHook {
  readonly functionArn: Arn;
  /** With which ECS would call it. */
  readonly roleArn: Arn;
  readonly stages: readonly HookStage[];
  /** Given to the function with each call; null where none were. */
  readonly details: unknown;
}

/** How ECS itself replaces one revision of a service by another, beside it (ECS API_DeploymentConfiguration). */
export interface DeploymentStrategy {
  readonly type: 'BLUE_GREEN' | 'LINEAR' | 'CANARY';
  /** How production traffic moves: AllAtOnce of BLUE_GREEN. */
  readonly routing: TrafficRouting;
  /** So long both revisions run after production traffic has moved, 0 to 1440 minutes. */
  readonly bakeTimeMinutes: number;
  readonly hooks: readonly DeploymentHook[];
}

/** Where the other revision of a service is, and what moves traffic between the two (ECS API_AdvancedConfiguration). */
export interface AdvancedConfiguration {
  readonly alternateTargetGroupArn: Arn;
  readonly productionRuleArn: Arn;
  /** Null: no test traffic. */
  readonly testRuleArn: Arn | null;
  readonly roleArn: Arn;
}

/** `aws_codedeploy_deployment_config`, compute platform ECS. The predefined ones are not resources. */
export interface DeploymentConfig extends ResourceBase {
  readonly name: string;
  readonly routing: TrafficRouting;
}

export type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_REQUEST' | 'DEPLOYMENT_STOP_ON_ALARM';

/** `aws_codedeploy_deployment_group` of an ECS service. */
export interface DeploymentGroup extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly applicationName: string;
  /** Predefined (`CodeDeployDefault.ECSAllAtOnce` …) or of these stacks. */
  readonly deploymentConfigName: string;
  readonly serviceRoleArn: Arn;
  readonly clusterName: string;
  readonly serviceName: string;
  /** The pair, by name, in the order given. */
  readonly targetGroupNames: readonly [string, string];
  readonly productionListenerArns: readonly Arn[];
  readonly testListenerArns: readonly Arn[];
  readonly autoRollback: { readonly enabled: boolean; readonly events: readonly RollbackEvent[] };
  /** At most 10 names. */
  readonly alarms: {
    readonly enabled: boolean;
    readonly ignorePollAlarmFailure: boolean;
    readonly names: readonly string[];
  };
  readonly blueTermination: {
    readonly action: 'TERMINATE' | 'KEEP_ALIVE';
    /** 0–2880 minutes. */
    readonly waitMinutes: number;
  };
  readonly ready: {
    readonly actionOnTimeout: 'CONTINUE_DEPLOYMENT' | 'STOP_DEPLOYMENT';
    /** How long STOP_DEPLOYMENT waits for ContinueDeployment, minutes. */
    readonly waitMinutes: number;
  };
}

/** `aws_lambda_function` packaged as a zip file. */
export interface LambdaFunction extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  readonly runtime: string;
  /** 1–900 s, default 3. */
  readonly timeoutSeconds: number;
  /** 128–10240 MiB, default 128. */
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: Arn;
  /**
   * Absolute path of the package on this machine. It may be gone once the apply is over, and is no part of the digest:
   * a handler takes the bytes in `put`.
   */
  readonly packageFile: string;
  /** SHA-256 of the package's bytes, hex: a new package is a change. */
  readonly packageDigest: string;
  readonly logGroupName: string;
}

/** `aws_s3_object` whose content is a file or text of these stacks. */
export interface StoredObject extends ResourceBase {
  readonly bucket: string;
  readonly key: string;
  /** Absolute path on this machine; null where the content is inline. See {@link LambdaFunction.packageFile}. */
  readonly sourceFile: string | null;
  /** Inline text; null where the content is a file, or not text. */
  readonly content: string | null;
  /** Inline bytes that are not text, in base64. */
  readonly contentBase64?: string | null;
  /** SHA-256 of the bytes, hex. */
  readonly contentDigest: string;
}

export type ComparisonOperator =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold';

/** `aws_cloudwatch_metric_alarm` on one metric. */
export interface Alarm extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or `p50` … `p99.9`. */
  readonly statistic: string;
  /** 10, 30 or a multiple of 60. */
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** M of N; equals evaluationPeriods where not given. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly treatMissingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly Arn[];
  readonly okActions: readonly Arn[];
  readonly insufficientDataActions: readonly Arn[];
}

/** `aws_appautoscaling_target` of an ECS service. */
export interface ScalableTarget extends ResourceBase {
  /** `service/<cluster>/<service>`. */
  readonly resourceId: string;
  readonly clusterName: string;
  readonly serviceName: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly suspended: { readonly scaleIn: boolean; readonly scaleOut: boolean; readonly scheduled: boolean };
}

export interface StepAdjustment {
  /** Relative to the alarm's threshold; null is infinity. Lower inclusive, upper exclusive (for a breach above). */
  readonly lowerBound: number | null;
  readonly upperBound: number | null;
  readonly adjustment: number;
}

/** `aws_appautoscaling_policy` of an ECS service. */
export interface ScalingPolicy extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly resourceId: string;
  readonly policy:
    | {
        readonly type: 'TargetTrackingScaling';
        readonly targetValue: number;
        readonly metric:
          | {
              readonly kind: 'ECSServiceAverageCPUUtilization' | 'ECSServiceAverageMemoryUtilization';
            }
          /** Label `app/<lb>/<id>/targetgroup/<tg>/<id>`. */
          | { readonly kind: 'ALBRequestCountPerTarget'; readonly label: string }
          | {
              readonly kind: 'custom';
              readonly namespace: string;
              readonly name: string;
              readonly dimensions: Readonly<Record<string, string>>;
              readonly statistic: string;
            };
        readonly scaleOutCooldownSeconds: number;
        readonly scaleInCooldownSeconds: number;
        readonly disableScaleIn: boolean;
      }
    | {
        readonly type: 'StepScaling';
        readonly adjustmentType: 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity';
        readonly minAdjustmentMagnitude: number | null;
        readonly metricAggregation: 'Average' | 'Minimum' | 'Maximum';
        readonly cooldownSeconds: number;
        readonly steps: readonly StepAdjustment[];
      };
}

/** `aws_appautoscaling_scheduled_action` of an ECS service. */
export interface ScheduledScaling extends ResourceBase {
  readonly arn: Arn;
  readonly name: string;
  readonly resourceId: string;
  /** `at(…)`, `rate(…)` or `cron(…)`. */
  readonly schedule: string;
  readonly timezone: string;
  readonly minCapacity: number | null;
  readonly maxCapacity: number | null;
}

/**
 * `terraform_data` whose local-exec provisioner waits for AWS: the command forms that act here are
 * `aws elbv2 wait target-in-service --target-group-arn ARN` and `aws ecs wait services-stable --cluster C --services S`.
 * Terraform runs a provisioner when it makes the resource: a handler waits in `put` where `previous` is null, and only then.
 */
export interface CommandWait extends ResourceBase {
  /** Another one when `triggers_replace` changes: then the resource is made again, and waits again. */
  readonly id?: string;
  readonly wait:
    | { readonly kind: 'target-in-service'; readonly targetGroupArn: Arn }
    | { readonly kind: 'services-stable'; readonly clusterName: string; readonly serviceNames: readonly string[] };
}
