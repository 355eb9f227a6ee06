/**
 * A mergeable count of values by size, for percentiles: logarithmic buckets with a relative error of 1 %.
 * Pure data; CloudWatch's own percentiles are estimates of the same kind.
 */

const GAMMA = 1.02;
const LOG_GAMMA = Math.log(GAMMA);
/** Where zero goes: below every bucket of a positive double. */
const ZERO = -1_000_000;
/** Negative values are mirrored below zero. */
const NEGATIVE_OFFSET = -2_000_000;

/** Bucket → number of values. */
export type Sketch = Map<number, number>;

export function addToSketch(sketch: Sketch, value: number, count: number): void {
  const bucket = bucketOf(value);
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + count);
}

export function mergeSketch(into: Sketch, from: Sketch): void {
  for (const [bucket, count] of from) into.set(bucket, (into.get(bucket) ?? 0) + count);
}

/** The value below which `percent` (0–100) of the values lie, by nearest rank; null where there are none. */
export function percentileOf(sketch: Sketch, percent: number): number | null {
  let total = 0;
  for (const count of sketch.values()) total += count;
  if (total <= 0) return null;
  const rank = Math.max((percent / 100) * total, Number.MIN_VALUE);
  let seen = 0;
  const buckets = [...sketch.keys()].sort((a, b) => a - b);
  for (const bucket of buckets) {
    seen += sketch.get(bucket) ?? 0;
    // Counts may be fractions (they are scaled by the clock rate), so allow for rounding.
    if (seen >= rank - 1e-9) return estimateOf(bucket);
  }
  return estimateOf(buckets.at(-1) ?? ZERO);
}

function bucketOf(value: number): number {
  if (value > 0) return Math.ceil(Math.log(value) / LOG_GAMMA);
  if (value < 0) return NEGATIVE_OFFSET - Math.ceil(Math.log(-value) / LOG_GAMMA);
  return ZERO;
}

function estimateOf(bucket: number): number {
  if (bucket === ZERO) return 0;
  if (bucket < ZERO) return -middleOf(NEGATIVE_OFFSET - bucket);
  return middleOf(bucket);
}

const middleOf = (bucket: number): number => (2 * GAMMA ** bucket) / (GAMMA + 1);
