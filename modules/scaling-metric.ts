/** A scaling metric as policies and as alarms name it (AAS PredefinedMetricSpecification, ECS and ELB CloudWatch metrics). */
import type { AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration } from '@cdktf/provider-aws/lib/appautoscaling-policy/index.js';
import type { ScalingMetric } from './scaling-props.ts';

type MetricSpecification = Pick<
  AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
  'predefinedMetricSpecification' | 'customizedMetricSpecification'
>;

export function trackedMetric(metric: ScalingMetric): MetricSpecification {
  switch (metric.type) {
    case 'cpu':
      return predefined('ECSServiceAverageCPUUtilization');
    case 'memory':
      return predefined('ECSServiceAverageMemoryUtilization');
    case 'requests-per-target':
      return predefined('ALBRequestCountPerTarget', `${metric.loadBalancerArnSuffix}/${metric.targetGroupArnSuffix}`);
    case 'custom':
      return {
        customizedMetricSpecification: {
          namespace: metric.namespace,
          metricName: metric.metricName,
          statistic: metric.statistic ?? 'Average',
          dimensions: Object.entries(metric.dimensions ?? {}).map(([name, value]) => ({ name, value })),
        },
      };
  }
}

function predefined(predefinedMetricType: string, resourceLabel?: string): MetricSpecification {
  return { predefinedMetricSpecification: { predefinedMetricType, resourceLabel } };
}

export interface AlarmedMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Record<string, string>;
  /** Where the alarm names none. */
  readonly statistic: 'Average' | 'Sum';
}

export function alarmedMetric(
  metric: ScalingMetric,
  scaled: { readonly clusterName: string; readonly serviceName: string },
): AlarmedMetric {
  const ofService = { ClusterName: scaled.clusterName, ServiceName: scaled.serviceName };
  switch (metric.type) {
    case 'cpu':
      return { namespace: 'AWS/ECS', metricName: 'CPUUtilization', dimensions: ofService, statistic: 'Average' };
    case 'memory':
      return { namespace: 'AWS/ECS', metricName: 'MemoryUtilization', dimensions: ofService, statistic: 'Average' };
    case 'requests-per-target':
      return {
        namespace: 'AWS/ApplicationELB',
        metricName: 'RequestCountPerTarget',
        dimensions: { LoadBalancer: metric.loadBalancerArnSuffix, TargetGroup: metric.targetGroupArnSuffix },
        // It counts in Sum only (ELB load-balancer-cloudwatch-metrics).
        statistic: 'Sum',
      };
    case 'custom':
      return {
        namespace: metric.namespace,
        metricName: metric.metricName,
        dimensions: { ...metric.dimensions },
        statistic: 'Average',
      };
  }
}
