/** What the parts of the topics controller share. */
import type { Arn } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type MetricStore } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import type { Deliverer } from './deliverer.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { type EffectivePolicy, effectivePolicy } from './delivery-policy.ts';
import type { Poster } from './http-post.ts';
import type { Outbox } from './outbox.ts';
import type { Queues } from './queues.ts';
import type { Signer } from './sign.ts';
import type { SubscriptionRecord, TopicRecord } from './types.ts';

export interface TopicsContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly sign: Signer;
  readonly post: Poster;
  readonly queues: Queues;
  readonly deliverer: Deliverer;
  readonly log: DeliveryLog;
  readonly outbox: Outbox;
  readonly awsEndpoint: string;
  readonly topics: Map<Arn, TopicRecord>;
  readonly subscriptions: Map<Arn, SubscriptionRecord>;
  readonly metrics: MetricStore | null;
}

/** @throws ApiError NotFound */
export function needTopic(context: TopicsContext, arn: Arn): TopicRecord {
  const topic = context.topics.get(arn);
  if (!topic) throw new ApiError('NotFound', 'Topic does not exist', 404);
  return topic;
}

/** @throws ApiError NotFound */
export function needSubscription(context: TopicsContext, arn: Arn): SubscriptionRecord {
  const subscription = context.subscriptions.get(arn);
  if (!subscription) throw new ApiError('NotFound', 'Subscription does not exist', 404);
  return subscription;
}

export function policyOf(topic: TopicRecord, subscription: SubscriptionRecord): EffectivePolicy {
  return effectivePolicy(topic.deliveryPolicy, subscription.settings.deliveryPolicy);
}

/** Counts in CloudWatch's names (SNS sns-monitoring-using-cloudwatch). */
export function countMetric(context: TopicsContext, name: string, topic: TopicRecord, value = 1): void {
  const unit = name === 'PublishSize' ? 'Bytes' : 'Count';
  context.metrics?.put({ namespace: 'AWS/SNS', name, dimensions: { TopicName: topic.name }, value, unit });
}
