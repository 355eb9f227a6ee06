/**
 * A slow machine is no slow system: which latencies were measured while the whole machine had no CPU to spare. Load,
 * load balancer and tasks share one machine here, as they never do on AWS. Pure.
 */
import { criterion } from '../criteria.ts';
import { type Measurement, percentile, sortedLatencies } from './measurement.ts';
import type { Sample } from './record.ts';

/** A second in which all cores together were busy for at least this share of it had no CPU to spare. */
export const SATURATED_SHARE = 0.95;
/** A queue that a saturated second has built up is still being worked off this much later, ms. */
const AFTERMATH_MS = 1_000;

/** The percentile that each criterion is about. */
const SHARES = {
  'latency-p95': 0.95,
  'latency-p99': 0.99,
  'forum-latency-p95': 0.95,
  'forum-latency-p99': 0.99,
  'latency-p95-scaled-out': 0.95,
} as const;

interface Span {
  readonly fromMs: number;
  toMs: number;
}

interface Answered {
  readonly sentAtMs: number;
  readonly latencyMs: number | null;
  readonly status: number | null;
}

/** Share of all cores that was in use over the samples, percent; null where it was not measured. */
export function meanBusyPercent(samples: readonly Sample[]): number | null {
  const shares = samples.flatMap(({ machineBusy }) => (typeof machineBusy === 'number' ? [machineBusy] : []));
  if (shares.length === 0) return null;
  return Math.round((shares.reduce((sum, share) => sum + share, 0) / shares.length) * 1_000) / 10;
}

/** @param busy percent, of {@link meanBusyPercent} @returns why a failure may be the machine's own; null where it had CPU to spare, or was not measured */
export function starvedReason(busy: number | null): string | null {
  if (busy === null || busy < SATURATED_SHARE * 100) return null;
  return `the machine was ${busy} % busy on average: what failed may have failed for want of CPU. Run it again on a quiet machine, with a lower --rate or --clock-rate, or with more cores`;
}

/**
 * A latency percentile, with what a miss of its bound is worth: where the requests that the machine had CPU for kept
 * the bound, or were too few to tell, the miss says nothing of the system.
 */
export function measureLatency(
  answers: readonly Answered[],
  name: keyof typeof SHARES,
  samples: readonly Sample[],
): Measurement {
  const share = SHARES[name];
  const { bound, minSamples } = criterion(name);
  const all = sortedLatencies(answers);
  const value = percentile(all, share);
  const measurement = { value, samples: all.length };
  if (value === null || value <= bound) return measurement;
  const spans = saturatedSpans(samples);
  if (spans.length === 0) return measurement;
  const clear = sortedLatencies(answers.filter((answer) => !isWithin(spans, answer)));
  const left = percentile(clear, share);
  if (clear.length >= minSamples && left !== null && left > bound) return measurement;
  const rest = clear.length >= minSamples ? `${Math.round(left ?? 0)} ms` : 'too few to tell';
  return {
    ...measurement,
    undecided: `the machine had no CPU to spare around ${all.length - clear.length} of ${all.length} answers; the other ${clear.length}: ${rest}. Use a lower --rate or a machine with more cores`,
  };
}

/** Stretches with no CPU to spare, their aftermath included; ascending, none overlaps the next. */
export function saturatedSpans(samples: readonly Sample[]): readonly Span[] {
  const spans: Span[] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, machineBusy } of samples) {
    const fromMs = beforeMs;
    beforeMs = atMs;
    if (typeof machineBusy !== 'number' || machineBusy < SATURATED_SHARE || fromMs === Number.NEGATIVE_INFINITY)
      continue;
    const last = spans.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = atMs + AFTERMATH_MS;
    else spans.push({ fromMs, toMs: atMs + AFTERMATH_MS });
  }
  return spans;
}

/** True where a request was on its way during one of the spans. */
function isWithin(spans: readonly Span[], { sentAtMs, latencyMs }: Answered): boolean {
  const endMs = sentAtMs + (latencyMs ?? 0);
  let low = 0;
  let high = spans.length;
  // The first span that ends after the request was sent.
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).toMs < sentAtMs) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && span.fromMs <= endMs;
}
