import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import type { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target/index.js';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from './cdktf.ts';
import { shapeConfig } from './metric-alarm.ts';
import { alarmedMetric } from './scaling-metric.ts';
import type { ScalingAlarm, ScalingStep, StepScaling } from './scaling-props.ts';

export interface StepPolicyProps extends StepScaling {
  readonly target: AppautoscalingTarget;
  readonly clusterName: string;
  readonly serviceName: string;
}

/** A step scaling policy with the alarms that call it. Its props are checked by who takes them. */
export class StepPolicy extends Construct {
  constructor(scope: Construct, id: string, props: StepPolicyProps) {
    super(scope, id);
    const { target, adjustment = 'ChangeInCapacity' } = props;
    const policy = new AppautoscalingPolicy(this, 'policy', {
      name: props.name,
      policyType: 'StepScaling',
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      stepScalingPolicyConfiguration: {
        adjustmentType: adjustment,
        cooldown: props.cooldownSeconds ?? 300,
        metricAggregationType: props.aggregation ?? 'Average',
        minAdjustmentMagnitude: adjustment === 'PercentChangeInCapacity' ? (props.minimumAdjustment ?? 1) : undefined,
        stepAdjustment: props.steps.map(stepConfig),
      },
    });
    for (const alarm of props.alarms) this.#alarm(alarm, policy.arn, props);
  }

  #alarm(alarm: ScalingAlarm, policyArn: string, scaled: StepPolicyProps): void {
    const { statistic, ...metric } = alarmedMetric(alarm.metric, scaled);
    new CloudwatchMetricAlarm(this, `alarm-${alarm.name}`, {
      alarmName: alarm.name,
      alarmDescription: `Calls the scaling policy ${scaled.name}`,
      ...metric,
      ...shapeConfig(alarm, statistic),
      alarmActions: [policyArn],
    });
  }
}

function stepConfig({ from, to, change }: ScalingStep) {
  return {
    metricIntervalLowerBound: from === undefined ? undefined : String(from),
    metricIntervalUpperBound: to === undefined ? undefined : String(to),
    scalingAdjustment: change,
  };
}
