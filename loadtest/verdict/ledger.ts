/**
 * The ledger: what became of every order. Pure.
 *
 * Each MessageId ends in exactly one class, decided in this order:
 *
 * - `duplicated`: its fulfilment took effect more than once.
 * - `fulfilled`: it is in the order table (and took effect at most once, as far as the logs show).
 * - `deadLettered`: SNS gave it up and put it in a dead-letter queue, from where it can be sent again.
 * - `rejected`: refused for good with a 4xx, be it to k6 or to SNS (429 asks for another try, and is no refusal).
 * - `lost`: anything else. Answered 2xx and not in the table; answered 5xx, or not answered (nobody sends a direct
 *   order again); given up by SNS with no dead-letter queue; or its delivery still pending when the drain ended.
 *
 * The order table is the truth about fulfilment: a logged effect without a stored order is a lost order.
 */
import type { DeliveryRecord, LedgerSources, Outcome } from './record.ts';

export type OrderClass = 'fulfilled' | 'duplicated' | 'lost' | 'rejected' | 'deadLettered';

export interface LedgerCounts {
  readonly sent: number;
  readonly fulfilled: number;
  readonly duplicated: number;
  readonly lost: number;
  readonly rejected: number;
  readonly deadLettered: number;
}

export interface LedgerEntry {
  readonly id: string;
  readonly path: string;
  readonly sentAtMs: number;
  readonly class: OrderClass;
  /** Why it is in that class, for the ones that went wrong. */
  readonly cause: string | null;
  /** It arrived, but not at the first try, or its sender saw a failure. */
  readonly harmed: boolean;
}

export interface Ledger {
  readonly counts: LedgerCounts;
  readonly entries: readonly LedgerEntry[];
  /** Orders whose fulfilment is in the logs: only among these can a duplicate be seen. */
  readonly logged: number;
}

type AvailableSources = Extract<LedgerSources, { available: true }>;

/** @param outcomes every order sent; an id that occurs twice (it should not) counts once, its last outcome holds */
export function keepLedger(outcomes: readonly Outcome[], sources: AvailableSources): Ledger {
  const stored = new Set(sources.stored);
  const deliveries = worstDeliveries(sources.deliveries);
  const effects = new Map(Object.entries(sources.effects ?? {}));
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const entries = [...byId.values()].map((outcome) =>
    classify(outcome, {
      stored: stored.has(outcome.id),
      effects: effects.get(outcome.id) ?? 0,
      delivery: deliveries.get(outcome.id),
    }),
  );
  const logged = entries.filter((entry) => (effects.get(entry.id) ?? 0) > 0).length;
  return { counts: countEntries(entries), entries, logged };
}

function countEntries(entries: readonly LedgerEntry[]): LedgerCounts {
  const counts = { sent: entries.length, fulfilled: 0, duplicated: 0, lost: 0, rejected: 0, deadLettered: 0 };
  for (const entry of entries) counts[entry.class] += 1;
  return counts;
}

interface Evidence {
  readonly stored: boolean;
  readonly effects: number;
  readonly delivery: DeliveryRecord | undefined;
}

function classify(outcome: Outcome, evidence: Evidence): LedgerEntry {
  const [cls, cause] = classOf(outcome, evidence);
  const senderSawFailure = outcome.status === null || outcome.status < 200 || outcome.status > 299;
  const retried = (evidence.delivery?.attempts ?? 1) > 1;
  return {
    id: outcome.id,
    path: outcome.path,
    sentAtMs: outcome.sentAtMs,
    class: cls,
    cause,
    harmed: cls !== 'fulfilled' || senderSawFailure || retried,
  };
}

function classOf(outcome: Outcome, evidence: Evidence): [OrderClass, string | null] {
  const { stored, effects, delivery } = evidence;
  if (effects > 1) return ['duplicated', `fulfilled ${effects} times`];
  if (stored) return ['fulfilled', null];
  if (delivery?.state === 'dead-lettered') return ['deadLettered', triesOf(delivery)];
  const answer = delivery?.state === 'failed' ? delivery.lastStatus : outcome.status;
  if (isRefusal(answer)) return ['rejected', `answered ${answer}`];
  if (effects === 1) return ['lost', 'fulfilment was logged, but the order is not in the table'];
  return ['lost', lossCause(outcome, delivery)];
}

function lossCause(outcome: Outcome, delivery: DeliveryRecord | undefined): string {
  if (delivery?.state === 'failed') return `${triesOf(delivery)}, and there is no dead-letter queue`;
  if (delivery?.state === 'pending') return `delivery still pending after ${delivery.attempts} tries`;
  if (delivery?.state === 'delivered') return 'delivered, but not in the table';
  if (outcome.status === null) return 'in flight when the load ended';
  if (outcome.status === 0) return `no answer${outcome.error ? ` (${outcome.error})` : ''}`;
  return `answered ${outcome.status}, but not in the table`;
}

function isRefusal(status: number | null): boolean {
  return status !== null && status >= 400 && status <= 499 && status !== 429;
}

function triesOf(delivery: DeliveryRecord): string {
  return `given up after ${delivery.attempts} tries, last answer ${delivery.lastStatus ?? 'none'}`;
}

const SEVERITY: Readonly<Record<DeliveryRecord['state'], number>> = {
  delivered: 0,
  pending: 1,
  'dead-lettered': 2,
  failed: 3,
};

/** A message may have several subscriptions: the one that went worst is told, with the most tries of any. */
function worstDeliveries(deliveries: readonly DeliveryRecord[]): Map<string, DeliveryRecord> {
  const byId = new Map<string, DeliveryRecord>();
  for (const delivery of deliveries) {
    const other = byId.get(delivery.messageId);
    if (!other) {
      byId.set(delivery.messageId, delivery);
      continue;
    }
    const worst = SEVERITY[delivery.state] >= SEVERITY[other.state] ? delivery : other;
    byId.set(delivery.messageId, { ...worst, attempts: Math.max(delivery.attempts, other.attempts) });
  }
  return byId;
}
