/** Counters of the hot path, and how they become CloudWatch metrics (ELB load-balancer-cloudwatch-metrics). */
import type { MetricStore } from '../contracts.ts';

const NAMESPACE = 'AWS/ApplicationELB';

/** What one load balancer counts between two flushes. Plain numbers: the hot path only adds. */
export class LoadBalancerCounters {
  RequestCount = 0;
  NewConnectionCount = 0;
  ClientTLSNegotiationErrorCount = 0;
  RejectedConnectionCount = 0;
  HTTPCode_ELB_3XX_Count = 0;
  HTTPCode_ELB_4XX_Count = 0;
  HTTPCode_ELB_5XX_Count = 0;
  HTTPCode_ELB_500_Count = 0;
  HTTPCode_ELB_502_Count = 0;
  HTTPCode_ELB_503_Count = 0;
  HTTPCode_ELB_504_Count = 0;
  HTTP_Fixed_Response_Count = 0;
  HTTP_Redirect_Count = 0;
  DesyncMitigationMode_NonCompliant_Request_Count = 0;
  DroppedInvalidHeaderRequestCount = 0;
  ForwardedInvalidHeaderRequestCount = 0;
  ProcessedBytes = 0;

  /** A status of the load balancer's own. 460 is counted, though no client sees it. */
  own(status: number): void {
    if (status >= 500) {
      this.HTTPCode_ELB_5XX_Count++;
      if (status === 500) this.HTTPCode_ELB_500_Count++;
      else if (status === 502) this.HTTPCode_ELB_502_Count++;
      else if (status === 503) this.HTTPCode_ELB_503_Count++;
      else if (status === 504) this.HTTPCode_ELB_504_Count++;
    } else if (status >= 400) this.HTTPCode_ELB_4XX_Count++;
    else if (status >= 300) this.HTTPCode_ELB_3XX_Count++;
  }
}

export class GroupCounters {
  RequestCount = 0;
  HTTPCode_Target_2XX_Count = 0;
  HTTPCode_Target_3XX_Count = 0;
  HTTPCode_Target_4XX_Count = 0;
  HTTPCode_Target_5XX_Count = 0;
  TargetConnectionErrorCount = 0;
  NonStickyRequestCount = 0;
  UnhealthyRoutingRequestCount = 0;
  readonly #times = new Map<number, { count: number; sumSeconds: number }>();

  answered(status: number, milliseconds: number): void {
    if (status < 200) return;
    if (status < 300) this.HTTPCode_Target_2XX_Count++;
    else if (status < 400) this.HTTPCode_Target_3XX_Count++;
    else if (status < 500) this.HTTPCode_Target_4XX_Count++;
    else if (status < 600) this.HTTPCode_Target_5XX_Count++;
    // Buckets 2 % wide; each keeps its sum, so that averages are exact.
    const bucket = Math.ceil(Math.log(milliseconds + 0.001) * 50);
    const known = this.#times.get(bucket);
    if (known === undefined) this.#times.set(bucket, { count: 1, sumSeconds: milliseconds / 1000 });
    else {
      known.count++;
      known.sumSeconds += milliseconds / 1000;
    }
  }

  takeTimes(): readonly { count: number; sumSeconds: number }[] {
    const times = [...this.#times.values()];
    this.#times.clear();
    return times;
  }
}

export interface LoadBalancerTraffic {
  readonly arnSuffix: string;
  readonly counters: LoadBalancerCounters;
  readonly groups: readonly {
    readonly arnSuffix: string;
    readonly counters: GroupCounters;
    readonly healthy: number;
    readonly unhealthy: number;
    readonly registered: number;
  }[];
}

/** Always reported, also when nothing happened: scaling must see silence as 0, not as missing. */
const ALWAYS = new Set(['RequestCount']);

/**
 * Moves what was counted into the store and starts anew.
 * @param rate of the clock: X requests in a period that took 1/rate of it count as X·rate (design, "Clock")
 */
export function flushTraffic(store: MetricStore, traffic: LoadBalancerTraffic, atMs: number, rate: number): void {
  const lb = { LoadBalancer: traffic.arnSuffix };
  const put = (name: string, dimensions: Record<string, string>, value: number, count = 1): void =>
    store.put({ namespace: NAMESPACE, name, dimensions, value, count, atMs });
  flushCounts(traffic.counters, ALWAYS, (name, count) => {
    if (name === 'ProcessedBytes') put(name, lb, count * rate);
    else if (count > 0) put(name, lb, 1, count * rate);
    else put(name, lb, 0);
  });
  for (const group of traffic.groups) {
    const own = { TargetGroup: group.arnSuffix };
    const both = { ...lb, ...own };
    const requests = group.counters.RequestCount;
    flushCounts(group.counters, ALWAYS, (name, count) => {
      // RequestCount of the load balancer is its own counter.
      if (name !== 'RequestCount' && count > 0) put(name, lb, 1, count * rate);
      if (count > 0) put(name, both, 1, count * rate);
      else put(name, both, 0);
    });
    for (const { count, sumSeconds } of group.counters.takeTimes())
      for (const dimensions of [lb, both]) put('TargetResponseTime', dimensions, sumSeconds / count, count * rate);
    // Sum is the only valid statistic of it and means the average over the targets.
    const perTarget = group.registered === 0 ? 0 : (requests * rate) / group.registered;
    for (const dimensions of [own, both]) put('RequestCountPerTarget', dimensions, perTarget);
    put('HealthyHostCount', both, group.healthy);
    put('UnHealthyHostCount', both, group.unhealthy);
  }
}

/** Hands on what was counted and starts anew. @param always are handed on at 0 too; @param put count per name */
export function flushCounts(
  counters: object,
  always: ReadonlySet<string>,
  put: (name: string, count: number) => void,
): void {
  const record = counters as Record<string, number>;
  for (const name of Object.keys(record)) {
    const count = record[name] as number;
    if (count === 0 && !always.has(name)) continue;
    record[name] = 0;
    put(name, count);
  }
}
