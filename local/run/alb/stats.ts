/** AWS/ApplicationELB metrics: counted in memory on the hot path, handed to the store each second. */
import type { Clock } from '../clock.ts';
import type { MetricStore } from '../contracts.ts';
import type { GroupEntry } from './targets.ts';

type Counters = Map<string, number>;

export interface BalancerStats {
  request(lb: string, group: string | null): void;
  /** Answer of a target. */
  answered(lb: string, group: string, status: number, seconds: number): void;
  /** Answer of the load balancer itself. */
  own(lb: string, status: number): void;
  connectionError(lb: string, group: string): void;
  close(): void;
}

const FLUSH_WALL_MS = 1000;
const NAMESPACE = 'AWS/ApplicationELB';

export function createStats(options: {
  clock: Clock;
  metrics: MetricStore;
  groups: () => readonly GroupEntry[];
  loadBalancersOf: (groupArn: string) => readonly string[];
}): BalancerStats {
  const { clock, metrics } = options;
  let counters: Counters = new Map();
  let times: { lb: string; group: string; seconds: number }[] = [];
  const add = (lb: string, group: string | null, name: string): void => {
    const key = `${lb}\u0000${group ?? ''}\u0000${name}`;
    counters.set(key, (counters.get(key) ?? 0) + 1);
  };
  const flush = (): void => {
    const [now, counted, timed] = [clock.now(), counters, times];
    counters = new Map();
    times = [];
    for (const [key, value] of counted) {
      const [lb = '', group = '', name = ''] = key.split('\u0000');
      const dimensions = { LoadBalancer: lb, ...(group ? { TargetGroup: group } : {}) };
      metrics.put({ namespace: NAMESPACE, name, dimensions, value, unit: 'Count', atMs: now });
    }
    for (const { lb, group, seconds } of timed) {
      metrics.put({
        namespace: NAMESPACE,
        name: 'TargetResponseTime',
        dimensions: { LoadBalancer: lb },
        value: seconds,
        unit: 'Seconds',
        atMs: now,
      });
      metrics.put({
        namespace: NAMESPACE,
        name: 'TargetResponseTime',
        dimensions: { LoadBalancer: lb, TargetGroup: group },
        value: seconds,
        unit: 'Seconds',
        atMs: now,
      });
    }
    for (const group of options.groups()) hosts(group, now);
  };
  const hosts = (group: GroupEntry, atMs: number): void => {
    const entries = [...group.targets.values()];
    const healthy = entries.filter((e) => e.record.state === 'healthy').length;
    const unhealthy = entries.filter((e) => e.record.state === 'unhealthy').length;
    for (const lb of options.loadBalancersOf(group.definition.arn)) {
      const dimensions = { LoadBalancer: lb, TargetGroup: group.definition.arnSuffix };
      metrics.put({ namespace: NAMESPACE, name: 'HealthyHostCount', dimensions, value: healthy, unit: 'Count', atMs });
      metrics.put({
        namespace: NAMESPACE,
        name: 'UnHealthyHostCount',
        dimensions,
        value: unhealthy,
        unit: 'Count',
        atMs,
      });
      const served = entries.length > 0 ? metricRate(group) / Math.max(1, healthy || entries.length) : 0;
      if (served > 0)
        metrics.put({
          namespace: NAMESPACE,
          name: 'RequestCountPerTarget',
          dimensions,
          value: served,
          unit: 'Count',
          atMs,
        });
    }
  };
  /** Requests of the group since the last flush. */
  const last = new Map<string, number>();
  const metricRate = (group: GroupEntry): number => {
    const before = last.get(group.definition.arn) ?? 0;
    last.set(group.definition.arn, group.turn);
    return group.turn - before;
  };
  let ended = false;
  const tick = (): void => {
    if (ended) return;
    flush();
    clock.afterWall(FLUSH_WALL_MS, tick);
  };
  clock.afterWall(FLUSH_WALL_MS, tick);
  return {
    request(lb, group) {
      add(lb, null, 'RequestCount');
      if (group) add(lb, group, 'RequestCount');
    },
    answered(lb, group, status, seconds) {
      const name = `HTTPCode_Target_${Math.floor(status / 100)}XX_Count`;
      add(lb, null, name);
      add(lb, group, name);
      if (times.length < 20_000) times.push({ lb, group, seconds });
    },
    own(lb, status) {
      add(lb, null, `HTTPCode_ELB_${Math.floor(status / 100)}XX_Count`);
      if ([500, 502, 503, 504].includes(status)) add(lb, null, `HTTPCode_ELB_${status}_Count`);
    },
    connectionError(lb, group) {
      add(lb, null, 'TargetConnectionErrorCount');
      add(lb, group, 'TargetConnectionErrorCount');
    },
    close() {
      ended = true;
      flush();
    },
  };
}
