/**
 * What keys used of their plans: the count of the period, and day by day what GetUsage tells. Bounded. Each count is in the
 * journal before its request goes on, so that a plane that is killed gives nothing back.
 */
import type { RestQuota } from '../../topology-rest-api.ts';
import { type Journal, type JournalChange, NO_JOURNAL } from '../topics/journal.ts';
import type { CountedUse } from './decide-admission.ts';
import { DAY_MS, periodStart, type QuotaUse } from './decide-quota.ts';

/** Used and left at the day's last request. */
export type DayUse = readonly [used: number, remaining: number];

/** `use`: of a period, by `useKey`. `day`: of one day, by `useKey` and the day. */
export type UsageKind = 'use' | 'day';
export const USAGE_KINDS: readonly UsageKind[] = ['use', 'day'];

/** GetUsage goes back so far (API Gateway GetUsage). */
const DAYS_KEPT = 90;

/** Days since 1970, UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** Whose use of a plan is counted. */
export const useKey = (planId: string, keyId: string): string => `${planId} ${keyId}`;

export class UsageBook {
  readonly #uses = new Map<string, QuotaUse>();
  readonly #days = new Map<string, Map<number, DayUse>>();
  readonly #journal: Journal<UsageKind>;

  constructor(journal: Journal<UsageKind> = NO_JOURNAL) {
    this.#journal = journal;
    for (const [of, use] of journal.entries('use')) this.#uses.set(of, use as QuotaUse);
    for (const [id, use] of journal.entries('day')) {
      const at = id.lastIndexOf(' ');
      this.#daysOf(id.slice(0, at)).set(Number(id.slice(at + 1)), use as DayUse);
    }
  }

  /** By `useKey`. */
  get uses(): ReadonlyMap<string, QuotaUse> {
    return this.#uses;
  }

  /** By day; undefined where a key has used nothing of the plan. */
  days(of: string): ReadonlyMap<number, DayUse> | undefined {
    return this.#days.get(of);
  }

  keep(counted: CountedUse): void {
    const { of, use } = counted;
    if (counted.counted) {
      this.#count(counted);
      return;
    }
    // Refused: only that another period began is new.
    if (this.#uses.get(of)?.periodStartMs === use.periodStartMs) return;
    this.#uses.set(of, use);
    this.#journal.commit([['use', of, use]]);
  }

  #count({ of, use, remaining, atMs }: CountedUse): void {
    const days = this.#daysOf(of);
    const today = dayOf(atMs);
    const next: DayUse = [(days.get(today)?.[0] ?? 0) + 1, remaining];
    const old = [...days.keys()].filter((day) => day <= today - DAYS_KEPT);
    for (const day of old) days.delete(day);
    days.set(today, next);
    this.#uses.set(of, use);
    this.#journal.commit([
      ['use', of, use],
      ['day', `${of} ${today}`, next],
      ...old.map((day): JournalChange<UsageKind> => ['day', `${of} ${day}`, null]),
    ]);
  }

  /** What was used of a plan, or by a key, goes with it. */
  forget({ planId, keyId }: { readonly planId?: string; readonly keyId?: string }): void {
    for (const of of new Set([...this.#uses.keys(), ...this.#days.keys()])) {
      const [plan, key] = of.split(' ');
      if (plan !== planId && key !== keyId) continue;
      const days = [...(this.#days.get(of)?.keys() ?? [])];
      this.#uses.delete(of);
      this.#days.delete(of);
      this.#journal.commit([
        ['use', of, null],
        ...days.map((day): JournalChange<UsageKind> => ['day', `${of} ${day}`, null]),
      ]);
    }
  }

  close(): void {
    this.#journal.close();
  }

  #daysOf(of: string): Map<number, DayUse> {
    const days = this.#days.get(of) ?? new Map<number, DayUse>();
    this.#days.set(of, days);
    return days;
  }
}

/** Whether a line of the journal is one of its own. */
export function isSavedUsage(kind: UsageKind, value: unknown): boolean {
  if (kind === 'day') return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
  const use = value as Partial<QuotaUse> | null;
  return [use?.periodStartMs, use?.used, use?.firstStartMs].every(Number.isFinite);
}

/**
 * Each day of a span, used and left, none after today (API Gateway GetUsage).
 * @param seen the days on which something was used
 */
export function usageOf(
  seen: ReadonlyMap<number, DayUse>,
  quota: RestQuota,
  { from, to, today }: { readonly from: number; readonly to: number; readonly today: number },
): readonly DayUse[] {
  const length = Math.max(0, Math.min(to, today) - from + 1);
  return Array.from({ length }, (_, i) => seen.get(from + i) ?? [0, leftOn(from + i, seen, quota)]);
}

/** What the last day of the same period has left, or all of it. */
function leftOn(day: number, seen: ReadonlyMap<number, DayUse>, quota: RestQuota): number {
  const start = dayOf(periodStart(quota.period, day * DAY_MS));
  const before = [...seen].filter(([other]) => other >= start && other < day).sort(([a], [b]) => b - a);
  return before[0]?.[1][1] ?? quota.limit;
}
