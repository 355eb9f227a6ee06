/** One metric with one set of dimensions: a slot per second of control time, kept for three hours. */
import { addToSketch, mergeSketch, percentileOf, type Sketch } from './sketch.ts';

/** CloudWatch keeps datapoints of less than a minute for three hours. */
export const KEPT_SECONDS = 3 * 3600;
const TRIM_STEP = 600;

export interface Aggregate {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Only where the values differ; else they all are `min`. */
  sketch: Sketch | null;
}

export interface Span {
  readonly fromSecond: number;
  /** Exclusive. */
  readonly toSecond: number;
  readonly periodSeconds: number;
  /** A second at which a period begins. */
  readonly anchorSecond: number;
  /** Whether percentiles will be asked of it. */
  readonly isSpread: boolean;
}

/** The beginning of the period that the second is in. */
export const periodStart = (second: number, periodSeconds: number, anchorSecond: number): number =>
  Math.floor((second - anchorSecond) / periodSeconds) * periodSeconds + anchorSecond;

/** Columns, not objects: 48 bytes a second instead of some 200. Slots are in ascending order of second. */
export class Series {
  readonly #seconds: number[] = [];
  readonly #counts: number[] = [];
  readonly #sums: number[] = [];
  readonly #mins: number[] = [];
  readonly #maxs: number[] = [];
  readonly #sketches: (Sketch | null)[] = [];
  /** Control second of the newest sample. */
  lastSecond = Number.NEGATIVE_INFINITY;

  add(second: number, value: number, count: number): void {
    const index = this.#slot(second);
    const min = this.#mins[index]!;
    const max = this.#maxs[index]!;
    if (this.#counts[index]! > 0 && (value !== min || value !== max)) {
      let sketch = this.#sketches[index] ?? null;
      if (sketch === null) {
        sketch = new Map();
        addToSketch(sketch, min, this.#counts[index]!);
        this.#sketches[index] = sketch;
      }
      addToSketch(sketch, value, count);
    }
    this.#counts[index]! += count;
    this.#sums[index]! += value * count;
    if (value < min) this.#mins[index] = value;
    if (value > max) this.#maxs[index] = value;
  }

  /** Merges each period's slots. Periods without samples are absent. @returns oldest first */
  aggregate(span: Span): { second: number; value: Aggregate }[] {
    const { fromSecond, toSecond, periodSeconds, anchorSecond, isSpread } = span;
    const out: { second: number; value: Aggregate }[] = [];
    for (let i = this.#firstAt(fromSecond); i < this.#seconds.length && this.#seconds[i]! < toSecond; i++) {
      const second = periodStart(this.#seconds[i]!, periodSeconds, anchorSecond);
      let last = out.at(-1);
      if (last?.second !== second) {
        last = { second, value: { count: 0, sum: 0, min: Infinity, max: -Infinity, sketch: null } };
        out.push(last);
      }
      if (isSpread) this.#mergeSpread(last.value, i);
      this.#mergeTotals(last.value, i);
    }
    return out;
  }

  /** Only percentiles need to know how the values are spread; it costs far more than the totals. */
  #mergeSpread(into: Aggregate, i: number): void {
    const min = this.#mins[i]!;
    const count = this.#counts[i]!;
    const own = this.#sketches[i] ?? null;
    if (own !== null || into.sketch !== null || (into.count > 0 && into.min !== min)) {
      if (into.sketch === null) {
        into.sketch = new Map();
        if (into.count > 0) addToSketch(into.sketch, into.min, into.count);
      }
      if (own !== null) mergeSketch(into.sketch, own);
      else addToSketch(into.sketch, min, count);
    }
  }

  #mergeTotals(into: Aggregate, i: number): void {
    into.count += this.#counts[i]!;
    into.sum += this.#sums[i]!;
    into.min = Math.min(into.min, this.#mins[i]!);
    into.max = Math.max(into.max, this.#maxs[i]!);
  }

  #slot(second: number): number {
    const last = this.#seconds.length - 1;
    if (last >= 0 && this.#seconds[last] === second) return last;
    const index = second > this.lastSecond ? this.#seconds.length : this.#firstAt(second);
    if (this.#seconds[index] === second) return index;
    this.#seconds.splice(index, 0, second);
    this.#counts.splice(index, 0, 0);
    this.#sums.splice(index, 0, 0);
    this.#mins.splice(index, 0, Infinity);
    this.#maxs.splice(index, 0, -Infinity);
    this.#sketches.splice(index, 0, null);
    if (second > this.lastSecond) {
      this.lastSecond = second;
      return index - this.#trim();
    }
    return index;
  }

  /** Drops what is too old, some at a time. @returns how many slots went */
  #trim(): number {
    if (this.#seconds[0]! >= this.lastSecond - KEPT_SECONDS - TRIM_STEP) return 0;
    const gone = this.#firstAt(this.lastSecond - KEPT_SECONDS);
    for (const column of [this.#seconds, this.#counts, this.#sums, this.#mins, this.#maxs, this.#sketches])
      column.splice(0, gone);
    return gone;
  }

  /** Index of the first slot at or after the second. */
  #firstAt(second: number): number {
    let low = 0;
    let high = this.#seconds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#seconds[middle]! < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A statistic of an aggregate, e.g. `Sum` or `p99.9`; null where the name is no statistic. */
export function statisticOf(aggregate: Aggregate, statistic: string): number | null {
  switch (statistic) {
    case 'Sum':
      return aggregate.sum;
    case 'Average':
      return aggregate.sum / aggregate.count;
    case 'Minimum':
      return aggregate.min;
    case 'Maximum':
      return aggregate.max;
    case 'SampleCount':
      return aggregate.count;
    default:
      return percentileStatistic(aggregate, statistic);
  }
}

function percentileStatistic(aggregate: Aggregate, statistic: string): number | null {
  const percent = /^p(100(?:\.0+)?|\d{1,2}(?:\.\d+)?)$/.exec(statistic)?.[1];
  if (percent === undefined) return null;
  if (aggregate.sketch === null) return aggregate.min;
  const value = percentileOf(aggregate.sketch, Number(percent)) ?? aggregate.min;
  return Math.min(aggregate.max, Math.max(aggregate.min, value));
}
