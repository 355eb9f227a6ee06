/** In-memory parameter, log and metric stores that keep the contracts' rules. */
import type { LogStore, MetricStore, ParameterStore } from '../../contracts.ts';
import * as build from './builders.ts';

export function fakeParameters(): ParameterStore {
  const all = new Map<string, NonNullable<ReturnType<ParameterStore['get']>>>();
  const find = (wanted: string) => [...all.values()].find((one) => one.name === wanted || one.arn === wanted) ?? null;
  return {
    get: find,
    put(name, value, type = 'String') {
      const version = (find(name)?.version ?? 0) + 1;
      const arn = build.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
      all.set(name, { name, arn, type, value, version, lastModifiedMs: build.START_MS });
      return version;
    },
    list: () => [...all.values()],
    remove: (name) => all.delete(name),
  };
}

export function fakeLogs(): LogStore {
  const groups = new Map<string, Parameters<LogStore['putGroup']>[1]>();
  const records: { seq: number; group: string; stream: string; timestampMs: number; message: string }[] = [];
  return {
    putGroup: (name, retentionDays) => void groups.set(name, retentionDays),
    removeGroup: (name) => void groups.delete(name),
    groups: () =>
      [...groups].map(([name, retentionDays]) => ({ name, retentionDays, createdMs: build.START_MS, storedBytes: 0 })),
    streams: (group) =>
      [...new Set(records.filter((one) => one.group === group).map((one) => one.stream))].map((name) => {
        const times = records.filter((one) => one.stream === name).map((one) => one.timestampMs);
        return { name, createdMs: build.START_MS, firstMs: Math.min(...times), lastMs: Math.max(...times) };
      }),
    append(group, stream, message) {
      records.push({ seq: records.length + 1, group, stream, timestampMs: build.START_MS + records.length, message });
    },
    read: (query) =>
      records
        .filter((one) => one.group === query.group && one.seq > (query.afterSeq ?? 0))
        .filter((one) => query.stream === undefined || one.stream === query.stream)
        .filter(
          (one) =>
            one.timestampMs >= (query.startMs ?? 0) && one.timestampMs <= (query.endMs ?? Number.POSITIVE_INFINITY),
        )
        .slice(0, query.limit ?? 1000),
    subscribe: () => () => undefined,
    close: async () => undefined,
  };
}

export function fakeMetrics(): MetricStore & { readonly samples: Parameters<MetricStore['put']>[0][] } {
  const samples: Parameters<MetricStore['put']>[0][] = [];
  return {
    samples,
    put: (sample) => void samples.push(sample),
    query({ name, startMs, periodSeconds, statistic }) {
      const values = samples
        .filter((one) => one.name === name)
        .flatMap((one) => Array.from({ length: one.count ?? 1 }, () => one.value));
      const sum = values.reduce((total, value) => total + value, 0);
      if (values.length === 0) return [];
      const value = statistic === 'Sum' ? sum : sum / values.length;
      return [0, 1, 2].map((index) => ({
        startMs: startMs + index * periodSeconds * 1000,
        value: value + index,
        samples: values.length,
      }));
    },
    list: (filter) => samples.filter((one) => filter?.namespace === undefined || one.namespace === filter.namespace),
  };
}
