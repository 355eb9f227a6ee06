/**
 * SNS on one machine: topics, subscriptions and queues as resources to apply, and as an API to call.
 * Owns who is subscribed and what is published; deliverer.ts owns attempts and waiting.
 */
import { CutoverError } from '../../errors.ts';
import type { Arn, Queue, Subscription, Topic } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type MetricStore, type ResourceHandler } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { arnAt, type Place } from '../place.ts';
import type { Random } from '../random.ts';
import { needSubscription, needTopic, type TopicsContext } from './context.ts';
import { createDeliverer } from './deliverer.ts';
import { createDeliveryLog, type DeliveryCounters, type DeliveryReport } from './delivery-log.ts';
import { putTopic, subscriptionHandler, type TopicSource } from './handlers.ts';
import { createPoster } from './http-post.ts';
import { type Journal, NO_JOURNAL } from './journal.ts';
import { createOutbox } from './outbox.ts';
import { publish } from './publish.ts';
import { createQueues, type Queues } from './queues.ts';
import { createResume } from './resume.ts';
import { type SettingsSource, settingsFor, sourceOf } from './settings.ts';
import { createSigner } from './sign.ts';
import type { SigningMaterial } from './signing-material.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { PublishInput, SubscriptionRecord, TopicRecord } from './types.ts';

export interface Topics {
  readonly handlers: {
    readonly topics: ResourceHandler<Topic>;
    /** `put` resolves when the endpoint has confirmed. */
    readonly subscriptions: ResourceHandler<Subscription>;
    readonly queues: ResourceHandler<Queue>;
  };
  readonly queues: Queues;
  /** @throws ApiError NotFound | InvalidParameter | ParameterValueInvalid | Throttled */
  publish(input: PublishInput): { readonly messageId: string };
  /** Idempotent by name; changes what the source names. */
  createTopic(source: TopicSource): Readonly<TopicRecord>;
  deleteTopic(arn: Arn): void;
  subscribe(input: {
    topicArn: Arn;
    protocol: string;
    endpoint: string;
    settings?: Partial<SettingsSource>;
  }): Readonly<SubscriptionRecord>;
  setSubscription(arn: Arn, settings: Partial<SettingsSource>): void;
  confirm(topicArn: Arn, token: string, authenticateOnUnsubscribe: boolean): Readonly<SubscriptionRecord>;
  unsubscribe(arn: Arn): void;
  listTopics(): readonly Readonly<TopicRecord>[];
  listSubscriptions(topicArn?: Arn): readonly Readonly<SubscriptionRecord>[];
  deliveries(): Readonly<DeliveryCounters>;
  /** Every message since `sinceMs` (control time) and how each of its deliveries stands. */
  deliveryReport(query?: { sinceMs?: number; limit?: number }): DeliveryReport;
  /**
   * The stacks are applied: brings back what the API had made before the plane was killed, and gives up what nothing
   * brings back. Does nothing but the first time.
   */
  endResume(): void;
  /** Lets begun deliveries finish (at most `boundWallMs`, default 5,000) and says how many never arrived. */
  close(boundWallMs?: number): Promise<{ readonly undelivered: number }>;
}

export interface TopicsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  /** Load balancer names → loopback endpoints. */
  readonly localise: (text: string) => string;
  readonly awsEndpoint: string;
  readonly signing: SigningMaterial;
  readonly place: Place;
  /** Gets the AWS/SNS metrics. */
  readonly metrics?: MetricStore;
  /** Keeps what is to outlive a kill, and holds what did. Default: nothing outlives it */
  readonly journal?: Journal;
}

export function createTopics(options: TopicsOptions): Topics {
  const { clock, random, signing, journal = NO_JOURNAL } = options;
  const poster = createPoster({ clock, localise: options.localise });
  const context: TopicsContext = {
    ...options,
    metrics: options.metrics ?? null,
    sign: createSigner(signing),
    post: poster.post,
    queues: createQueues({ clock, random, journal }),
    deliverer: createDeliverer({ clock, random }),
    log: createDeliveryLog(clock),
    outbox: createOutbox(journal),
    topics: new Map(),
    subscriptions: new Map(),
  };
  const subscriptions = createSubscriptions(context);
  const resume = createResume({ context, subscriptions, journal });
  const deleteTopic = (arn: Arn): void => {
    for (const { arn: subscription, topicArn } of [...context.subscriptions.values()]) {
      if (topicArn === arn) subscriptions.unsubscribe(subscription);
    }
    context.topics.delete(arn);
    resume.forgetTopic(arn);
  };
  return {
    handlers: {
      topics: {
        put: (next) =>
          void putTopic(context, next.address, next.arn, { ...next, signatureVersion: next.signatureVersion }),
        remove: (previous) => deleteTopic(previous.arn),
      },
      subscriptions: subscriptionHandler(context, subscriptions),
      queues: {
        put: (next) => context.queues.put(next),
        remove: (previous) => context.queues.remove(previous.arn),
      },
    },
    queues: context.queues,
    publish: (input) => publish(context, input),
    createTopic(source) {
      const arn = arnAt(options.place, 'sns', source.name);
      const topic = asApiError(() => putTopic(context, arn, arn, source));
      resume.keepTopic(topic);
      return topic;
    },
    deleteTopic,
    subscribe: (input) =>
      asApiError(() => {
        const settings = settingsFor(context, input.endpoint, { ...NO_SETTINGS, ...input.settings });
        return subscriptions.subscribe({ ...input, settings });
      }),
    setSubscription(arn, settings) {
      const subscription = needSubscription(context, arn);
      const current = sourceOf(subscription);
      subscription.settings = asApiError(() => settingsFor(context, arn, { ...current, ...settings }));
      if (subscription.confirmed) context.outbox.confirmed(subscription, sourceOf(subscription));
    },
    confirm: subscriptions.confirm,
    unsubscribe: subscriptions.unsubscribe,
    listTopics: () => [...context.topics.values()],
    listSubscriptions(topicArn) {
      if (topicArn !== undefined) needTopic(context, topicArn);
      return [...context.subscriptions.values()].filter((one) => topicArn === undefined || one.topicArn === topicArn);
    },
    deliveries: () => ({ ...context.log.counters }),
    deliveryReport: (query) => context.log.report(query),
    endResume: resume.end,
    async close(boundWallMs = 5_000) {
      await context.deliverer.close(boundWallMs);
      await poster.close();
      journal.close();
      const { undelivered } = context.log.counters;
      if (undelivered > 0) {
        const message = `${undelivered} message deliveries had not arrived when the plane stopped`;
        context.events.emit({
          source: 'topics',
          subject: 'topics',
          code: 'DELIVERIES_UNDELIVERED',
          level: 'warn',
          message,
        });
      }
      return { undelivered };
    },
  };
}

const NO_SETTINGS: SettingsSource = {
  rawMessageDelivery: false,
  filterPolicy: null,
  filterPolicyScope: 'MessageAttributes',
  deliveryPolicy: null,
  deadLetterTargetArn: null,
};

/** Apply's refusals in the API's words. */
function asApiError<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CutoverError)) throw error;
    throw new ApiError(
      'InvalidParameter',
      error.problems.map((problem) => `Invalid parameter: ${problem.message}`).join('; '),
    );
  }
}
