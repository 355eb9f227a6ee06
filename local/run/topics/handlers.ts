/** Topics and subscriptions as resources to apply. */
import { CutoverError, type Problem, throwIfAny } from '../../errors.ts';
import type { Arn, Subscription } from '../../topology.ts';
import { ApiError, type ResourceHandler } from '../contracts.ts';
import type { TopicsContext } from './context.ts';
import { parseDeliveryPolicy } from './delivery-policy.ts';
import { settingsFor } from './settings.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { SubscriptionRecord, TopicRecord } from './types.ts';

export interface TopicSource {
  readonly name: string;
  readonly displayName?: string;
  readonly deliveryPolicy?: unknown;
  readonly signatureVersion?: 1 | 2;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Creates a topic or changes what the source names. @throws CutoverError with every problem */
export function putTopic(context: TopicsContext, address: string, arn: Arn, source: TopicSource): TopicRecord {
  const problems: Problem[] = [];
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(source.name)) {
    const fifo = source.name.endsWith('.fifo');
    problems.push({
      code: fifo ? 'UNSUPPORTED_ATTRIBUTE' : 'INVALID_ATTRIBUTE',
      address: `${address}.name`,
      message: fifo
        ? 'FIFO topics have no HTTP(S) delivery and no local counterpart'
        : 'it cannot be the name of a topic',
      value: source.name,
      rule: 'SNS API CreateTopic: letters, digits, hyphens and underscores, 1 to 256 of them',
    });
  }
  const existing = context.topics.get(arn);
  const deliveryPolicy = parseDeliveryPolicy(source.deliveryPolicy, 'topic', { address, problems });
  throwIfAny(problems);
  const record: TopicRecord = existing ?? {
    arn,
    name: source.name,
    displayName: '',
    deliveryPolicy,
    deliveryPolicySource: null,
    signatureVersion: 1,
    tags: {},
    deletedSubscriptions: 0,
  };
  if (source.displayName !== undefined) record.displayName = source.displayName;
  if (source.signatureVersion !== undefined) record.signatureVersion = source.signatureVersion;
  if (source.tags !== undefined) record.tags = source.tags;
  if (source.deliveryPolicy !== undefined) {
    record.deliveryPolicy = deliveryPolicy;
    record.deliveryPolicySource = source.deliveryPolicy || null;
  }
  context.topics.set(arn, record);
  return record;
}

/** `put` resolves when the endpoint has confirmed; a moved subscription is a new one, as for AWS. */
export function subscriptionHandler(
  context: TopicsContext,
  subscriptions: Subscriptions,
): ResourceHandler<Subscription> {
  const find = (one: Subscription): SubscriptionRecord | undefined =>
    [...context.subscriptions.values()].find(
      (record) =>
        record.topicArn === one.topicArn && record.protocol === one.protocol && record.endpoint === one.endpoint,
    );
  return {
    async put(next, previous, signal) {
      const settings = settingsFor(context, next.address, next);
      const old = previous ? find(previous) : undefined;
      const moved =
        old && (old.topicArn !== next.topicArn || old.protocol !== next.protocol || old.endpoint !== next.endpoint);
      if (old && moved) subscriptions.unsubscribe(old.arn);
      const record = asCutoverError(next.address, () => subscriptions.subscribe({ ...next, settings }));
      record.settings = settings;
      try {
        await subscriptions.confirmed(record, next.confirmationTimeoutMinutes, signal);
      } catch (error) {
        if (!record.confirmed && context.subscriptions.has(record.arn)) subscriptions.unsubscribe(record.arn);
        throw error;
      }
    },
    remove(previous) {
      const record = find(previous);
      if (record) subscriptions.unsubscribe(record.arn);
    },
  };
}

/** The API's refusals in apply's words. */
function asCutoverError<T>(address: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new CutoverError(
      { code: 'INVALID_ATTRIBUTE', address, message: error.message, rule: `SNS: ${error.code}` },
      { cause: error },
    );
  }
}
