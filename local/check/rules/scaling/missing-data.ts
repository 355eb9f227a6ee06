/** Why a metric as it is named can never have a datapoint, or never beyond a threshold. Pure. */
import type { Alarm, Topology } from '../../../topology.ts';
import { PERCENTAGES, PUBLISHED } from './aws-metrics.ts';

export interface MetricName {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** @returns null where there may be data */
export function whyNoData({ namespace, metricName, dimensions }: MetricName, t: Topology): string | null {
  const metrics = PUBLISHED.get(namespace);
  if (!metrics) {
    const close = [...PUBLISHED.keys()].find((known) => known.toLowerCase() === namespace.toLowerCase());
    return close ? `there is no namespace ${namespace}: it is ${close}` : null;
  }
  const sets = metrics.get(metricName);
  if (!sets) {
    const close = [...metrics.keys()].find((known) => known.toLowerCase() === metricName.toLowerCase());
    return `${namespace} has no metric ${metricName}${close ? `: it is ${close}` : ''}`;
  }
  const given = Object.keys(dimensions).sort();
  if (!sets.some((set) => set.join() === given.join()))
    return `${metricName} is not published with ${given.length > 0 ? `the dimensions ${given.join(', ')}` : 'no dimensions'}: it is with ${sets.map((s) => s.join(' and ')).join(', or ')}`;
  return whyNobody(dimensions, t);
}

/** A dimension that names something of no stack: in a system that declares its own, a slip. */
function whyNobody(dimensions: MetricName['dimensions'], t: Topology): string | null {
  const known: readonly (readonly [dimension: string, values: readonly string[]])[] = [
    ['LoadBalancer', t.loadBalancers.map((lb) => lb.arnSuffix)],
    ['TargetGroup', t.targetGroups.map((g) => g.arnSuffix)],
    ['ClusterName', t.clusters.map((c) => c.name)],
    ['ServiceName', t.services.map((s) => s.name)],
  ];
  for (const [dimension, values] of known) {
    const value = dimensions[dimension];
    if (value === undefined || values.length === 0 || values.includes(value)) continue;
    return `no stack declares the ${dimension} ${value}`;
  }
  return null;
}

/** CloudWatch keeps AWS's own metrics by the minute. */
const LEAST_PERIOD_SECONDS = 60;

/** A threshold, period or count of periods with which the alarm cannot come. */
export function whyNever(a: Alarm): string | null {
  if (PUBLISHED.has(a.namespace) && a.periodSeconds < LEAST_PERIOD_SECONDS)
    return `${a.namespace} has one datapoint a minute, and the period is ${a.periodSeconds} s`;
  if (a.datapointsToAlarm > a.evaluationPeriods)
    return `${a.datapointsToAlarm} of ${a.evaluationPeriods} datapoints can never breach`;
  if (!PUBLISHED.has(a.namespace)) return null;
  const isAbove = a.comparison.startsWith('Greater');
  const isStrict = !a.comparison.includes('OrEqual');
  if (isAbove && PERCENTAGES.includes(a.metricName) && a.statistic !== 'Sum' && a.statistic !== 'SampleCount')
    return a.threshold > 100 || (isStrict && a.threshold === 100) ? `${a.metricName} is never above 100` : null;
  if (!isAbove && (a.threshold < 0 || (isStrict && a.threshold === 0)))
    return `${a.metricName} is never below ${a.threshold}`;
  return null;
}
