/**
 * Token buckets: what may go through now. Each request takes a token from every bucket that it stands before, or none from
 * any (API Gateway api-gateway-request-throttling). Pure.
 */
import type { RestThrottle } from '../../topology-rest-api.ts';

export interface Bucket {
  /** 0 … burst. */
  readonly tokens: number;
  /** Wall time at which there were so many, ms: requests are in real time, whatever the clock's rate. */
  readonly atMs: number;
}

/** A bucket that a request stands before. */
export interface Ask {
  readonly key: string;
  readonly limit: RestThrottle;
}

export interface Taken {
  /** Key of the first bucket that is empty; null where the request goes through. */
  readonly refusedBy: string | null;
  /** The buckets afterwards, by key. */
  readonly buckets: ReadonlyMap<string, Bucket>;
}

const MS_PER_SECOND = 1000;

/** What a bucket holds now; one that is not known is full, and a smaller burst than before cuts it. */
export function refilled(bucket: Bucket | undefined, limit: RestThrottle, nowMs: number): Bucket {
  if (bucket === undefined) return { tokens: limit.burst, atMs: nowMs };
  const gone = Math.max(0, nowMs - bucket.atMs);
  const tokens = Math.min(limit.burst, bucket.tokens + (gone * limit.ratePerSecond) / MS_PER_SECOND);
  return { tokens, atMs: Math.max(nowMs, bucket.atMs) };
}

/** Takes one token from each, or says which one has none. */
export function takeFromAll(asks: readonly Ask[], known: ReadonlyMap<string, Bucket>, nowMs: number): Taken {
  const now = new Map(asks.map(({ key, limit }) => [key, refilled(known.get(key), limit, nowMs)]));
  const refused = asks.find(({ key }) => (now.get(key)?.tokens ?? 0) < 1);
  if (refused) return { refusedBy: refused.key, buckets: now };
  return {
    refusedBy: null,
    buckets: new Map([...now].map(([key, { tokens, atMs }]) => [key, { tokens: tokens - 1, atMs }])),
  };
}
