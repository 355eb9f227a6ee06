/** Amazon SNS. Rules: SNS API reference; the controller itself is run/topics. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import type { MessageAttribute, TopicRecord } from '../../topics/types.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, list, name, stringMap, text } from '../schema.ts';
import { settingsFrom } from './sns-attributes.ts';
import { subscriptionAttributes, topicAttributes } from './sns-shapes.ts';

const attributeValues = z.record(
  z.string(),
  z.object({ DataType: text, StringValue: text.optional(), BinaryValue: text.optional() }),
);
const tags = list(z.object({ Key: name, Value: text }), 50);
const token = { NextToken: text.optional() };
const PAGE = 100;

const message = {
  Message: text,
  Subject: text.optional(),
  MessageStructure: text.optional(),
  MessageAttributes: attributeValues.optional(),
};
const publishInput = z.strictObject({ TopicArn: name.optional(), TargetArn: name.optional(), ...message });
const batchEntry = z.strictObject({ Id: z.string().regex(/^[\w-]{1,80}$/), ...message });

export const sns: ServiceTable = {
  name: 'sns',
  version: '2010-03-31',
  xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  validationError: 'InvalidParameter',
  operations: {
    CreateTopic: operation(
      z.strictObject({ Name: text, Attributes: stringMap.optional(), Tags: tags.optional() }),
      createTopic,
    ),
    DeleteTopic: operation(
      z.object({ TopicArn: name }),
      ({ TopicArn }, call) => void call.topics.deleteTopic(TopicArn),
    ),
    ListTopics: operation(z.object(token), ({ NextToken }, call) => {
      const page = paginate(call.topics.listTopics(), (topic) => topic.arn, pageOf(NextToken));
      return { Topics: page.items.map((topic) => ({ TopicArn: topic.arn })), NextToken: page.next };
    }),
    GetTopicAttributes: operation(z.object({ TopicArn: name }), ({ TopicArn }, call) => ({
      Attributes: topicAttributes(needTopic(call, TopicArn), call.topics.listSubscriptions(TopicArn), call.accountId),
    })),
    ListTagsForResource: operation(z.object({ ResourceArn: name }), ({ ResourceArn }, call) => ({
      Tags: Object.entries(needTopic(call, ResourceArn).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    Publish: operation(publishInput, ({ TopicArn, TargetArn, ...rest }, call) => {
      const topicArn = TopicArn ?? TargetArn;
      if (topicArn === undefined)
        throw new ApiError(
          'InvalidParameter',
          'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
        );
      checkTopicArn(topicArn);
      return { MessageId: publishOne(call, topicArn, rest) };
    }),
    PublishBatch: operation(
      z.strictObject({ TopicArn: name, PublishBatchRequestEntries: list(batchEntry, 100) }),
      publishBatch,
    ),
    Subscribe: operation(
      z.strictObject({
        TopicArn: name,
        Protocol: name,
        Endpoint: name,
        Attributes: stringMap.optional(),
        ReturnSubscriptionArn: bool.optional(),
      }),
      ({ TopicArn, Protocol, Endpoint, Attributes = {}, ReturnSubscriptionArn }, call) => {
        checkTopicArn(TopicArn);
        const settings = settingsFrom(Attributes);
        const made = call.topics.subscribe({ topicArn: TopicArn, protocol: Protocol, endpoint: Endpoint, settings });
        return { SubscriptionArn: made.confirmed || ReturnSubscriptionArn ? made.arn : 'pending confirmation' };
      },
    ),
    ConfirmSubscription: operation(
      z.object({ TopicArn: name, Token: name, AuthenticateOnUnsubscribe: bool.optional() }),
      ({ TopicArn, Token, AuthenticateOnUnsubscribe }, call) => ({
        SubscriptionArn: call.topics.confirm(TopicArn, Token, AuthenticateOnUnsubscribe ?? false).arn,
      }),
    ),
    Unsubscribe: operation(
      z.object({ SubscriptionArn: name }),
      ({ SubscriptionArn }, call) => void call.topics.unsubscribe(SubscriptionArn),
    ),
    ListSubscriptions: operation(z.object(token), ({ NextToken }, call) =>
      subscriptionPage(call, undefined, NextToken),
    ),
    ListSubscriptionsByTopic: operation(z.object({ TopicArn: name, ...token }), ({ TopicArn, NextToken }, call) =>
      subscriptionPage(call, TopicArn, NextToken),
    ),
    GetSubscriptionAttributes: operation(z.object({ SubscriptionArn: name }), ({ SubscriptionArn }, call) => {
      const found = call.topics.listSubscriptions().find((one) => one.arn === SubscriptionArn);
      if (!found) throw new ApiError('NotFound', 'Subscription does not exist', 404);
      return { Attributes: subscriptionAttributes(found, needTopic(call, found.topicArn), call.accountId) };
    }),
    SetSubscriptionAttributes: operation(
      z.strictObject({ SubscriptionArn: name, AttributeName: name, AttributeValue: text.optional() }),
      ({ SubscriptionArn, AttributeName, AttributeValue = '' }, call) =>
        void call.topics.setSubscription(SubscriptionArn, settingsFrom({ [AttributeName]: AttributeValue })),
    ),
  },
};

function createTopic(
  input: {
    Name: string;
    Attributes?: Record<string, string> | undefined;
    Tags?: { Key: string; Value: string }[] | undefined;
  },
  call: Call,
): object {
  if (!/^[\w-]{1,256}(\.fifo)?$/.test(input.Name))
    throw new ApiError('InvalidParameter', 'Invalid parameter: Topic Name');
  const { DisplayName, DeliveryPolicy, SignatureVersion, ...others } = input.Attributes ?? {};
  const [unknown] = Object.keys(others);
  if (unknown)
    throw new ApiError('InvalidParameter', `Invalid parameter: Attributes Reason: ${unknown} has no local counterpart`);
  if (SignatureVersion !== undefined && SignatureVersion !== '1' && SignatureVersion !== '2') {
    throw new ApiError('InvalidParameter', 'Invalid parameter: Attributes Reason: SignatureVersion is 1 or 2');
  }
  const topic = call.topics.createTopic({
    name: input.Name,
    ...(DisplayName === undefined ? {} : { displayName: DisplayName }),
    ...(DeliveryPolicy === undefined ? {} : { deliveryPolicy: DeliveryPolicy }),
    ...(SignatureVersion === undefined ? {} : { signatureVersion: SignatureVersion === '2' ? 2 : 1 }),
    ...(input.Tags ? { tags: Object.fromEntries(input.Tags.map(({ Key, Value }) => [Key, Value])) } : {}),
  });
  return { TopicArn: topic.arn };
}

type Entry = z.output<typeof batchEntry>;

/** @throws ApiError InvalidParameter where it cannot be the ARN of a topic */
function checkTopicArn(arn: string): void {
  if (/^arn:[\w-]+:sns:[\w-]*:\d*:[^:]+$/.test(arn)) return;
  const parts = arn.split(':').length;
  const reason = parts < 6 ? ` Reason: An ARN must have at least 6 elements, not ${parts}` : '';
  throw new ApiError('InvalidParameter', `Invalid parameter: TopicArn${reason}`);
}

function publishOne(call: Call, topicArn: string, entry: Omit<Entry, 'Id'>): string {
  const attributes = Object.entries(entry.MessageAttributes ?? {}).map(([key, value]): [string, MessageAttribute] => {
    const { DataType: type, StringValue, BinaryValue } = value;
    return [
      key,
      {
        type,
        ...(StringValue ? { stringValue: StringValue } : {}),
        ...(BinaryValue ? { binaryValue: BinaryValue } : {}),
      },
    ];
  });
  const { messageId } = call.topics.publish({
    topicArn,
    message: entry.Message,
    attributes: new Map(attributes),
    ...(entry.Subject === undefined ? {} : { subject: entry.Subject }),
    ...(entry.MessageStructure === undefined ? {} : { messageStructure: entry.MessageStructure }),
  });
  return messageId;
}

/** Entries succeed and fail one by one; the batch as a whole is refused for its form only. */
function publishBatch(
  { TopicArn, PublishBatchRequestEntries: entries }: { TopicArn: string; PublishBatchRequestEntries: Entry[] },
  call: Call,
): object {
  checkTopicArn(TopicArn);
  needTopic(call, TopicArn);
  if (entries.length === 0) throw new ApiError('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > 10)
    throw new ApiError('TooManyEntriesInBatchRequest', 'The batch request contains more than 10 entries.');
  if (new Set(entries.map((entry) => entry.Id)).size < entries.length) {
    throw new ApiError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.Message), 0);
  if (bytes > 256 * 1024)
    throw new ApiError(
      'BatchRequestTooLong',
      'The length of all the batch messages put together is more than the limit.',
    );
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const { Id, ...entry } of entries) {
    try {
      Successful.push({ Id, MessageId: publishOne(call, TopicArn, entry) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      Failed.push({
        Id,
        Code: error.code,
        Message: error.message,
        SenderFault: error.status < 500 && error.status !== 429,
      });
    }
  }
  return { Successful, Failed };
}

function subscriptionPage(call: Call, topicArn: string | undefined, NextToken: string | undefined): object {
  const page = paginate(call.topics.listSubscriptions(topicArn), (one) => one.arn, pageOf(NextToken));
  const Subscriptions = page.items.map((one) => ({
    SubscriptionArn: one.confirmed ? one.arn : 'PendingConfirmation',
    Owner: call.accountId,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    TopicArn: one.topicArn,
  }));
  return { Subscriptions, NextToken: page.next };
}

function needTopic(call: Call, arn: string): Readonly<TopicRecord> {
  const topic = call.topics.listTopics().find((one) => one.arn === arn);
  if (!topic) throw new ApiError('NotFound', 'Topic does not exist', 404);
  return topic;
}

function pageOf(NextToken: string | undefined) {
  return { token: NextToken, max: PAGE, errorCode: 'InvalidParameter' };
}
