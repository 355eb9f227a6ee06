/** What a REST front is told: who may call how often. Everything is data, so that environments can differ. */
import type { PropCheck } from './prop-check.ts';

export const QUOTA_PERIODS = ['DAY', 'WEEK', 'MONTH'] as const;

export interface RequestRate {
  /** Requests a second that are let through in the long run, 1–10000 (the account's quota where it was not raised). */
  readonly ratePerSecond: number;
  /** Requests that may come at once: what the token bucket holds, 1–5000. */
  readonly burst: number;
}

export interface UsageLimits extends RequestRate {
  /** Requests of one key in a period, counted from its beginning in UTC. @default no quota */
  readonly quota?: { readonly limit: number; readonly period: (typeof QUOTA_PERIODS)[number] };
}

export interface RestFrontOptions {
  /** What one API key may use: API Gateway counts and throttles it, on a best-effort basis. */
  readonly usage: UsageLimits;
  /** What the stage lets through of all keys together. @default 10000 a second, 5000 at once: the account's own quota */
  readonly stageThrottle?: RequestRate;
  /** Makes the role that API Gateway writes logs with: a setting of account and region; false where one is set. @default true */
  readonly accountLogRole?: boolean;
}

/** Quotas of an account in most regions (API Gateway limits); what is above is not throttled by these numbers. */
export const ACCOUNT_THROTTLE: RequestRate = { ratePerSecond: 10_000, burst: 5000 };
const LIMITS = 'API Gateway limits: 10000 requests a second, a burst of 5000 for an account';
const MAX_QUOTA = 2_147_483_647;

/** Notes what is wrong with the options. @param prefix path of the options in their construct's props */
export function checkRestFront(check: PropCheck, prefix: string, options: RestFrontOptions): void {
  const { usage, stageThrottle } = options;
  checkRate(check, `${prefix}usage`, usage);
  if (stageThrottle) checkRate(check, `${prefix}stageThrottle`, stageThrottle);
  const { quota } = usage;
  if (!quota) return;
  check
    .range(`${prefix}usage.quota.limit`, quota.limit, { min: 1, max: MAX_QUOTA, unit: 'requests' })
    .that((QUOTA_PERIODS as readonly string[]).includes(quota.period), {
      prop: `${prefix}usage.quota.period`,
      value: quota.period,
      rule: `one of ${QUOTA_PERIODS.join(', ')} (API Gateway CreateUsagePlan)`,
      fix: 'take DAY, or count requests of a longer period',
    });
}

function checkRate(check: PropCheck, prop: string, { ratePerSecond, burst }: RequestRate): void {
  check
    .that(ratePerSecond > 0 && ratePerSecond <= ACCOUNT_THROTTLE.ratePerSecond, {
      prop: `${prop}.ratePerSecond`,
      value: ratePerSecond,
      rule: `a number above 0, at most 10000 (${LIMITS})`,
      fix: 'set what one caller needs in a second',
    })
    .range(`${prop}.burst`, burst, { min: 1, max: ACCOUNT_THROTTLE.burst, source: LIMITS });
}
