/**
 * Client tokens: a request that is sent again, as SDKs do when an answer is lost, is carried out once (ECS developer guide,
 * "Ensuring idempotency": for RunTask up to 24 hours, of control time here).
 */
import type { Call } from '../operation.ts';

interface Seen {
  readonly request: string;
  readonly arns: readonly string[];
  readonly atMs: number;
}

const VALID_MS = 24 * 3_600_000;
const KEPT = 1000;
/** Of each plane; a token does not outlive it. */
const seenBy = new WeakMap<object, Map<string, Seen>>();

export interface TokenUse {
  /** What an equal request with this token has made; null where there was none. */
  readonly before: readonly string[] | null;
  /** Was the token of another request? */
  readonly isOfAnother: boolean;
  /** Says what this request has made. */
  remember(arns: readonly string[]): void;
}

/** @param token empty or undefined: every request is its own */
export function useToken(call: Call, operation: string, input: object, token: string | undefined): TokenUse {
  if (!token) return { before: null, isOfAnother: false, remember: () => undefined };
  const seen = seenBy.get(call.made) ?? new Map<string, Seen>();
  seenBy.set(call.made, seen);
  const key = `${operation} ${token}`;
  const request = JSON.stringify(input);
  const nowMs = call.clock.now();
  const known = seen.get(key);
  const valid = known && nowMs - known.atMs < VALID_MS ? known : null;
  return {
    before: valid?.request === request ? valid.arns : null,
    isOfAnother: valid !== null && valid.request !== request,
    remember(arns) {
      seen.delete(key);
      seen.set(key, { request, arns, atMs: nowMs });
      for (const oldest of seen.keys()) {
        if (seen.size <= KEPT) break;
        seen.delete(oldest);
      }
    },
  };
}
