/**
 * When a delivery is tried again. Pure.
 *
 * Rules: SNS sns-message-delivery-retries. The four phases, in order: immediate, pre-backoff, backoff, post-backoff.
 * AWS publishes the first and last delay of each back-off function and a picture of the rest; the formulas below are ours (≈).
 */

export type BackoffFunction = 'linear' | 'arithmetic' | 'geometric' | 'exponential';

export interface RetryPolicy {
  /** 1 … maxDelaySeconds, default 20. */
  readonly minDelaySeconds: number;
  /** minDelaySeconds … 3600, default 20. */
  readonly maxDelaySeconds: number;
  /** All retries of all phases, 0–100, default 3. */
  readonly retries: number;
  readonly noDelayRetries: number;
  readonly minDelayRetries: number;
  readonly maxDelayRetries: number;
  readonly backoff: BackoffFunction;
}

/** Three retries, 20 s apart. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  minDelaySeconds: 20,
  maxDelaySeconds: 20,
  retries: 3,
  noDelayRetries: 0,
  minDelayRetries: 0,
  maxDelayRetries: 0,
  backoff: 'linear',
};

/** Hard limit on the sum of all delays of an HTTP(S) policy. */
export const MAX_POLICY_SECONDS = 3600;

/** Share of a delay that jitter may add or take away. AWS says that it jitters, not by how much (≈). */
const JITTER = 0.05;

export type Outcome = 'delivered' | 'retryable' | 'permanent';

/**
 * How an attempt counts. 2xx is delivered. ≈ 4xx other than 429 is permanent: the client-side errors of
 * SNS sns-message-delivery-retries. Everything else (no answer in 15 s, refused connection, 3xx, 429, 5xx) is retried.
 * @param status HTTP status, or null where there was no answer
 */
export function outcomeOf(status: number | null): Outcome {
  if (status === null) return 'retryable';
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 400 && status < 500 && status !== 429 ? 'permanent' : 'retryable';
}

export type Decision =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give-up'; readonly reason: 'client-error' | 'retries-exhausted' };

/**
 * What follows an attempt.
 * @param attempts how many were made, this one included (≥ 1)
 * @param jitter a number in [0, 1)
 */
export function decideRetry(
  policy: RetryPolicy,
  attempt: { readonly attempts: number; readonly status: number | null; readonly jitter: number },
): Decision {
  const outcome = outcomeOf(attempt.status);
  if (outcome === 'delivered') return { kind: 'done' };
  if (outcome === 'permanent') return { kind: 'give-up', reason: 'client-error' };
  if (attempt.attempts > policy.retries) return { kind: 'give-up', reason: 'retries-exhausted' };
  const seconds = retryDelaySeconds(policy, attempt.attempts);
  return { kind: 'retry', delayMs: seconds * 1000 * (1 - JITTER + 2 * JITTER * attempt.jitter) };
}

/** Every delay of a policy in seconds, first retry first. */
export function retryDelays(policy: RetryPolicy): number[] {
  return Array.from({ length: policy.retries }, (_, index) => retryDelaySeconds(policy, index + 1));
}

/** @param retry 1 … policy.retries */
export function retryDelaySeconds(policy: RetryPolicy, retry: number): number {
  const preBackoffEnd = policy.noDelayRetries + policy.minDelayRetries;
  const backoffRetries = policy.retries - preBackoffEnd - policy.maxDelayRetries;
  if (retry <= policy.noDelayRetries) return 0;
  if (retry <= preBackoffEnd) return policy.minDelaySeconds;
  if (retry > preBackoffEnd + backoffRetries) return policy.maxDelaySeconds;
  return backoffSeconds(policy, retry - preBackoffEnd - 1, backoffRetries);
}

/** The delay of step `index` (0-based) of `count`: the minimum at the first step, the maximum at the last. */
function backoffSeconds(policy: RetryPolicy, index: number, count: number): number {
  const { minDelaySeconds: min, maxDelaySeconds: max } = policy;
  if (count === 1) return min;
  const last = count - 1;
  switch (policy.backoff) {
    case 'linear':
      return min + (max - min) * (index / last);
    case 'arithmetic':
      return min + (max - min) * ((index * (index + 1)) / (last * count));
    case 'geometric':
      return min * (max / min) ** (index / last);
    case 'exponential':
      return min + (max - min) * ((2 ** index - 1) / (2 ** last - 1));
  }
}
