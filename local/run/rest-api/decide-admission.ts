/**
 * May this request pass? First its key, then every token bucket that it stands before, then its plan's quota
 * (API Gateway api-gateway-api-usage-plans, api-gateway-request-throttling). Pure: the caller keeps buckets and counts.
 */
import type { RestApiKey, RestMethodSettings, RestThrottle, RestUsagePlan } from '../../topology-rest-api.ts';
import { type QuotaUse, useQuota } from './decide-quota.ts';
import { type Ask, type Bucket, takeFromAll } from './decide-throttle.ts';
import { useKey } from './usage.ts';

/** What an account has in most regions, for all its APIs together (API Gateway limits). */
export const ACCOUNT_LIMIT: RestThrottle = { ratePerSecond: 10_000, burst: 5000 };

export interface Caller {
  readonly apiId: string;
  readonly stageName: string;
  /** Of the resource, `/orders/{id}`. */
  readonly path: string;
  readonly httpMethod: string;
  readonly keyRequired: boolean;
  /** Of `x-api-key`; undefined where it was not sent. */
  readonly sentKey: string | undefined;
}

/** Keys and plans as they are now, and what was used of them. */
export interface Books {
  readonly keys: ReadonlyMap<string, RestApiKey>;
  /** Plans that a key is in, by the key's id. */
  plansOf(keyId: string): readonly RestUsagePlan[];
  readonly settings: readonly RestMethodSettings[];
  readonly buckets: ReadonlyMap<string, Bucket>;
  /** By `useKey`. */
  readonly uses: ReadonlyMap<string, QuotaUse>;
}

export type Refusal = 'INVALID_API_KEY' | 'THROTTLED' | 'QUOTA_EXCEEDED';

/** A request that was counted, or was one too many. */
export interface CountedUse {
  readonly of: string;
  readonly use: QuotaUse;
  readonly remaining: number;
  /** Control time. */
  readonly atMs: number;
  readonly counted: boolean;
}

export interface Admission {
  readonly refusal: Refusal | null;
  readonly key: RestApiKey | null;
  readonly plan: RestUsagePlan | null;
  /** What has changed. */
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly use: CountedUse | null;
}

/** @param now.wallMs requests are in real time @param now.controlMs periods are of the plane's clock */
export function admit(
  caller: Caller,
  books: Books,
  now: { readonly wallMs: number; readonly controlMs: number },
): Admission {
  const found = caller.keyRequired ? keyOf(caller, books) : { key: null, plan: null };
  const refused = (refusal: Refusal): Admission => ({
    refusal,
    key: found?.key ?? null,
    plan: found?.plan ?? null,
    buckets: new Map(),
    use: null,
  });
  if (!found) return refused('INVALID_API_KEY');
  const taken = takeFromAll(asksOf(caller, found, books.settings), books.buckets, now.wallMs);
  if (taken.refusedBy !== null) return { ...refused('THROTTLED'), buckets: taken.buckets };
  const { key, plan } = found;
  if (!key || !plan?.quota) return { refusal: null, key, plan, buckets: taken.buckets, use: null };
  const of = useKey(plan.id, key.id);
  const decision = useQuota(books.uses.get(of), plan.quota, now.controlMs);
  return {
    refusal: decision.allowed ? null : 'QUOTA_EXCEEDED',
    key,
    plan,
    buckets: taken.buckets,
    use: { of, use: decision.use, remaining: decision.remaining, atMs: now.controlMs, counted: decision.allowed },
  };
}

/** The key that was sent, if it is enabled and in a plan for this stage. */
function keyOf(
  { sentKey, apiId, stageName }: Caller,
  books: Books,
): { readonly key: RestApiKey; readonly plan: RestUsagePlan } | null {
  const key = sentKey === undefined ? undefined : books.keys.get(sentKey);
  if (!key?.enabled) return null;
  const plan = books
    .plansOf(key.id)
    .find(({ stages }) => stages.some((s) => s.apiId === apiId && s.stageName === stageName));
  return plan ? { key, plan } : null;
}

/** In the order in which API Gateway applies them: key and method, key, method of the stage, account. */
function asksOf(
  caller: Caller,
  { key, plan }: { readonly key: RestApiKey | null; readonly plan: RestUsagePlan | null },
  settings: readonly RestMethodSettings[],
): readonly Ask[] {
  const method = `${caller.apiId}/${caller.stageName}${caller.path} ${caller.httpMethod}`;
  const asks: Ask[] = [];
  if (key && plan) {
    const stage = plan.stages.find((s) => s.apiId === caller.apiId && s.stageName === caller.stageName);
    const own = stage?.throttles.find((x) => x.path === caller.path && x.httpMethod === caller.httpMethod);
    const of = useKey(plan.id, key.id);
    if (own) asks.push({ key: `key ${of} ${method}`, limit: own.throttle });
    if (plan.throttle) asks.push({ key: `key ${of}`, limit: plan.throttle });
  }
  const throttle = settingsFor(caller, settings)?.throttle;
  if (throttle) asks.push({ key: `method ${method}`, limit: throttle });
  return [...asks, { key: 'account', limit: ACCOUNT_LIMIT }];
}

/** The method's own settings that say how much, else those of every method. */
function settingsFor(caller: Caller, settings: readonly RestMethodSettings[]): RestMethodSettings | undefined {
  const ofStage = settings.filter(
    (s) => s.apiId === caller.apiId && s.stageName === caller.stageName && s.throttle !== null,
  );
  return (
    ofStage.find((s) => s.path === caller.path && s.httpMethod === caller.httpMethod) ??
    ofStage.find((s) => s.path === '*' && s.httpMethod === '*')
  );
}

/** Whether metrics of each method are kept too. */
export function hasDetailedMetrics(
  caller: Pick<Caller, 'apiId' | 'stageName' | 'path' | 'httpMethod'>,
  settings: readonly RestMethodSettings[],
): boolean {
  return settings.some(
    (s) =>
      s.detailedMetrics &&
      s.apiId === caller.apiId &&
      s.stageName === caller.stageName &&
      ((s.path === '*' && s.httpMethod === '*') || (s.path === caller.path && s.httpMethod === caller.httpMethod)),
  );
}
