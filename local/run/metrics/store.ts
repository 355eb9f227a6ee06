/** A CloudWatch-like store: samples by second of control time, three hours of them, bounded in series and values. */
import type { Clock } from '../clock.ts';
import type { MetricStore } from '../contracts.ts';

const KEPT_SECONDS = 3 * 3600;
const MAX_SERIES = 5000;
/** Values kept for percentiles, per second and series; more are counted but not ranked. */
const MAX_VALUES = 500;

interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly values: number[];
}

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Second of control time → samples, ascending. */
  readonly buckets: Map<number, Bucket>;
}

const keyOf = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

export function createMetricStore(options: { clock: Clock }): MetricStore {
  const { clock } = options;
  const series = new Map<string, Series>();
  return {
    put({ namespace, name, dimensions, value, count = 1, atMs = clock.now() }) {
      const key = keyOf(namespace, name, dimensions);
      let found = series.get(key);
      if (!found) {
        if (series.size >= MAX_SERIES) return;
        found = { namespace, name, dimensions, buckets: new Map() };
        series.set(key, found);
      }
      const second = Math.floor(atMs / 1000);
      const bucket = found.buckets.get(second) ?? {
        count: 0,
        sum: 0,
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
        values: [],
      };
      bucket.count += count;
      bucket.sum += value * count;
      bucket.min = Math.min(bucket.min, value);
      bucket.max = Math.max(bucket.max, value);
      for (let i = 0; i < count && bucket.values.length < MAX_VALUES; i++) bucket.values.push(value);
      found.buckets.set(second, bucket);
      for (const oldest of found.buckets.keys()) {
        if (oldest >= second - KEPT_SECONDS) break;
        found.buckets.delete(oldest);
      }
    },
    query({ namespace, name, dimensions, startMs, endMs, periodSeconds, statistic }) {
      const found = series.get(keyOf(namespace, name, dimensions));
      if (!found) return [];
      const periodMs = periodSeconds * 1000;
      const periods = new Map<number, Bucket[]>();
      for (const [second, bucket] of found.buckets) {
        const at = second * 1000;
        if (at < Math.floor(startMs / 1000) * 1000 || at >= endMs) continue;
        const start = Math.floor(at / periodMs) * periodMs;
        periods.set(start, [...(periods.get(start) ?? []), bucket]);
      }
      return [...periods]
        .sort(([a], [b]) => a - b)
        .map(([start, buckets]) => ({
          startMs: start,
          value: statisticOf(buckets, statistic),
          samples: buckets.reduce((n, b) => n + b.count, 0),
        }));
    },
    list: (filter = {}) =>
      [...series.values()]
        .filter(
          (s) =>
            (filter.namespace === undefined || s.namespace === filter.namespace) &&
            (filter.name === undefined || s.name === filter.name),
        )
        .map(({ namespace, name, dimensions }) => ({ namespace, name, dimensions })),
  };
}

/** @throws RangeError for a statistic that CloudWatch does not have */
function statisticOf(buckets: readonly Bucket[], statistic: string): number {
  const sum = buckets.reduce((n, b) => n + b.sum, 0);
  const count = buckets.reduce((n, b) => n + b.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return Math.min(...buckets.map((b) => b.min));
    case 'Maximum':
      return Math.max(...buckets.map((b) => b.max));
    default: {
      const percent = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1];
      if (percent === undefined) throw new RangeError(`no such statistic: ${statistic}`);
      const values = buckets.flatMap((b) => b.values).sort((a, b) => a - b);
      const rank = Math.ceil((Number(percent) / 100) * values.length);
      return values[Math.max(0, rank - 1)] ?? 0;
    }
  }
}
