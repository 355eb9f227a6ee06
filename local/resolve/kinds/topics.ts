/** Topics, subscriptions and queues (SNS developer guide). */
import { isObject } from '../../read/json.ts';
import { QUEUE, SUBSCRIPTION, TOPIC } from '../../read/schemas/aws-sns.ts';
import type { Queue, Subscription, Topic } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, nameOf, textOf, uuid } from '../names.ts';

const topic = acting(
  TOPIC,
  'topics',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    const arn = arnOf(names, 'sns', name);
    return { name, arn, id: arn, owner: names.accountId };
  },
  ({ base, values: v, computed }): Topic => ({
    ...base,
    arn: computed('arn'),
    name: computed('name'),
    displayName: v.display_name,
    deliveryPolicy: v.delivery_policy,
    signatureVersion: v.signature_version === 2 ? 2 : 1,
  }),
);

const subscription = acting(
  SUBSCRIPTION,
  'subscriptions',
  (names, block, attribute) => {
    const arn = `${textOf(attribute('topic_arn'))}:${uuid(block.address)}`;
    return {
      arn,
      id: arn,
      owner_id: names.accountId,
      pending_confirmation: false,
      confirmation_was_authenticated: false,
    };
  },
  buildSubscription,
);

/** Protocols whose endpoints are on this machine. */
const DELIVERED = ['http', 'https', 'sqs'] as const;
type Delivered = (typeof DELIVERED)[number];

const isDelivered = (protocol: string): protocol is Delivered => (DELIVERED as readonly string[]).includes(protocol);

function buildSubscription({ base, values, report }: BuildContext<typeof SUBSCRIPTION.fields>): Subscription | null {
  const { protocol, ...v } = values;
  if (!isDelivered(protocol)) {
    report.note(
      'no-local-effect',
      `aws_sns_topic_subscription of ${protocol}`,
      'it is not delivered: nothing leaves this machine',
    );
    return null;
  }
  if (protocol === 'sqs' ? !v.endpoint.startsWith('arn:') : !isUrl(v.endpoint, protocol))
    report.bad(
      'endpoint',
      v.endpoint,
      'the endpoint does not fit the protocol',
      protocol === 'sqs' ? 'the ARN of a queue' : `${protocol}://HOST[:PORT]/PATH`,
    );
  const redrive = v.redrive_policy;
  const target = isObject(redrive) ? redrive['deadLetterTargetArn'] : undefined;
  if (redrive !== null && typeof target !== 'string')
    report.bad('redrive_policy', redrive, 'it names no queue', '{"deadLetterTargetArn": "<ARN of a queue>"}');
  return {
    ...base,
    topicArn: v.topic_arn,
    protocol,
    endpoint: v.endpoint,
    rawMessageDelivery: v.raw_message_delivery,
    filterPolicy: v.filter_policy,
    filterPolicyScope: v.filter_policy_scope,
    deliveryPolicy: v.delivery_policy,
    deadLetterTargetArn: typeof target === 'string' ? target : null,
    confirmationTimeoutMinutes: v.confirmation_timeout_in_minutes,
  };
}

function isUrl(text: string, protocol: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === `${protocol}:`;
}

const queue = acting(
  QUEUE,
  'queues',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    const url = `https://sqs.${names.region}.amazonaws.com/${names.accountId}/${name}`;
    return { name, arn: arnOf(names, 'sqs', name), id: url, url };
  },
  ({ base, computed }): Queue => ({ ...base, arn: computed('arn'), name: computed('name'), url: computed('url') }),
);

export const TOPIC_KINDS = [topic, subscription, queue];
