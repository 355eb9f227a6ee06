/** Subscribing, the confirmation handshake, unsubscribing. Rules: SNS sns-http-https-endpoint-as-subscriber and the API reference. */
import type { Arn } from '../../topology.ts';
import { ApiError } from '../contracts.ts';
import { type Handshake, waitConfirmed } from './confirmation.ts';
import { needSubscription, needTopic, policyOf, type TopicsContext } from './context.ts';
import { DEFAULT_CONTENT_TYPE } from './delivery-policy.ts';
import { deliveryHeaders, renderEnvelope } from './envelope.ts';
import { deliverHeld } from './publish.ts';
import { invalid } from './publish-rules.ts';
import { sourceOf } from './settings.ts';
import type { EnvelopeType, SubscriptionRecord, SubscriptionSettings } from './types.ts';

/** Confirmation tokens live three days (SNS API ConfirmSubscription). */
const TOKEN_LIFETIME_MS = 3 * 24 * 3600 * 1000;
const MAX_REMOVED = 1_000;

export interface SubscribeInput {
  readonly topicArn: Arn;
  readonly protocol: string;
  readonly endpoint: string;
  readonly settings: SubscriptionSettings;
  readonly address?: string | null;
}

export interface Subscriptions {
  /** Sends the confirmation for http(s); a queue of the plane is confirmed at once. An equal subscription is returned as it is. */
  subscribe(input: SubscribeInput): SubscriptionRecord;
  confirm(topicArn: Arn, token: string, authenticateOnUnsubscribe: boolean): SubscriptionRecord;
  unsubscribe(arn: Arn): void;
  /** Resolves when confirmed. @throws CutoverError APPLY_FAILED past the limit; the signal's reason when aborted */
  confirmed(subscription: SubscriptionRecord, limitMinutes: number, signal: AbortSignal): Promise<void>;
}

export function createSubscriptions(context: TopicsContext): Subscriptions {
  const waiters = new Map<Arn, Set<() => void>>();
  const removed = new Map<string, SubscriptionRecord>();
  const handshakes = new Map<Arn, Handshake>();
  const changed = (arn: Arn): void => {
    for (const wake of waiters.get(arn) ?? []) wake();
  };

  const remove = (subscription: SubscriptionRecord): void => {
    context.subscriptions.delete(subscription.arn);
    context.outbox.removed(subscription);
    handshakes.delete(subscription.arn);
    const topic = context.topics.get(subscription.topicArn);
    if (topic) topic.deletedSubscriptions += 1;
    if (subscription.confirmed && subscription.protocol !== 'sqs') {
      renewToken(context, subscription);
      removed.set(subscription.token, subscription);
      for (const token of removed.keys()) if (removed.size > MAX_REMOVED) removed.delete(token);
      send(context, subscription, 'UnsubscribeConfirmation', () => true);
    }
    context.events.emit({
      source: 'topics',
      subject: topic?.name ?? subscription.topicArn,
      code: 'SUBSCRIPTION_REMOVED',
      message: `${subscription.endpoint} is no longer subscribed`,
    });
    changed(subscription.arn);
  };

  return {
    subscribe(input) {
      const topic = needTopic(context, input.topicArn);
      const protocol = checkEndpoint(context, input);
      const existing = [...context.subscriptions.values()].find(
        (candidate) =>
          candidate.topicArn === topic.arn && candidate.protocol === protocol && candidate.endpoint === input.endpoint,
      );
      if (existing?.confirmed) return existing;
      const subscription = existing ?? newRecord(context, input, protocol);
      context.subscriptions.set(subscription.arn, subscription);
      if (subscription.confirmed) {
        confirmed(context, subscription);
        return subscription;
      }
      const handshake: Handshake = { inFlight: false, startedAtMs: 0, accepted: false };
      handshakes.set(subscription.arn, handshake);
      const wanted = (): boolean => context.subscriptions.has(subscription.arn) && !subscription.confirmed;
      send(context, subscription, 'SubscriptionConfirmation', wanted, handshake, () => changed(subscription.arn));
      return subscription;
    },
    confirm(topicArn, token, authenticateOnUnsubscribe) {
      const found =
        [...context.subscriptions.values()].find((candidate) => candidate.token === token) ?? removed.get(token);
      if (!found || found.topicArn !== topicArn || found.tokenExpiresAtMs < context.clock.now()) throw invalid('Token');
      const topic = needTopic(context, topicArn);
      removed.delete(token);
      if (!found.confirmed || !context.subscriptions.has(found.arn)) {
        context.events.emit({
          source: 'topics',
          subject: topic.name,
          code: 'SUBSCRIPTION_CONFIRMED',
          message: `${found.endpoint} confirmed its subscription`,
        });
      }
      found.confirmed = true;
      found.lastError = null;
      if (authenticateOnUnsubscribe) found.authenticateOnUnsubscribe = true;
      context.subscriptions.set(found.arn, found);
      handshakes.delete(found.arn);
      confirmed(context, found);
      changed(found.arn);
      return found;
    },
    unsubscribe: (arn) => remove(needSubscription(context, arn)),
    confirmed: (subscription, limitMinutes, signal) =>
      waitConfirmed(context, subscription, {
        limitMinutes,
        signal,
        handshake: () => handshakes.get(subscription.arn) ?? null,
        listen: (wake) => {
          const set = waiters.get(subscription.arn) ?? new Set();
          waiters.set(subscription.arn, set.add(wake));
          return () => {
            set.delete(wake);
            if (set.size === 0) waiters.delete(subscription.arn);
          };
        },
      }),
  };
}

/** It gets messages from now on, and those that waited for it. */
function confirmed(context: TopicsContext, subscription: SubscriptionRecord): void {
  context.outbox.confirmed(subscription, sourceOf(subscription));
  deliverHeld(context, subscription);
}

/** Posts a confirmation with the topic's retry policy until it is accepted, given up or no longer wanted. */
function send(
  context: TopicsContext,
  subscription: SubscriptionRecord,
  type: Exclude<EnvelopeType, 'Notification'>,
  wanted: () => boolean,
  handshake: Handshake = { inFlight: false, startedAtMs: 0, accepted: false },
  onAttempt: () => void = () => undefined,
): void {
  const topic = needTopic(context, subscription.topicArn);
  const { token, topicArn } = subscription;
  const messageId = context.random.uuid();
  const fields = {
    type,
    messageId,
    token,
    topicArn,
    message: confirmationText(type, subscription),
    subscribeUrl: `${context.awsEndpoint}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
    timestamp: new Date(context.clock.wallNow()).toISOString(),
  };
  const headers = deliveryHeaders({
    type,
    messageId,
    topicArn,
    subscriptionArn: type === 'UnsubscribeConfirmation' ? subscription.arn : null,
    contentType: DEFAULT_CONTENT_TYPE,
    raw: false,
  });
  context.deliverer.enqueue({
    subscriptionArn: subscription.arn,
    policy: () => policyOf(topic, subscription),
    attempt: async (signal) => {
      if (!wanted()) return { status: 410, error: 'no longer wanted' };
      Object.assign(handshake, { inFlight: true, startedAtMs: context.clock.monotonicMs(), accepted: false });
      const body = renderEnvelope(fields, await context.sign(fields, topic.signatureVersion));
      return context.post({ endpoint: subscription.endpoint, headers, body, signal });
    },
    onAttempt: (_attempts, result) => {
      Object.assign(handshake, { inFlight: false, accepted: result.error === null });
      if (type === 'SubscriptionConfirmation' && !subscription.confirmed) subscription.lastError = result.error;
      onAttempt();
    },
    onEnd: () => undefined,
  });
}

function confirmationText(type: EnvelopeType, { topicArn, arn }: SubscriptionRecord): string {
  return type === 'SubscriptionConfirmation'
    ? `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
    : `You have chosen to deactivate subscription ${arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
}

function newRecord(
  context: TopicsContext,
  input: SubscribeInput,
  protocol: SubscriptionRecord['protocol'],
): SubscriptionRecord {
  const record: SubscriptionRecord = {
    arn: `${input.topicArn}:${context.random.uuid()}`,
    topicArn: input.topicArn,
    protocol,
    endpoint: input.endpoint,
    address: input.address ?? null,
    confirmed: protocol === 'sqs',
    token: '',
    tokenExpiresAtMs: 0,
    authenticateOnUnsubscribe: false,
    settings: input.settings,
    lastError: null,
  };
  renewToken(context, record);
  return record;
}

function renewToken(context: TopicsContext, record: SubscriptionRecord): void {
  record.token = context.random.hex(128);
  record.tokenExpiresAtMs = context.clock.now() + TOKEN_LIFETIME_MS;
}

function checkEndpoint(context: TopicsContext, { protocol, endpoint }: SubscribeInput): SubscriptionRecord['protocol'] {
  if (protocol === 'sqs') {
    if (!endpoint.startsWith('arn:') || !context.queues.find(endpoint)) throw invalid('SQS endpoint ARN');
    return protocol;
  }
  if (protocol !== 'http' && protocol !== 'https') {
    throw new ApiError(
      'InvalidParameter',
      `Invalid parameter: Protocol ${protocol} has no local counterpart: http, https and sqs do`,
    );
  }
  if (URL.parse(endpoint)?.protocol !== `${protocol}:`) throw invalid('Endpoint must match the specified protocol');
  return protocol;
}
