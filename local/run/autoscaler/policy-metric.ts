/** Which metric a policy reads, and its newest minutes from the store. */
import type { Alarm, ScalableTarget, ScalingPolicy } from '../../topology.ts';
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

/** The newest `count` complete minutes, oldest first; null where one has no data. */
export function newestMinutes(
  metrics: MetricStore,
  metric: PolicyMetric,
  nowMs: number,
  count: number,
): (number | null)[] {
  return newestPeriods(metrics, metric, nowMs, { count, periodMs: PERIOD_MS });
}

/** What an alarm looked at last: its evaluation periods, without those that have no data. */
export function alarmDatapoints(metrics: MetricStore, alarm: Alarm, nowMs: number): number[] {
  const metric = { ...alarm, name: alarm.metricName };
  const span = { count: alarm.evaluationPeriods, periodMs: alarm.periodSeconds * 1000 };
  return newestPeriods(metrics, metric, nowMs, span).filter((value) => value !== null);
}

function newestPeriods(
  metrics: MetricStore,
  { namespace, name, dimensions, statistic }: PolicyMetric,
  nowMs: number,
  { count, periodMs }: { count: number; periodMs: number },
): (number | null)[] {
  const endMs = Math.floor(nowMs / periodMs) * periodMs;
  const startMs = endMs - count * periodMs;
  const points = metrics.query({
    namespace,
    name,
    dimensions,
    statistic,
    startMs,
    endMs,
    periodSeconds: periodMs / 1000,
  });
  const values = new Map(points.map((point) => [point.startMs, point.value]));
  return Array.from({ length: count }, (_, i) => values.get(startMs + i * periodMs) ?? null);
}
