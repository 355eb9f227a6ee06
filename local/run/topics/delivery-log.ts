/** What became of every message: the ledger's source. Memory is bounded; only finished messages are forgotten. */
import type { Arn } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AttemptResult } from './types.ts';

export type DeliveryState = 'pending' | 'delivered' | 'dead-lettered' | 'failed' | 'undelivered';

export interface DeliveryRecord {
  readonly subscriptionArn: Arn;
  readonly endpoint: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** HTTP status of the newest attempt; null before the first, or where there was no answer. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** Control time. */
  readonly endedAtMs: number | null;
}

export interface MessageRecord {
  readonly messageId: string;
  readonly topicArn: Arn;
  /** Control time. */
  readonly publishedAtMs: number;
  readonly publishedAtWallMs: number;
  /** One a subscription whose filter let the message pass; none where nobody was subscribed. */
  readonly deliveries: readonly DeliveryRecord[];
}

export interface DeliveryCounters {
  published: number;
  delivered: number;
  retried: number;
  deadLettered: number;
  failed: number;
  filteredOut: number;
  undelivered: number;
  pending: number;
}

export interface DeliveryReport {
  readonly version: 1;
  readonly counters: Readonly<DeliveryCounters>;
  /** Oldest first. */
  readonly messages: readonly MessageRecord[];
  /** Messages that are no longer kept, or beyond `limit`: a ledger that reads > 0 here is not complete. */
  readonly omitted: number;
}

export interface DeliveryLog {
  readonly counters: DeliveryCounters;
  published(messageId: string, topicArn: Arn): void;
  started(messageId: string, subscription: { readonly arn: Arn; readonly endpoint: string }): void;
  attempted(messageId: string, subscriptionArn: Arn, attempts: number, result: AttemptResult): void;
  ended(messageId: string, subscriptionArn: Arn, state: Exclude<DeliveryState, 'pending'>): void;
  report(query?: { readonly sinceMs?: number; readonly limit?: number }): DeliveryReport;
}

const COUNTER = {
  delivered: 'delivered',
  'dead-lettered': 'deadLettered',
  failed: 'failed',
  undelivered: 'undelivered',
} as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Entry extends Omit<Mutable<MessageRecord>, 'deliveries'> {
  readonly deliveries: Map<Arn, Mutable<DeliveryRecord>>;
  open: number;
}

/** @param limit messages kept, default 200,000 */
export function createDeliveryLog(clock: Clock, limit = 200_000): DeliveryLog {
  const entries = new Map<string, Entry>();
  let forgotten = 0;
  const counters: DeliveryCounters = {
    published: 0,
    delivered: 0,
    retried: 0,
    deadLettered: 0,
    failed: 0,
    filteredOut: 0,
    undelivered: 0,
    pending: 0,
  };
  const forget = (): void => {
    for (const [id, entry] of entries) {
      if (entries.size <= limit) return;
      if (entry.open > 0) continue;
      entries.delete(id);
      forgotten += 1;
    }
  };
  return {
    counters,
    published(messageId, topicArn) {
      counters.published += 1;
      const now = { publishedAtMs: clock.now(), publishedAtWallMs: clock.wallNow() };
      entries.set(messageId, { messageId, topicArn, ...now, deliveries: new Map(), open: 0 });
      // A tenth of slack, so that the walk over the map is paid once in many messages.
      if (entries.size > limit * 1.1) forget();
    },
    started(messageId, subscription) {
      const entry = entries.get(messageId);
      if (!entry) return;
      counters.pending += 1;
      entry.open += 1;
      const fresh = { state: 'pending', attempts: 0, lastStatus: null, lastError: null, endedAtMs: null } as const;
      entry.deliveries.set(subscription.arn, {
        subscriptionArn: subscription.arn,
        endpoint: subscription.endpoint,
        ...fresh,
      });
    },
    attempted(messageId, subscriptionArn, attempts, result) {
      if (attempts > 1) counters.retried += 1;
      const delivery = entries.get(messageId)?.deliveries.get(subscriptionArn);
      if (!delivery) return;
      delivery.attempts = attempts;
      delivery.lastStatus = result.status;
      delivery.lastError = result.error;
    },
    ended(messageId, subscriptionArn, state) {
      const entry = entries.get(messageId);
      const delivery = entry?.deliveries.get(subscriptionArn);
      if (!entry || !delivery || delivery.state !== 'pending') return;
      counters.pending -= 1;
      counters[COUNTER[state]] += 1;
      entry.open -= 1;
      delivery.state = state;
      delivery.endedAtMs = clock.now();
    },
    report({ sinceMs = Number.NEGATIVE_INFINITY, limit: wanted = limit } = {}) {
      const found = [...entries.values()].filter((entry) => entry.publishedAtMs >= sinceMs);
      const messages = found.slice(0, wanted).map(({ open: _open, deliveries, ...message }) => ({
        ...message,
        deliveries: [...deliveries.values()].map((delivery) => ({ ...delivery })),
      }));
      return { version: 1, counters: { ...counters }, messages, omitted: forgotten + found.length - messages.length };
    },
  };
}
