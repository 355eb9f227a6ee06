/** The two alarms that a target tracking policy makes and owns, as CloudWatch shows them. Pure. */
import type { Alarm, ScalableTarget, ScalingPolicy } from '../../topology.ts';
import { HIGH_DATAPOINTS, LOW_DATAPOINTS, lowThreshold, PERIOD_SECONDS } from './decide-tracking.ts';
import { metricOf } from './policy-metric.ts';

export interface Owner {
  readonly target: ScalableTarget;
  readonly policy: ScalingPolicy;
  /** Tail of both names, as AWS adds one. */
  readonly alarmId: string;
}

/** `TargetTracking-service/<cluster>/<service>-AlarmHigh-<id>`. */
export const trackingAlarmName = ({ resourceId }: ScalableTarget, side: 'High' | 'Low', alarmId: string): string =>
  `TargetTracking-${resourceId}-Alarm${side}-${alarmId}`;

/** None for step scaling; no low one where scale-in is disabled. */
export function trackingAlarms({ target, policy, alarmId }: Owner): Alarm[] {
  if (policy.policy.type !== 'TargetTrackingScaling') return [];
  const { targetValue, disableScaleIn } = policy.policy;
  const metric = metricOf(policy.policy, target);
  const alarm = (side: 'High' | 'Low', threshold: number, datapoints: number): Alarm => {
    const name = trackingAlarmName(target, side, alarmId);
    return {
      address: policy.address,
      type: 'aws_cloudwatch_metric_alarm',
      stack: policy.stack,
      dependsOn: [],
      digest: `${policy.digest} ${side}`,
      ignoreChanges: [],
      attributes: {},
      tags: {},
      arn: policy.arn.replace(/^(arn:[^:]+):autoscaling:([^:]*:[^:]*):.*$/, `$1:cloudwatch:$2:alarm:${name}`),
      name,
      description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policy.arn}.`,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: metric.dimensions,
      statistic: metric.statistic,
      periodSeconds: PERIOD_SECONDS,
      evaluationPeriods: datapoints,
      datapointsToAlarm: datapoints,
      threshold,
      comparison: side === 'High' ? 'GreaterThanThreshold' : 'LessThanThreshold',
      treatMissingData: 'missing',
      actionsEnabled: true,
      alarmActions: [policy.arn],
      okActions: [],
      insufficientDataActions: [],
    };
  };
  return [
    alarm('High', targetValue, HIGH_DATAPOINTS),
    ...(disableScaleIn ? [] : [alarm('Low', lowThreshold(targetValue), LOW_DATAPOINTS)]),
  ];
}
