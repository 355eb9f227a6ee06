/** Topics and subscriptions as the attribute maps of the SNS API. Pure. */
import { effectivePolicy, policyToJson } from '../../topics/delivery-policy.ts';
import type { SubscriptionRecord, TopicRecord } from '../../topics/types.ts';

type Topic = Readonly<TopicRecord>;
type Subscription = Readonly<SubscriptionRecord>;

/** @param subscriptions the topic's own */
export function topicAttributes(
  topic: Topic,
  subscriptions: readonly Subscription[],
  owner: string,
): Map<string, string> {
  const confirmed = subscriptions.filter((one) => one.confirmed).length;
  const effective = JSON.stringify(
    policyToJson(
      effectivePolicy(topic.deliveryPolicy, null),
      'topic',
      topic.deliveryPolicy.disableSubscriptionOverrides,
    ),
  );
  return new Map([
    ['TopicArn', topic.arn],
    ['Owner', owner],
    ['DisplayName', topic.displayName],
    ['SubscriptionsConfirmed', String(confirmed)],
    ['SubscriptionsPending', String(subscriptions.length - confirmed)],
    ['SubscriptionsDeleted', String(topic.deletedSubscriptions)],
    ['SignatureVersion', String(topic.signatureVersion)],
    ...(topic.deliveryPolicySource === null ? [] : [['DeliveryPolicy', asText(topic.deliveryPolicySource)] as const]),
    ['EffectiveDeliveryPolicy', effective],
  ]);
}

export function subscriptionAttributes(one: Subscription, topic: Topic, owner: string): Map<string, string> {
  const { settings } = one;
  const policy = effectivePolicy(topic.deliveryPolicy, settings.deliveryPolicy);
  const redrive = settings.deadLetterTargetArn && JSON.stringify({ deadLetterTargetArn: settings.deadLetterTargetArn });
  const pairs: [string, string | null][] = [
    ['SubscriptionArn', one.arn],
    ['TopicArn', one.topicArn],
    ['Owner', owner],
    ['Protocol', one.protocol],
    ['Endpoint', one.endpoint],
    ['PendingConfirmation', String(!one.confirmed)],
    ['ConfirmationWasAuthenticated', String(one.authenticateOnUnsubscribe)],
    ['RawMessageDelivery', String(settings.rawMessageDelivery)],
    ['FilterPolicy', settings.filterPolicySource === null ? null : asText(settings.filterPolicySource)],
    ['FilterPolicyScope', settings.filterPolicySource === null ? null : settings.filterPolicyScope],
    ['DeliveryPolicy', settings.deliveryPolicySource === null ? null : asText(settings.deliveryPolicySource)],
    ['EffectiveDeliveryPolicy', JSON.stringify(policyToJson(policy, 'subscription'))],
    ['RedrivePolicy', redrive],
  ];
  return new Map(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
}

function asText(source: unknown): string {
  return typeof source === 'string' ? source : JSON.stringify(source);
}
