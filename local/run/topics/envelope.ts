/**
 * The JSON documents and headers that SNS posts to HTTP(S) endpoints, and the text it signs.
 * Rules: SNS sns-message-and-json-formats, sns-verify-signature-of-message.
 */
import type { Arn } from '../../topology.ts';
import type { EnvelopeType, MessageAttributes } from './types.ts';

/** Everything of an envelope but its signature. */
export interface EnvelopeFields {
  readonly type: EnvelopeType;
  readonly messageId: string;
  readonly topicArn: Arn;
  readonly message: string;
  readonly timestamp: string;
  readonly subject?: string | null;
  /** Confirmations only. */
  readonly token?: string;
  readonly subscribeUrl?: string;
  /** Notifications only. */
  readonly unsubscribeUrl?: string;
  readonly attributes?: MessageAttributes;
}

export interface Signature {
  readonly version: 1 | 2;
  readonly signature: string;
  readonly certificateUrl: string;
}

/** `name\nvalue\n` for each signed field, in byte order of the names. */
export function stringToSign(fields: EnvelopeFields): string {
  const signed: Readonly<Record<string, string | null | undefined>> =
    fields.type === 'Notification'
      ? {
          Message: fields.message,
          MessageId: fields.messageId,
          Subject: fields.subject,
          Timestamp: fields.timestamp,
          TopicArn: fields.topicArn,
          Type: fields.type,
        }
      : {
          Message: fields.message,
          MessageId: fields.messageId,
          SubscribeURL: fields.subscribeUrl,
          Timestamp: fields.timestamp,
          Token: fields.token,
          TopicArn: fields.topicArn,
          Type: fields.type,
        };
  return Object.entries(signed)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

/** The document as SNS lays it out: two spaces, ` : ` between name and value. */
export function renderEnvelope(fields: EnvelopeFields, signed: Signature): string {
  const pairs: [string, string | null | undefined][] = [
    ['Type', fields.type],
    ['MessageId', fields.messageId],
    ['Token', fields.token],
    ['TopicArn', fields.topicArn],
    ['Subject', fields.subject],
    ['Message', fields.message],
    ['SubscribeURL', fields.subscribeUrl],
    ['Timestamp', fields.timestamp],
    ['SignatureVersion', String(signed.version)],
    ['Signature', signed.signature],
    ['SigningCertURL', signed.certificateUrl],
    ['UnsubscribeURL', fields.unsubscribeUrl],
  ];
  const lines = pairs
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `  ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
  if (fields.attributes && fields.attributes.size > 0) lines.push(renderAttributes(fields.attributes));
  return `{\n${lines.join(',\n')}\n}`;
}

function renderAttributes(attributes: MessageAttributes): string {
  const lines = [...attributes].map(([name, { type, stringValue, binaryValue }]) => {
    const value = JSON.stringify(stringValue ?? binaryValue ?? '');
    return `    ${JSON.stringify(name)} : {"Type":${JSON.stringify(type)},"Value":${value}}`;
  });
  return `  "MessageAttributes" : {\n${lines.join(',\n')}\n  }`;
}

/** Headers of a delivery. The message id stays the same on every retry. */
export function deliveryHeaders(delivery: {
  readonly type: EnvelopeType;
  readonly messageId: string;
  readonly topicArn: Arn;
  readonly subscriptionArn: Arn | null;
  readonly contentType: string;
  readonly raw: boolean;
}): Record<string, string> {
  return {
    'x-amz-sns-message-type': delivery.type,
    'x-amz-sns-message-id': delivery.messageId,
    'x-amz-sns-topic-arn': delivery.topicArn,
    ...(delivery.subscriptionArn ? { 'x-amz-sns-subscription-arn': delivery.subscriptionArn } : {}),
    ...(delivery.raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
    'content-type': delivery.contentType,
    'user-agent': 'Amazon Simple Notification Service Agent',
  };
}
