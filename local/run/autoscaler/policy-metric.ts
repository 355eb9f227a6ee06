/** Which metric a policy reads, and its newest minutes from the store. */
import type { ScalableTarget, ScalingPolicy } from '../../topology.ts';
import type { MetricStore } from '../contracts.ts';
import { PERIOD_SECONDS } from './decide-tracking.ts';

export type TrackingPolicy = Extract<ScalingPolicy['policy'], { type: 'TargetTrackingScaling' }>;

export interface PolicyMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

const PERIOD_MS = PERIOD_SECONDS * 1000;

/** `app/<lb>/<id>/targetgroup/<tg>/<id>` in two; null where it is none. */
export function splitLabel(label: string): { readonly loadBalancer: string; readonly targetGroup: string } | null {
  const [, loadBalancer, targetGroup] = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label) ?? [];
  return loadBalancer && targetGroup ? { loadBalancer, targetGroup } : null;
}

/** AAS monitoring-cloudwatch, ECS and ELB CloudWatch metrics pages. */
export function metricOf(
  policy: TrackingPolicy,
  target: Pick<ScalableTarget, 'clusterName' | 'serviceName'>,
): PolicyMetric {
  const { metric } = policy;
  if (metric.kind === 'custom')
    return {
      namespace: metric.namespace,
      name: metric.name,
      dimensions: metric.dimensions,
      statistic: metric.statistic,
    };
  if (metric.kind === 'ALBRequestCountPerTarget') {
    const label = splitLabel(metric.label);
    return {
      namespace: 'AWS/ApplicationELB',
      name: 'RequestCountPerTarget',
      dimensions: { LoadBalancer: label?.loadBalancer ?? '', TargetGroup: label?.targetGroup ?? '' },
      statistic: 'Sum',
    };
  }
  return {
    namespace: 'AWS/ECS',
    name: metric.kind === 'ECSServiceAverageCPUUtilization' ? 'CPUUtilization' : 'MemoryUtilization',
    dimensions: { ClusterName: target.clusterName, ServiceName: target.serviceName },
    statistic: 'Average',
  };
}

/** The `count` minutes before `endMs`, oldest first; null where one has no data. */
export function minutesBefore(
  metrics: MetricStore,
  { namespace, name, dimensions, statistic }: PolicyMetric,
  endMs: number,
  count: number,
): (number | null)[] {
  const startMs = endMs - count * PERIOD_MS;
  const points = metrics.query({
    namespace,
    name,
    dimensions,
    statistic,
    startMs,
    endMs,
    periodSeconds: PERIOD_SECONDS,
  });
  const values = new Map(points.map((point) => [point.startMs, point.value]));
  return Array.from({ length: count }, (_, i) => values.get(startMs + i * PERIOD_MS) ?? null);
}
