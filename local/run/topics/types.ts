/** The words of the topics controller: what is published, what a subscription is, and how a delivery ended. */
import type { Arn } from '../../topology.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { CompiledFilter } from './filter-policy.ts';

/** A message attribute. `type` is `String`, `Number`, `String.Array`, `Binary` or one of them with a custom label (`Number.int`). */
export interface MessageAttribute {
  readonly type: string;
  /** The text of every type but Binary. */
  readonly stringValue?: string;
  /** Base64, for Binary. */
  readonly binaryValue?: string;
}

export type MessageAttributes = ReadonlyMap<string, MessageAttribute>;

export interface PublishInput {
  readonly topicArn: Arn;
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: MessageAttributes;
  /** `json`: the message is an object with a text per protocol and a `default`. */
  readonly messageStructure?: string;
}

/** A message that was accepted. */
export interface Message {
  readonly id: string;
  readonly topicArn: Arn;
  /** Text per protocol; `default` is always there. */
  readonly bodies: ReadonlyMap<string, string>;
  readonly subject: string | null;
  readonly attributes: MessageAttributes;
  /** Wall time in ISO 8601: receivers compare it with their own clock. */
  readonly timestamp: string;
  readonly signatureVersion: 1 | 2;
}

export type EnvelopeType = 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

export interface TopicRecord {
  readonly arn: Arn;
  readonly name: string;
  displayName: string;
  deliveryPolicy: DeliveryPolicy;
  /** As given, for GetTopicAttributes; null where none was given. */
  deliveryPolicySource: unknown;
  signatureVersion: 1 | 2;
  tags: Readonly<Record<string, string>>;
  deletedSubscriptions: number;
}

export interface SubscriptionRecord {
  readonly arn: Arn;
  readonly topicArn: Arn;
  readonly protocol: 'http' | 'https' | 'sqs';
  readonly endpoint: string;
  /** Resource address where Terraform made it, null where the API did. */
  readonly address: string | null;
  confirmed: boolean;
  /** Answers ConfirmSubscription; valid for three days. */
  token: string;
  tokenExpiresAtMs: number;
  authenticateOnUnsubscribe: boolean;
  settings: SubscriptionSettings;
  /** How the newest confirmation attempt ended; null before the first. */
  lastError: string | null;
}

/** What may change without a new confirmation. */
export interface SubscriptionSettings {
  readonly rawMessageDelivery: boolean;
  readonly filter: CompiledFilter | null;
  readonly filterPolicySource: unknown;
  readonly filterPolicyScope: 'MessageAttributes' | 'MessageBody';
  readonly deliveryPolicy: DeliveryPolicy | null;
  readonly deliveryPolicySource: unknown;
  readonly deadLetterTargetArn: Arn | null;
}

/** How one attempt ended. `status` is null where there was no HTTP answer. */
export interface AttemptResult {
  readonly status: number | null;
  /** Null for a 2xx. */
  readonly error: string | null;
}
