/** What a plane that was killed had of topics, brought back: messages, and topics and subscriptions of the API. */
import type { Arn } from '../../topology.ts';
import type { TopicsContext } from './context.ts';
import { putTopic } from './handlers.ts';
import type { Journal } from './journal.ts';
import type { SavedSubscription } from './outbox.ts';
import { settingsFor } from './settings.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { TopicRecord } from './types.ts';

export interface Resume {
  /** A topic of CreateTopic. */
  keepTopic(topic: TopicRecord): void;
  forgetTopic(arn: Arn): void;
  /** See Topics.endResume. */
  end(): void;
}

export function createResume(options: {
  readonly context: TopicsContext;
  readonly subscriptions: Subscriptions;
  readonly journal: Journal;
}): Resume {
  const { context, subscriptions, journal } = options;
  const { outbox, events, log } = context;
  let ended = false;
  // The ledger follows them to their end, wherever they came from.
  for (const message of outbox.messages()) log.published(message.id, message.topicArn);
  for (const [arn, value] of journal.entries('topic')) {
    const { name, displayName, deliveryPolicySource, signatureVersion, tags } = value as TopicRecord;
    const policy = deliveryPolicySource === null ? {} : { deliveryPolicy: deliveryPolicySource };
    putTopic(context, arn, arn, { name, displayName, signatureVersion, tags, ...policy });
  }

  /** Its endpoint confirms anew: the token of before is gone. @returns false where it is refused now */
  function subscribe({ topicArn, protocol, endpoint, settings }: SavedSubscription): boolean {
    try {
      subscriptions.subscribe({ topicArn, protocol, endpoint, settings: settingsFor(context, endpoint, settings) });
      return true;
    } catch {
      return false;
    }
  }

  return {
    keepTopic: (topic) => journal.commit([['topic', topic.arn, topic]]),
    forgetTopic: (arn) => journal.commit([['topic', arn, null]]),
    end() {
      if (ended) return;
      ended = true;
      const gone = outbox.returning().filter((one) => !one.ofApi || !subscribe(one));
      for (const { message, endpoint } of outbox.giveUp(gone))
        events.emit({
          source: 'topics',
          subject: message.topicArn,
          code: 'DELIVERY_FAILED',
          level: 'warn',
          message: `message ${message.id} to ${endpoint} was accepted before the plane was killed; the subscription is gone`,
          data: { messageId: message.id },
        });
    },
  };
}
