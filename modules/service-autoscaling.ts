import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import { AppautoscalingScheduledAction } from '@cdktf/provider-aws/lib/appautoscaling-scheduled-action/index.js';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { Construct } from './cdktf.ts';
import { checkAutoscaling } from './scaling-check.ts';
import { trackedMetric } from './scaling-metric.ts';
import {
  type ScheduledCapacity,
  type ServiceAutoscalingProps,
  type TargetTracking,
  trackingName,
} from './scaling-props.ts';
import { StepPolicy } from './step-policy.ts';

export type { ServiceAutoscalingProps } from './scaling-props.ts';

const SERVICE_NAMESPACE = 'ecs';
const DIMENSION = 'ecs:service:DesiredCount';

/**
 * Application Auto Scaling of one ECS service: its bounds, what moves it between them, and when the bounds move. From then
 * on Terraform leaves the service's desired count alone, so the service is made with `autoscaled`.
 */
export class ServiceAutoscaling extends Construct {
  readonly #target: AppautoscalingTarget;

  constructor(scope: Construct, id: string, props: ServiceAutoscalingProps) {
    super(scope, id);
    checkAutoscaling(scope, id, props);
    const { clusterName, service, suspended } = props;
    this.#target = new AppautoscalingTarget(this, 'target', {
      serviceNamespace: SERVICE_NAMESPACE,
      scalableDimension: DIMENSION,
      resourceId: `service/${clusterName}/${service.name}`,
      minCapacity: props.minTasks,
      maxCapacity: props.maxTasks,
      suspendedState: suspended && {
        dynamicScalingInSuspended: suspended.scaleIn ?? false,
        dynamicScalingOutSuspended: suspended.scaleOut ?? false,
        scheduledScalingSuspended: suspended.scheduled ?? false,
      },
      dependsOn: [...service.after, ...(props.after ?? [])],
    });
    for (const policy of props.targetTracking ?? []) this.#track(policy);
    for (const policy of props.stepScaling ?? []) {
      const scaled = { target: this.#target, clusterName, serviceName: service.name };
      new StepPolicy(this, `step-${policy.name}`, { ...policy, ...scaled });
    }
    for (const action of props.schedules ?? []) this.#schedule(action);
  }

  /** The target's own attributes, by reference: a policy needs the target first. */
  #scaled() {
    const { serviceNamespace, scalableDimension, resourceId } = this.#target;
    return { serviceNamespace, scalableDimension, resourceId };
  }

  #track(policy: TargetTracking): void {
    const name = trackingName(policy);
    new AppautoscalingPolicy(this, `track-${name}`, {
      name,
      policyType: 'TargetTrackingScaling',
      ...this.#scaled(),
      targetTrackingScalingPolicyConfiguration: {
        ...trackedMetric(policy.metric),
        targetValue: policy.target,
        scaleOutCooldown: policy.scaleOutCooldownSeconds ?? 300,
        scaleInCooldown: policy.scaleInCooldownSeconds ?? 300,
        disableScaleIn: policy.disableScaleIn ?? false,
      },
    });
  }

  #schedule(action: ScheduledCapacity): void {
    const { minTasks, maxTasks } = action;
    new AppautoscalingScheduledAction(this, `schedule-${action.name}`, {
      name: action.name,
      ...this.#scaled(),
      schedule: action.schedule,
      timezone: action.timezone ?? 'UTC',
      scalableTargetAction: {
        minCapacity: minTasks === undefined ? undefined : String(minTasks),
        maxCapacity: maxTasks === undefined ? undefined : String(maxTasks),
      },
    });
  }
}
