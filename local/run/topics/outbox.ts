/**
 * Accepted messages that have not arrived, and who was subscribed: kept in the journal, so that a plane that is killed
 * and brought up again goes on where it was. A subscription that comes back takes what was meant for it.
 */
import type { Arn } from '../../topology.ts';
import type { Journal, JournalChange } from './journal.ts';
import type { SettingsSource } from './settings.ts';
import type { Message, MessageAttribute, SubscriptionRecord } from './types.ts';

/** What a subscription is across planes: its ARN is made anew. */
type Key = string;

export interface HeldDelivery {
  readonly message: Message;
  /** Made by the plane before. */
  readonly attempts: number;
  /** Accepted before the subscription was back: nobody has asked its filter yet. */
  readonly unfiltered: boolean;
}

export interface SavedSubscription {
  readonly topicArn: Arn;
  readonly protocol: string;
  readonly endpoint: string;
  readonly settings: SettingsSource;
  /** Made through the API: nothing else brings it back. */
  readonly ofApi: boolean;
}

export interface Outbox {
  /** Before anybody is told that the message is accepted. Subscriptions that are still to come back are added. */
  accepted(message: Message, subscriptions: readonly SubscriptionRecord[]): void;
  attempted(messageId: string, subscription: SubscriptionRecord, attempts: number): void;
  ended(messageId: string, subscription: SubscriptionRecord): void;
  /** It is confirmed, or its settings have changed. */
  confirmed(subscription: SubscriptionRecord, settings: SettingsSource): void;
  /** What waited for it, once. */
  takeHeld(subscription: SubscriptionRecord): readonly HeldDelivery[];
  removed(subscription: SubscriptionRecord): void;
  /** Confirmed before the kill and not back yet. */
  returning(): readonly SavedSubscription[];
  /** Nothing brings them back any more. @returns what was meant for them */
  giveUp(gone: readonly SavedSubscription[]): readonly { readonly message: Message; readonly endpoint: string }[];
  /** Messages that the plane before had accepted. */
  messages(): readonly Message[];
}

const keyOf = (one: Pick<SavedSubscription, 'topicArn' | 'protocol' | 'endpoint'>): Key =>
  `${one.topicArn} ${one.protocol} ${one.endpoint}`;

export function createOutbox(journal: Journal): Outbox {
  const saved = savedMessages(journal);
  const returning = new Map(journal.entries('subscription').map(([key, value]) => [key, value as SavedSubscription]));
  const held = new Map<Key, HeldDelivery[]>();
  /** Deliveries that have not ended, by message. */
  const open = new Map<string, Set<Key>>();
  function hold(key: Key, delivery: HeldDelivery): void {
    const known = held.get(key);
    if (known) known.push(delivery);
    else held.set(key, [delivery]);
  }

  for (const [id, value] of journal.entries('delivery')) {
    const { messageId, key, attempts, unfiltered } = value as SavedDelivery;
    const message = saved.get(messageId);
    if (!message) continue;
    hold(key, { message, attempts, unfiltered: unfiltered ?? false });
    open.set(messageId, (open.get(messageId) ?? new Set()).add(id.slice(messageId.length + 1)));
  }

  function end(messageId: string, key: Key): JournalChange[] {
    const keys = open.get(messageId);
    if (!keys?.delete(key)) return [];
    const over: JournalChange[] = [['delivery', `${messageId} ${key}`, null]];
    if (keys.size > 0) return over;
    open.delete(messageId);
    return [...over, ['message', messageId, null]];
  }

  return {
    messages: () => [...saved.values()],
    returning: () => [...returning.values()],
    accepted(message, subscriptions) {
      const there = subscriptions.map(keyOf);
      const coming = [...returning].filter(([, one]) => one.topicArn === message.topicArn).map(([key]) => key);
      if (there.length + coming.length === 0) return;
      for (const key of coming) hold(key, { message, attempts: 0, unfiltered: true });
      open.set(message.id, new Set([...there, ...coming]));
      const delivery = (key: Key, unfiltered: boolean): JournalChange => [
        'delivery',
        `${message.id} ${key}`,
        { messageId: message.id, key, attempts: 0, ...(unfiltered ? { unfiltered } : {}) } satisfies SavedDelivery,
      ];
      journal.commit([
        ['message', message.id, toJson(message)],
        ...there.map((key) => delivery(key, false)),
        ...coming.map((key) => delivery(key, true)),
      ]);
    },
    attempted(messageId, subscription, attempts) {
      const key = keyOf(subscription);
      if (!open.get(messageId)?.has(key)) return;
      journal.commit([['delivery', `${messageId} ${key}`, { messageId, key, attempts } satisfies SavedDelivery]]);
    },
    ended: (messageId, subscription) => journal.commit(end(messageId, keyOf(subscription))),
    confirmed(subscription, settings) {
      const { topicArn, protocol, endpoint, address } = subscription;
      const one: SavedSubscription = { topicArn, protocol, endpoint, settings, ofApi: address === null };
      returning.delete(keyOf(subscription));
      journal.commit([['subscription', keyOf(subscription), one]]);
    },
    takeHeld(subscription) {
      const all = held.get(keyOf(subscription)) ?? [];
      held.delete(keyOf(subscription));
      return all;
    },
    removed: (subscription) => journal.commit([['subscription', keyOf(subscription), null]]),
    giveUp(gone) {
      return gone.flatMap((one) => {
        const key = keyOf(one);
        const all = held.get(key) ?? [];
        returning.delete(key);
        held.delete(key);
        journal.commit([['subscription', key, null], ...all.flatMap(({ message }) => end(message.id, key))]);
        return all.map(({ message }) => ({ message, endpoint: one.endpoint }));
      });
    },
  };
}

interface SavedDelivery {
  readonly messageId: string;
  readonly key: Key;
  readonly attempts: number;
  readonly unfiltered?: boolean;
}

type SavedMessage = Omit<Message, 'bodies' | 'attributes'> & {
  readonly bodies: readonly (readonly [string, string])[];
  readonly attributes: readonly (readonly [string, MessageAttribute])[];
};

const toJson = (message: Message): SavedMessage => ({
  ...message,
  bodies: [...message.bodies],
  attributes: [...message.attributes],
});

function savedMessages(journal: Journal): Map<string, Message> {
  return new Map(
    journal.entries('message').map(([id, value]) => {
      const one = value as SavedMessage;
      return [id, { ...one, bodies: new Map(one.bodies), attributes: new Map(one.attributes) }];
    }),
  );
}
