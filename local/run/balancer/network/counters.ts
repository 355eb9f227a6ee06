/** What a network load balancer counts, and its CloudWatch metrics (ELB network load-balancer-cloudwatch-metrics). */
import type { MetricStore } from '../../contracts.ts';
import { flushCounts } from '../traffic.ts';

const NAMESPACE = 'AWS/NetworkELB';

/** Between two flushes. Bytes are those that clients sent and got, without the headers of packets (≈). */
export class NetworkCounters {
  NewFlowCount = 0;
  NewFlowCount_TCP = 0;
  NewFlowCount_TLS = 0;
  ProcessedBytes = 0;
  ProcessedBytes_TCP = 0;
  ProcessedBytes_TLS = 0;
  TCP_Client_Reset_Count = 0;
  TCP_Target_Reset_Count = 0;
  TCP_ELB_Reset_Count = 0;
  RejectedFlowCount = 0;
  RejectedFlowCount_TCP = 0;
  ClientTLSNegotiationErrorCount = 0;
  TargetTLSNegotiationErrorCount = 0;

  accepted(protocol: FlowProtocol): void {
    this.NewFlowCount++;
    this[`NewFlowCount_${protocol}`]++;
  }

  processed(protocol: FlowProtocol, bytes: number): void {
    this.ProcessedBytes += bytes;
    this[`ProcessedBytes_${protocol}`] += bytes;
  }

  rejected(): void {
    this.RejectedFlowCount++;
    this.RejectedFlowCount_TCP++;
  }
}

export type FlowProtocol = 'TCP' | 'TLS';

export interface NetworkTraffic {
  readonly arnSuffix: string;
  readonly counters: NetworkCounters;
  /** Connections that are open now. */
  readonly active: Readonly<Record<FlowProtocol, number>>;
  readonly groups: readonly {
    readonly arnSuffix: string;
    readonly healthy: number;
    readonly unhealthy: number;
    /** Connections sent to targets that are not healthy since the last flush. */
    readonly openRouted: number;
  }[];
}

/** Always reported: scaling and alarms must see silence as 0, not as missing. */
const ALWAYS = new Set(['NewFlowCount', 'ProcessedBytes']);

/**
 * Moves what was counted into the store and starts anew.
 * @param rate of the clock: X flows in a period that took 1/rate of it count as X·rate (design, "Clock")
 */
export function flushNetwork(store: MetricStore, traffic: NetworkTraffic, atMs: number, rate: number): void {
  const lb = { LoadBalancer: traffic.arnSuffix };
  const put = (name: string, value: number, dimensions: Record<string, string> = lb): void =>
    store.put({ namespace: NAMESPACE, name, dimensions, value, count: 1, atMs });
  flushCounts(traffic.counters, ALWAYS, (name, count) => put(name, count * rate));
  // Concurrency is what it is, however fast the clock goes.
  put('ActiveFlowCount', traffic.active.TCP + traffic.active.TLS);
  put('ActiveFlowCount_TCP', traffic.active.TCP);
  put('ActiveFlowCount_TLS', traffic.active.TLS);
  for (const group of traffic.groups) {
    const both = { ...lb, TargetGroup: group.arnSuffix };
    put('HealthyHostCount', group.healthy, both);
    put('UnHealthyHostCount', group.unhealthy, both);
    if (group.openRouted > 0) put('UnhealthyRoutingFlowCount', group.openRouted * rate, both);
  }
}
