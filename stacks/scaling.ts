/** How far and on what a service scales, as data, and the construct made of it. */
import type { Construct } from '../modules/cdktf.ts';
import type { ScalableService } from '../modules/scalable-service.ts';
import type { ScalingMetric, ServiceAutoscalingProps, TargetTracking } from '../modules/scaling-props.ts';
import { ServiceAutoscaling } from '../modules/service-autoscaling.ts';
import type { ServiceKey } from './service-keys.ts';

/**
 * What may scale. The forum's monolith may not: its stages take it to zero and back, so its count stays Terraform's, which
 * could not bring back what it has to leave alone.
 */
export type ScaledService = Exclude<ServiceKey, 'forum'>;

export interface ServiceScaling
  extends Pick<ServiceAutoscalingProps, 'minTasks' | 'maxTasks' | 'stepScaling' | 'schedules'> {
  /** Average CPU to keep, percent of what tasks reserve. @default not looked at */
  readonly cpuPercent?: number;
  /** Average memory to keep, percent of what tasks reserve. @default not looked at */
  readonly memoryPercent?: number;
  /** Requests a minute for each task to keep; not for `threads`, which is blue/green. @default not looked at */
  readonly requestsPerMinute?: number;
  /** @default 300 */
  readonly scaleOutCooldownSeconds?: number;
  /** @default 300 */
  readonly scaleInCooldownSeconds?: number;
}

export interface Scaled {
  /** Undefined: the service is not scaled. */
  readonly scaling: ServiceScaling | undefined;
  readonly clusterName: string;
  /** A service construct, with the target group that its requests are counted at. */
  readonly service: { readonly scalable: ScalableService; readonly targetGroupArnSuffix: string };
  readonly loadBalancerArnSuffix: string;
}

/** Scales a service as its data say; without data, not at all. */
export function scaleService(scope: Construct, id: string, scaled: Scaled): void {
  const { scaling, clusterName, service } = scaled;
  if (!scaling) return;
  const { minTasks, maxTasks, stepScaling, schedules } = scaling;
  new ServiceAutoscaling(scope, id, {
    clusterName,
    service: service.scalable,
    minTasks,
    maxTasks,
    targetTracking: tracked(scaling, scaled),
    ...(stepScaling ? { stepScaling } : {}),
    ...(schedules ? { schedules } : {}),
  });
}

function tracked(scaling: ServiceScaling, { loadBalancerArnSuffix, service }: Scaled): TargetTracking[] {
  const { targetGroupArnSuffix } = service;
  const { scaleOutCooldownSeconds = 300, scaleInCooldownSeconds = 300 } = scaling;
  const track = (metric: ScalingMetric, target: number | undefined): TargetTracking[] =>
    target === undefined ? [] : [{ metric, target, scaleOutCooldownSeconds, scaleInCooldownSeconds }];
  return [
    ...track({ type: 'cpu' }, scaling.cpuPercent),
    ...track({ type: 'memory' }, scaling.memoryPercent),
    ...track({ type: 'requests-per-target', loadBalancerArnSuffix, targetGroupArnSuffix }, scaling.requestsPerMinute),
  ];
}
