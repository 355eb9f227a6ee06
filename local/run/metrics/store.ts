/**
 * The plane's metrics, kept as CloudWatch would answer for them: by namespace, name and dimensions, per second of
 * control time, for three hours of it. Memory is bounded by the number of series and the time kept.
 */
import type { Clock } from '../clock.ts';
import { ApiError, type MetricStore } from '../contracts.ts';
import { KEPT_SECONDS, periodStart, Series, statisticOf } from './series.ts';

interface Entry {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly series: Series;
}

export interface MetricStoreOptions {
  readonly clock: Clock;
  /** How many series are kept; past it, the one that was silent longest goes. Default 5,000. */
  readonly maximumSeries?: number;
}

export function createMetricStore({ clock, maximumSeries = 5_000 }: MetricStoreOptions): MetricStore {
  const entries = new Map<string, Entry>();

  function entryFor(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): Entry {
    const key = keyOf(namespace, name, dimensions);
    const known = entries.get(key);
    if (known) return known;
    if (entries.size >= maximumSeries) evict();
    const entry = { namespace, name, dimensions: { ...dimensions }, series: new Series() };
    entries.set(key, entry);
    return entry;
  }

  function evict(): void {
    let oldest: string | null = null;
    let oldestSecond = Infinity;
    for (const [key, { series }] of entries)
      if (series.lastSecond < oldestSecond) {
        oldest = key;
        oldestSecond = series.lastSecond;
      }
    if (oldest !== null) entries.delete(oldest);
  }

  return {
    put({ namespace, name, dimensions, value, count = 1, atMs }) {
      if (!Number.isFinite(value) || !(count > 0)) return;
      const second = Math.floor((atMs ?? clock.now()) / 1000);
      entryFor(namespace, name, dimensions).series.add(second, value, count);
    },
    query({ namespace, name, dimensions, startMs, endMs, periodSeconds, anchorMs = 0, statistic }) {
      if (!(periodSeconds >= 1)) throw invalid(`the period ${periodSeconds} is not at least 1 second`);
      if (statisticOf({ count: 1, sum: 0, min: 0, max: 0, sketch: null }, statistic) === null)
        throw invalid(`${statistic} is no statistic: Sum, Average, Minimum, Maximum, SampleCount, or p0 to p100`);
      const entry = entries.get(keyOf(namespace, name, dimensions));
      if (!entry) return [];
      // Start is rounded down to the period, as CloudWatch does; end is exclusive.
      const anchorSecond = Math.floor(anchorMs / 1000);
      const span = {
        fromSecond: periodStart(startMs / 1000, periodSeconds, anchorSecond),
        toSecond: Math.ceil(endMs / 1000),
        periodSeconds,
        anchorSecond,
        isSpread: statistic.startsWith('p'),
      };
      return entry.series.aggregate(span).map(({ second, value }) => ({
        startMs: second * 1000,
        value: statisticOf(value, statistic) ?? 0,
        samples: value.count,
      }));
    },
    list(filter = {}) {
      const silentBefore = clock.now() / 1000 - KEPT_SECONDS;
      const out: { namespace: string; name: string; dimensions: Readonly<Record<string, string>> }[] = [];
      for (const { namespace, name, dimensions, series } of entries.values()) {
        if (filter.namespace !== undefined && filter.namespace !== namespace) continue;
        if (filter.name !== undefined && filter.name !== name) continue;
        if (series.lastSecond < silentBefore) continue;
        out.push({ namespace, name, dimensions });
      }
      return out;
    },
  };
}

/** The order in which dimensions are named does not matter to CloudWatch. */
function keyOf(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): string {
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  let key = `${namespace}\n${name}`;
  for (const dimension of names) key += `\n${dimension}=${dimensions[dimension]}`;
  return key;
}

const invalid = (message: string): ApiError => new ApiError('InvalidParameterValue', message);
