/** Publish: a message to every confirmed subscription that wants it, each carried to delivered, dead-lettered or failed. */
import { ApiError } from '../contracts.ts';
import { countMetric, needTopic, policyOf, type TopicsContext } from './context.ts';
import { passesFilter } from './decide-filter.ts';
import type { RetryPolicy } from './decide-retry.ts';
import type { DeliveryEnd } from './deliverer.ts';
import { deliveryHeaders, type EnvelopeFields, renderEnvelope } from './envelope.ts';
import { validatePublish } from './publish-rules.ts';
import type {
  AttemptResult,
  Message,
  MessageAttribute,
  PublishInput,
  SubscriptionRecord,
  TopicRecord,
} from './types.ts';

/** Deliveries that may wait at once before Publish is throttled. */
const MAX_PENDING = 100_000;

/** What SNS does for AWS-managed endpoints: 3 at once, 2 after 1 s, 10 from 1 s to 20 s, 100,000 every 20 s. */
const MANAGED_RETRY: RetryPolicy = {
  minDelaySeconds: 1,
  maxDelaySeconds: 20,
  retries: 100_015,
  noDelayRetries: 3,
  minDelayRetries: 2,
  maxDelayRetries: 100_000,
  backoff: 'exponential',
};

/**
 * Accepts a message and starts its deliveries.
 * @throws ApiError NotFound | InvalidParameter | ParameterValueInvalid | Throttled
 */
export function publish(context: TopicsContext, input: PublishInput): { readonly messageId: string } {
  const topic = needTopic(context, input.topicArn);
  const bodies = validatePublish(input);
  if (context.deliverer.pending >= MAX_PENDING) throw new ApiError('Throttled', 'Rate exceeded', 429);
  const message: Message = {
    id: context.random.uuid(),
    topicArn: topic.arn,
    bodies,
    subject: input.subject ?? null,
    attributes: input.attributes ?? new Map(),
    timestamp: new Date(context.clock.wallNow()).toISOString(),
    signatureVersion: topic.signatureVersion,
  };
  context.log.published(message.id, topic.arn);
  countMetric(context, 'NumberOfMessagesPublished', topic);
  countMetric(context, 'PublishSize', topic, Buffer.byteLength(input.message));
  const render = createRenderer(context, message);
  const subscribed = [...context.subscriptions.values()].filter((one) => one.topicArn === topic.arn && one.confirmed);
  const wanted = subscribed.filter((subscription) => wants(context, topic, { subscription, message }));
  context.outbox.accepted(message, wanted);
  for (const subscription of wanted) deliver(context, { topic, subscription, message, render });
  return { messageId: message.id };
}

/** What a plane that was killed had accepted for a subscription, once that is confirmed again. */
export function deliverHeld(context: TopicsContext, subscription: SubscriptionRecord): void {
  const topic = needTopic(context, subscription.topicArn);
  for (const { message, attempts, unfiltered } of context.outbox.takeHeld(subscription))
    if (unfiltered && !wants(context, topic, { subscription, message })) context.outbox.ended(message.id, subscription);
    else deliver(context, { topic, subscription, message, render: createRenderer(context, message) }, attempts);
}

/** Does its filter let the message pass? Counts it where not. */
function wants(
  context: TopicsContext,
  topic: TopicRecord,
  { subscription, message }: Pick<One, 'subscription' | 'message'>,
): boolean {
  const { filter, filterPolicyScope } = subscription.settings;
  const body = bodyFor(message, subscription);
  if (passesFilter(filter, filterPolicyScope, { attributes: message.attributes, body })) return true;
  context.log.counters.filteredOut += 1;
  countMetric(context, 'NumberOfNotificationsFilteredOut', topic);
  return false;
}

type Render = (subscription: SubscriptionRecord) => Promise<string>;

interface One {
  readonly topic: TopicRecord;
  readonly subscription: SubscriptionRecord;
  readonly message: Message;
  readonly render: Render;
}

function deliver(context: TopicsContext, one: One, attempts = 0): void {
  const { topic, subscription, message } = one;
  context.log.started(message.id, subscription);
  context.deliverer.enqueue({
    subscriptionArn: subscription.arn,
    attempts,
    policy: () => {
      const policy = policyOf(topic, subscription);
      return subscription.protocol === 'sqs' ? { ...policy, retry: MANAGED_RETRY, maxReceivesPerSecond: null } : policy;
    },
    attempt: (signal) => (subscription.protocol === 'sqs' ? sendToQueue(context, one) : postOne(context, one, signal)),
    onAttempt: (attempts, result) => {
      context.log.attempted(message.id, subscription.arn, attempts, result);
      if (result.error !== null) context.outbox.attempted(message.id, subscription, attempts);
      if (result.error !== null && attempts === 1) warnOnce(context, subscription, result.error);
      else if (result.error === null && subscription.lastError !== null) recovered(context, subscription);
    },
    onEnd: (end, last, attempts) => void finish(context, one, { end, last, attempts }),
  });
}

async function postOne(
  context: TopicsContext,
  { topic, subscription, message, render }: One,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const headers = deliveryHeaders({
    type: 'Notification',
    messageId: message.id,
    topicArn: message.topicArn,
    subscriptionArn: subscription.arn,
    contentType: policyOf(topic, subscription).contentType,
    raw: subscription.settings.rawMessageDelivery,
  });
  return context.post({ endpoint: subscription.endpoint, headers, body: await render(subscription), signal });
}

async function sendToQueue(context: TopicsContext, { subscription, message, render }: One): Promise<AttemptResult> {
  const attributes = subscription.settings.rawMessageDelivery ? message.attributes : undefined;
  const body = await render(subscription);
  if (!context.queues.find(subscription.endpoint)) return { status: 400, error: 'the queue does not exist' };
  const sent = context.queues.send(subscription.endpoint, body, attributes);
  return sent === null ? { status: 503, error: 'the queue is full' } : { status: 200, error: null };
}

async function finish(
  context: TopicsContext,
  one: One,
  how: { readonly end: DeliveryEnd; readonly last: AttemptResult | null; readonly attempts: number },
): Promise<void> {
  const { topic, subscription, message } = one;
  if (how.end === 'delivered') {
    context.outbox.ended(message.id, subscription);
    countMetric(context, 'NumberOfNotificationsDelivered', topic);
    return context.log.ended(message.id, subscription.arn, 'delivered');
  }
  if (how.end === 'closed') return context.log.ended(message.id, subscription.arn, 'undelivered');
  countMetric(context, 'NumberOfNotificationsFailed', topic);
  const redriven = await redrive(context, one, how.last);
  // Only now: a plane that is killed in between sends it again rather than not at all.
  context.outbox.ended(message.id, subscription);
  if (redriven) countMetric(context, 'NumberOfNotificationsRedrivenToDlq', topic);
  context.log.ended(message.id, subscription.arn, redriven ? 'dead-lettered' : 'failed');
  const end = redriven
    ? `moved to ${subscription.settings.deadLetterTargetArn}`
    : 'discarded: the subscription has no dead-letter queue';
  context.events.emit({
    source: 'topics',
    subject: topic.name,
    code: redriven ? 'DELIVERY_DEAD_LETTERED' : 'DELIVERY_FAILED',
    level: 'warn',
    message: `message ${message.id} to ${subscription.endpoint} was given up after ${how.attempts} attempt(s) (${how.last?.error ?? how.end}) and ${end}`,
    data: {
      messageId: message.id,
      subscriptionArn: subscription.arn,
      attempts: how.attempts,
      lastStatus: how.last?.status ?? null,
    },
  });
}

/** @returns whether a dead-letter queue took it (SNS sns-dead-letter-queues) */
async function redrive(
  context: TopicsContext,
  { subscription, message, render }: One,
  last: AttemptResult | null,
): Promise<boolean> {
  const arn = subscription.settings.deadLetterTargetArn;
  if (arn === null) return false;
  const text = (value: string): MessageAttribute => ({ type: 'String', stringValue: value });
  const attributes = new Map([
    ...(subscription.settings.rawMessageDelivery ? message.attributes : []),
    ['RequestID', text(context.random.uuid())],
    ['ErrorCode', text(String(last?.status ?? 0))],
    ['ErrorMessage', text(last?.error ?? 'unknown')],
  ] as [string, MessageAttribute][]);
  return context.queues.send(arn, await render(subscription), attributes) !== null;
}

/** Renders per subscription; the signature is shared by all that get the same text. */
function createRenderer(context: TopicsContext, message: Message): Render {
  const signatures = new Map<string, ReturnType<TopicsContext['sign']>>();
  return async (subscription) => {
    const body = bodyFor(message, subscription);
    if (subscription.settings.rawMessageDelivery) return body;
    const fields: EnvelopeFields = {
      type: 'Notification',
      messageId: message.id,
      topicArn: message.topicArn,
      subject: message.subject,
      message: body,
      timestamp: message.timestamp,
      attributes: message.attributes,
      unsubscribeUrl: `${context.awsEndpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    };
    const signature = signatures.get(body) ?? context.sign(fields, message.signatureVersion);
    signatures.set(body, signature);
    return renderEnvelope(fields, await signature);
  };
}

function bodyFor(message: Message, subscription: SubscriptionRecord): string {
  return message.bodies.get(subscription.protocol) ?? message.bodies.get('default') ?? '';
}

/** One event when an endpoint begins to fail, not one a message. */
function warnOnce(context: TopicsContext, subscription: SubscriptionRecord, error: string): void {
  if (subscription.lastError === null) {
    context.events.emit({
      source: 'topics',
      subject: subscription.topicArn,
      code: 'DELIVERY_FAILING',
      level: 'warn',
      message: `deliveries to ${subscription.endpoint} began to fail: ${error}`,
    });
  }
  subscription.lastError = error;
}

function recovered(context: TopicsContext, subscription: SubscriptionRecord): void {
  subscription.lastError = null;
  context.events.emit({
    source: 'topics',
    subject: subscription.topicArn,
    code: 'DELIVERY_RECOVERED',
    message: `deliveries to ${subscription.endpoint} succeed again`,
  });
}
