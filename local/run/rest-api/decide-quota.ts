/** Quotas of usage plans: requests of one key in a day, week or month of the plane's clock (API Gateway QuotaSettings). Pure. */
import type { RestQuota } from '../../topology-rest-api.ts';

export interface QuotaUse {
  /** Control time, ms: first moment of the period that is counted. */
  readonly periodStartMs: number;
  readonly used: number;
  /** Beginning of the first period that was ever counted: the offset is taken from its limit. */
  readonly firstStartMs: number;
}

export interface QuotaDecision {
  readonly allowed: boolean;
  readonly use: QuotaUse;
  /** Requests that are left in the period, after this one. */
  readonly remaining: number;
}

export const DAY_MS = 86_400_000;
const DAYS_A_WEEK = 7;
/** 1970-01-01 was a Thursday; weeks begin on Monday here. */
const MONDAY_OFFSET_DAYS = 3;

/** First moment of the period that a moment is in, UTC. */
export function periodStart(period: RestQuota['period'], nowMs: number): number {
  const day = Math.floor(nowMs / DAY_MS);
  if (period === 'DAY') return day * DAY_MS;
  if (period === 'WEEK') {
    const since = (((day + MONDAY_OFFSET_DAYS) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
    return (day - since) * DAY_MS;
  }
  const date = new Date(nowMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

/** First moment of the period after it. */
export function periodEnd(period: RestQuota['period'], nowMs: number): number {
  const start = periodStart(period, nowMs);
  if (period !== 'MONTH') return start + (period === 'DAY' ? 1 : DAYS_A_WEEK) * DAY_MS;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** What was used of the period that `nowMs` is in. */
export function currentUse(known: QuotaUse | undefined, quota: RestQuota, nowMs: number): QuotaUse {
  const start = periodStart(quota.period, nowMs);
  if (known === undefined) return { periodStartMs: start, used: 0, firstStartMs: start };
  if (start > known.periodStartMs) return { ...known, periodStartMs: start, used: 0 };
  // A clock that was set back, as a plane's own is when it begins anew, gives nothing back, and takes no later period.
  const isFirst = known.firstStartMs === known.periodStartMs;
  return { ...known, periodStartMs: start, firstStartMs: isFirst ? start : known.firstStartMs };
}

/** The limit of the period: less by the offset in the first one. */
export const limitOf = (use: QuotaUse, quota: RestQuota): number =>
  Math.max(0, quota.limit - (use.periodStartMs === use.firstStartMs ? quota.offset : 0));

/** Counts one request, or says that there is none left. */
export function useQuota(known: QuotaUse | undefined, quota: RestQuota, nowMs: number): QuotaDecision {
  const use = currentUse(known, quota, nowMs);
  const limit = limitOf(use, quota);
  if (use.used >= limit) return { allowed: false, use, remaining: 0 };
  const next = { ...use, used: use.used + 1 };
  return { allowed: true, use: next, remaining: limit - next.used };
}
