/** Waiting for an endpoint to confirm its subscription, as Terraform does (confirmation_timeout_in_minutes). */
import { CutoverError } from '../../errors.ts';
import type { Cancel } from '../clock.ts';
import type { TopicsContext } from './context.ts';
import { ANSWER_LIMIT_MS } from './http-post.ts';
import type { SubscriptionRecord } from './types.ts';

/** The newest confirmation POST. */
export interface Handshake {
  inFlight: boolean;
  /** Monotonic. */
  startedAtMs: number;
  /** Answered 2xx. */
  accepted: boolean;
}

export interface ConfirmationWait {
  /** Control time. */
  readonly limitMinutes: number;
  readonly signal: AbortSignal;
  /** Null where none was sent. */
  readonly handshake: () => Handshake | null;
  /** Calls back on each attempt, confirmation or removal. @returns a function that ends it */
  readonly listen: (wake: () => void) => () => void;
}

/**
 * Resolves when the subscription is confirmed. The limit is control time, but the endpoint's visit to its SubscribeURL is
 * a real request: an endpoint that was just posted to, or that accepted the confirmation, gets the real 15 s of an answer
 * before it counts as failed.
 * @throws CutoverError APPLY_FAILED naming the endpoint and its last error; the signal's reason when aborted
 */
export function waitConfirmed(
  context: TopicsContext,
  subscription: SubscriptionRecord,
  wait: ConfirmationWait,
): Promise<void> {
  const { clock } = context;
  let expired = false;
  const graceMs = (): number => {
    const handshake = wait.handshake();
    if (!handshake || (!handshake.inFlight && !handshake.accepted)) return 0;
    return handshake.startedAtMs + ANSWER_LIMIT_MS - clock.monotonicMs();
  };
  const judge = (): 'confirmed' | 'waiting' | { readonly error: unknown } => {
    if (subscription.confirmed) return 'confirmed';
    if (wait.signal.aborted) return { error: wait.signal.reason };
    if (!context.subscriptions.has(subscription.arn)) return { error: notConfirmed(subscription, 'it was removed') };
    return !expired || graceMs() > 0 ? 'waiting' : { error: notConfirmed(subscription) };
  };
  return new Promise((resolve, reject) => {
    const ends: Cancel[] = [];
    const step = (): void => {
      const verdict = judge();
      if (verdict === 'waiting') return;
      for (const end of ends.splice(0)) end();
      wait.signal.removeEventListener('abort', step);
      if (verdict === 'confirmed') resolve();
      else reject(verdict.error);
    };
    ends.push(wait.listen(step));
    ends.push(
      clock.after(wait.limitMinutes * 60_000, () => {
        expired = true;
        const grace = graceMs();
        if (grace > 0) ends.push(clock.afterWall(grace + 1, step));
        step();
      }),
    );
    wait.signal.addEventListener('abort', step, { once: true });
    step();
  });
}

function notConfirmed(subscription: SubscriptionRecord, why?: string): CutoverError {
  const last =
    why ?? subscription.lastError ?? 'the endpoint accepted the confirmation but never visited its SubscribeURL';
  return new CutoverError({
    code: 'APPLY_FAILED',
    address: subscription.address ?? subscription.arn,
    message: `the subscription of ${subscription.endpoint} was not confirmed in time: ${last}`,
    value: subscription.endpoint,
    rule: 'SNS: an HTTP(S) endpoint gets nothing before it has visited the SubscribeURL of its SubscriptionConfirmation',
    fix: 'let the subscription depend on a service that is steady (wait_for_steady_state), or raise confirmation_timeout_in_minutes',
  });
}
