/** What keys used of their plans, day by day: what GetUsage tells. Bounded. */

/** Used and left at the day's last request. */
export type DayUse = readonly [used: number, remaining: number];

const DAY_MS = 86_400_000;
/** GetUsage goes back so far (API Gateway GetUsage). */
const DAYS_KEPT = 90;

/** Days since 1970, UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** Whose use of a plan is counted. */
export const useKey = (planId: string, keyId: string): string => `${planId} ${keyId}`;

export class DailyUse extends Map<string, Map<number, DayUse>> {
  count(of: string, nowMs: number, remaining: number): void {
    const days = this.get(of) ?? new Map<number, DayUse>();
    this.set(of, days);
    const day = dayOf(nowMs);
    days.set(day, [(days.get(day)?.[0] ?? 0) + 1, remaining]);
    for (const old of days.keys()) if (old <= day - DAYS_KEPT) days.delete(old);
  }
}
