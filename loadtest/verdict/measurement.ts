/** What a criterion finds in a record. */
import type { CriterionName } from '../criteria.ts';

/**
 * `value` is null where there are no samples. `undecided` says why a value past the bound proves nothing.
 * `excluded` says why this run cannot answer the criterion at all.
 */
export type Measurement =
  | { readonly value: number | null; readonly samples: number; readonly undecided?: string }
  | { readonly excluded: string };

export type Measurements = Readonly<Record<CriterionName, Measurement>>;

/** The part of the measurements that one file gives. */
export type Some<K extends CriterionName> = Record<K, Measurement>;

/** The same reason for several criteria. */
export function excludeAll<K extends CriterionName>(names: readonly K[], reason: string): Some<K> {
  return Object.fromEntries(names.map((name) => [name, { excluded: reason }])) as unknown as Some<K>;
}

/** Nearest rank. @param sorted ascending @param share 0 … 1 @returns null where there is nothing */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? null;
}

/** What an answer is to be told by. */
interface Answer {
  readonly latencyMs: number | null;
  readonly status: number | null;
}

/** Latencies of every answered request, ascending, ms. Requests without an answer are errors, not latencies. */
export function sortedLatencies(answers: readonly Answer[]): number[] {
  return answers
    .filter((o) => o.latencyMs !== null && (o.status ?? 0) > 0)
    .map((o) => o.latencyMs as number)
    .sort((a, b) => a - b);
}

export function isSuccess({ status }: Answer): boolean {
  return status !== null && status >= 200 && status <= 299;
}

/** Iterations that the generator dropped, as a share of those that were due. */
export function measureDropped(sent: number, dropped: number): Measurement {
  const due = sent + dropped;
  return { value: due > 0 ? (dropped / due) * 100 : null, samples: due };
}
