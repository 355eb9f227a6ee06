/** Reads delivery policies (topic and subscription form) and merges them. Pure. Rules: SNS sns-message-delivery-retries. */
import type { Problem } from '../../errors.ts';
import {
  type BackoffFunction,
  DEFAULT_RETRY_POLICY,
  MAX_POLICY_SECONDS,
  type RetryPolicy,
  retryDelays,
} from './decide-retry.ts';

export interface DeliveryPolicy {
  /** Null: not said at this level. */
  readonly retry: RetryPolicy | null;
  /** Deliveries a second and subscription, ≥ 1; null is no limit. */
  readonly maxReceivesPerSecond: number | null;
  readonly contentType: string | null;
  /** Topic level only: subscriptions may not set their own. */
  readonly disableSubscriptionOverrides: boolean;
}

export interface EffectivePolicy {
  readonly retry: RetryPolicy;
  readonly maxReceivesPerSecond: number | null;
  readonly contentType: string;
}

export const DEFAULT_CONTENT_TYPE = 'text/plain; charset=UTF-8';

export const EMPTY_POLICY: DeliveryPolicy = {
  retry: null,
  maxReceivesPerSecond: null,
  contentType: null,
  disableSubscriptionOverrides: false,
};

const BACKOFFS: readonly string[] = ['linear', 'arithmetic', 'geometric', 'exponential'];
const MIME = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w-]+=[\w."-]+)*$/;
const RULE = 'SNS sns-message-delivery-retries';

/** The subscription's policy over the topic's over AWS's default, unless the topic forbids overriding. */
export function effectivePolicy(topic: DeliveryPolicy, subscription: DeliveryPolicy | null): EffectivePolicy {
  const own = topic.disableSubscriptionOverrides ? null : subscription;
  return {
    retry: own?.retry ?? topic.retry ?? DEFAULT_RETRY_POLICY,
    maxReceivesPerSecond: own?.maxReceivesPerSecond ?? topic.maxReceivesPerSecond,
    contentType: own?.contentType ?? topic.contentType ?? DEFAULT_CONTENT_TYPE,
  };
}

/** An effective policy in AWS's own JSON form, for EffectiveDeliveryPolicy. */
export function policyToJson(
  policy: EffectivePolicy,
  level: 'topic' | 'subscription',
  disableSubscriptionOverrides = false,
): unknown {
  const retry = {
    minDelayTarget: policy.retry.minDelaySeconds,
    maxDelayTarget: policy.retry.maxDelaySeconds,
    numRetries: policy.retry.retries,
    numMaxDelayRetries: policy.retry.maxDelayRetries,
    numNoDelayRetries: policy.retry.noDelayRetries,
    numMinDelayRetries: policy.retry.minDelayRetries,
    backoffFunction: policy.retry.backoff,
  };
  const throttle = policy.maxReceivesPerSecond === null ? null : { maxReceivesPerSecond: policy.maxReceivesPerSecond };
  const request = { headerContentType: policy.contentType };
  if (level === 'subscription') {
    return {
      healthyRetryPolicy: retry,
      sicklyRetryPolicy: null,
      throttlePolicy: throttle,
      requestPolicy: request,
      guaranteed: false,
    };
  }
  return {
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides,
      ...(throttle ? { defaultThrottlePolicy: throttle } : {}),
      defaultRequestPolicy: request,
    },
  };
}

/**
 * @param source JSON text or the parsed object; null, undefined and '' mean that none is set
 * @param problems gets every rule the policy breaks
 */
export function parseDeliveryPolicy(
  source: unknown,
  level: 'topic' | 'subscription',
  at: { readonly address: string; readonly problems: Problem[] },
): DeliveryPolicy {
  const refuse = (value: unknown, message: string): void => {
    at.problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${at.address}.delivery_policy`,
      message,
      value,
      rule: RULE,
      fix: 'correct the delivery policy, or leave it out',
    });
  };
  const root = asObject(source, refuse);
  if (!root) return EMPTY_POLICY;
  const body = level === 'topic' ? asObject(root['http'] ?? null, refuse) : root;
  if (level === 'topic') refuseOthers(root, ['http'], refuse);
  if (!body) return EMPTY_POLICY;
  const key = (name: string): string => (level === 'topic' ? `default${name[0]?.toUpperCase()}${name.slice(1)}` : name);
  const known = [
    key('healthyRetryPolicy'),
    key('throttlePolicy'),
    key('requestPolicy'),
    'sicklyRetryPolicy',
    'guaranteed',
  ];
  refuseOthers(body, level === 'topic' ? [...known, 'disableSubscriptionOverrides'] : known, refuse);
  if (body['sicklyRetryPolicy'] != null)
    refuse(body['sicklyRetryPolicy'], 'sicklyRetryPolicy has no published meaning: leave it null');
  if (body['guaranteed'] === true) refuse(true, 'guaranteed delivery is not offered for HTTP(S): leave it false');
  return {
    retry: readRetry(body[key('healthyRetryPolicy')], refuse),
    maxReceivesPerSecond: readThrottle(body[key('throttlePolicy')], refuse),
    contentType: readContentType(body[key('requestPolicy')], refuse),
    disableSubscriptionOverrides: body['disableSubscriptionOverrides'] === true,
  };
}

type Refuse = (value: unknown, message: string) => void;

function readRetry(source: unknown, refuse: Refuse): RetryPolicy | null {
  const object = asObject(source, refuse);
  if (!object) return null;
  refuseOthers(
    object,
    [
      'minDelayTarget',
      'maxDelayTarget',
      'numRetries',
      'numNoDelayRetries',
      'numMinDelayRetries',
      'numMaxDelayRetries',
      'backoffFunction',
    ],
    refuse,
  );
  const integer = (key: string, fallback: number, low: number, high: number): number => {
    const value = object[key] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
    refuse(value, `${key} must be a whole number from ${low} to ${high}`);
    return fallback;
  };
  const minDelaySeconds = integer('minDelayTarget', DEFAULT_RETRY_POLICY.minDelaySeconds, 1, 3600);
  const backoff = object['backoffFunction'] ?? DEFAULT_RETRY_POLICY.backoff;
  if (typeof backoff !== 'string' || !BACKOFFS.includes(backoff))
    refuse(backoff, `backoffFunction must be one of ${BACKOFFS.join(', ')}`);
  const policy: RetryPolicy = {
    minDelaySeconds,
    maxDelaySeconds: integer(
      'maxDelayTarget',
      Math.max(DEFAULT_RETRY_POLICY.maxDelaySeconds, minDelaySeconds),
      minDelaySeconds,
      3600,
    ),
    retries: integer('numRetries', DEFAULT_RETRY_POLICY.retries, 0, 100),
    noDelayRetries: integer('numNoDelayRetries', 0, 0, 100),
    minDelayRetries: integer('numMinDelayRetries', 0, 0, 100),
    maxDelayRetries: integer('numMaxDelayRetries', 0, 0, 100),
    backoff: BACKOFFS.includes(String(backoff)) ? (backoff as BackoffFunction) : 'linear',
  };
  const phases = policy.noDelayRetries + policy.minDelayRetries + policy.maxDelayRetries;
  if (phases > policy.retries)
    refuse(phases, `the retries of the phases (${phases}) exceed numRetries (${policy.retries})`);
  else {
    const totalSeconds = retryDelays(policy).reduce((sum, delay) => sum + delay, 0);
    if (totalSeconds > MAX_POLICY_SECONDS)
      refuse(Math.round(totalSeconds), `all delays together exceed ${MAX_POLICY_SECONDS} s`);
  }
  return policy;
}

function readThrottle(source: unknown, refuse: Refuse): number | null {
  const object = asObject(source, refuse);
  if (!object) return null;
  refuseOthers(object, ['maxReceivesPerSecond'], refuse);
  const value = object['maxReceivesPerSecond'] ?? null;
  if (value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 1)) return value;
  refuse(value, 'maxReceivesPerSecond must be a whole number of at least 1');
  return null;
}

function readContentType(source: unknown, refuse: Refuse): string | null {
  const object = asObject(source, refuse);
  if (!object) return null;
  refuseOthers(object, ['headerContentType'], refuse);
  const value = object['headerContentType'] ?? null;
  if (value === null || (typeof value === 'string' && MIME.test(value))) return value;
  refuse(value, 'headerContentType must be a media type');
  return null;
}

/** An object from JSON text or a value; null where nothing is set. */
function asObject(source: unknown, refuse: Refuse): Record<string, unknown> | null {
  if (source === null || source === undefined || source === '') return null;
  let value = source;
  if (typeof source === 'string') {
    try {
      value = JSON.parse(source);
    } catch {
      refuse(source, 'is not JSON');
      return null;
    }
  }
  if (value === null) return null;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  refuse(value, 'must be a JSON object');
  return null;
}

function refuseOthers(object: Record<string, unknown>, known: readonly string[], refuse: Refuse): void {
  for (const key of Object.keys(object))
    if (!known.includes(key)) refuse(key, `unknown key ${key}; known: ${known.join(', ')}`);
}
