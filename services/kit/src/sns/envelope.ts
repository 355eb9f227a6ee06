/** The SNS envelope (SNS sns-message-and-json-formats): its shape, and every field that breaks it named at once. */
import * as z from 'zod/mini';
import { type FieldProblem, ServiceError } from '../errors.ts';

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]{1,32}:\d{12}:[\w-]{1,256}(\.fifo)?$/;
const MESSAGE_ID = /^[A-Za-z0-9-]{1,100}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const url = z.string().check(z.minLength(1, 'an address'), z.maxLength(2_048, 'at most 2048 characters'));
const matching = (pattern: RegExp, rule: string) => z.string(rule).check(z.regex(pattern, rule));
const text = (max: number) => z.string('text').check(z.maxLength(max, `at most ${max} characters`));

const common = {
  MessageId: matching(MESSAGE_ID, '1 to 100 letters, digits and hyphens'),
  TopicArn: matching(TOPIC_ARN, 'an SNS topic ARN'),
  Message: text(1_048_576),
  Timestamp: matching(TIMESTAMP, 'a UTC time such as 2026-01-01T00:00:00.000Z'),
};
const signature = {
  SignatureVersion: z.enum(['1', '2'], 'signature version 1 or 2'),
  // What is not base64 gives other bytes than the signer's, and fails as a signature.
  Signature: z
    .string('base64')
    .check(z.minLength(4, 'base64'), z.maxLength(1_400, 'base64 of at most 1400 characters')),
  SigningCertURL: url,
};
const handshake = {
  Token: z.string('text').check(z.minLength(1, 'not empty'), z.maxLength(2_048, 'too long')),
  SubscribeURL: url,
};

const Notification = z.object({
  Type: z.literal('Notification'),
  ...common,
  ...signature,
  Subject: z.nullish(text(1_024)),
});
const UnsignedNotification = z.object({
  Type: z.literal('Notification'),
  ...common,
  Subject: z.nullish(text(1_024)),
});
const Handshake = z.object({
  Type: z.enum(['SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  ...common,
  ...signature,
  ...handshake,
});

export type NotificationEnvelope = z.infer<typeof Notification>;
export type UnsignedEnvelope = z.infer<typeof UnsignedNotification>;
export type HandshakeEnvelope = z.infer<typeof Handshake>;
export type SignedEnvelope = NotificationEnvelope | HandshakeEnvelope;

export type Envelope =
  | { readonly kind: 'notification'; readonly envelope: NotificationEnvelope }
  | { readonly kind: 'unsigned'; readonly envelope: UnsignedEnvelope }
  | { readonly kind: 'handshake'; readonly envelope: HandshakeEnvelope };

/**
 * @param body a JSON object with a `Type`
 * @throws ServiceError ENVELOPE_INVALID naming every bad field
 */
export function parseEnvelope(body: Readonly<Record<string, unknown>>): Envelope {
  switch (body.Type) {
    case 'Notification':
      // No trace of a signature at all: whether that is allowed is decided by who asked.
      if (body.Signature === undefined && body.SignatureVersion === undefined && body.SigningCertURL === undefined) {
        return { kind: 'unsigned', envelope: parse(UnsignedNotification, body) };
      }
      return { kind: 'notification', envelope: parse(Notification, body) };
    case 'SubscriptionConfirmation':
    case 'UnsubscribeConfirmation':
      return { kind: 'handshake', envelope: parse(Handshake, body) };
    default:
      throw new ServiceError('ENVELOPE_INVALID', 'the SNS envelope is not valid', {
        problems: [{ path: 'Type', rule: 'Notification, SubscriptionConfirmation or UnsubscribeConfirmation' }],
      });
  }
}

function parse<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems: FieldProblem[] = result.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    rule: issue.message,
  }));
  throw new ServiceError('ENVELOPE_INVALID', 'the SNS envelope is not valid', { problems });
}

/** The text that SNS signs: names and values, each on a line, in byte order (SNS sns-verify-signature-of-message). */
export function canonicalText(envelope: SignedEnvelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = envelope;
  const head = `Message\n${Message}\nMessageId\n${MessageId}\n`;
  const tail = `TopicArn\n${TopicArn}\nType\n${Type}\n`;
  if (envelope.Type === 'Notification') {
    const { Subject } = envelope;
    const subject = Subject === undefined || Subject === null ? '' : `Subject\n${Subject}\n`;
    return `${head}${subject}Timestamp\n${Timestamp}\n${tail}`;
  }
  return `${head}SubscribeURL\n${envelope.SubscribeURL}\nTimestamp\n${Timestamp}\nToken\n${envelope.Token}\n${tail}`;
}
