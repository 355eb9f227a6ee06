/**
 * How an order comes in: a signed SNS notification, or, where ALLOW_UNSIGNED says so, the workshop's bare
 * `{"Message":{"bundle":"1"}}`. Handshakes are answered here; what is left is an order with a MessageId.
 */
import { randomUUID } from 'node:crypto';
import { parseJsonObject } from '../body.ts';
import { ServiceError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Log } from '../log.ts';
import { sendText } from '../reply.ts';
import type { BodyHandler } from '../server.ts';
import type { SnsConfig } from '../settings.ts';
import { createCertificateStore } from '../sns/certificates.ts';
import { createConfirmer } from '../sns/confirm.ts';
import { type HandshakeEnvelope, parseEnvelope } from '../sns/envelope.ts';
import { trustOf } from '../sns/trust.ts';
import { createVerifier } from '../sns/verify.ts';
import { type Items, readItems } from './order.ts';

export interface Order {
  /** The SNS MessageId, the same on every retry; made here for a bare order without one. */
  readonly messageId: string;
  readonly items: Items;
}

export interface Intake {
  /** A handler that passes only valid, trusted orders on. */
  handler(take: (exchange: Exchange, order: Order) => Promise<void>): BodyHandler;
  close(): Promise<void>;
}

const MESSAGE_ID = /^[A-Za-z0-9-]{1,100}$/;

/** @param options.ca certificate authorities to trust besides Node's own, PEM */
export function createIntake(config: SnsConfig, log: Log, options: { ca?: string } = {}): Intake {
  const trust = trustOf(config);
  const certificates = createCertificateStore(options);
  const verifier = createVerifier(trust, certificates);
  const confirmer = createConfirmer(trust, options);

  const shakeHands = async (exchange: Exchange, envelope: HandshakeEnvelope): Promise<void> => {
    await verifier.verify(envelope);
    if (envelope.Type === 'SubscriptionConfirmation') await confirmer.confirm(envelope);
    log.logger.info({ event: envelope.Type, trace: exchange.trace, topicArn: envelope.TopicArn });
    sendText(exchange.res, 200, 'OK');
  };

  const unsigned = (message: unknown, messageId: string): Order => {
    if (!trust.allowUnsigned) throw unsignedRefused();
    return { messageId, items: itemsOf(message) };
  };

  /** The order in a body, or null where it was a handshake that has been answered. */
  const read = async (exchange: Exchange, text: string): Promise<Order | null> => {
    const body = parseJsonObject(text);
    const { headers } = exchange.req;
    if (headers['x-amz-sns-rawdelivery'] === 'true') {
      // Raw delivery carries no envelope, so nothing that could be verified.
      return unsigned(body, headerId(headers['x-amz-sns-message-id']));
    }
    if (body.Type === undefined) return unsigned(body.Message, headerId(body.MessageId));
    const { kind, envelope } = parseEnvelope(body);
    exchange.messageId = envelope.MessageId;
    refuseContradiction(exchange, envelope);
    if (kind === 'handshake') {
      await shakeHands(exchange, envelope);
      return null;
    }
    if (kind === 'unsigned') return unsigned(envelope.Message, envelope.MessageId);
    await verifier.verify(envelope);
    return { messageId: envelope.MessageId, items: itemsOf(envelope.Message) };
  };

  return {
    handler: (take) => async (exchange, text) => {
      const order = await read(exchange, text);
      if (!order) return;
      exchange.messageId = order.messageId;
      await take(exchange, order);
    },
    close: async () => void (await Promise.all([certificates.close(), confirmer.close()])),
  };
}

function unsignedRefused(): ServiceError {
  return new ServiceError('UNSIGNED_REFUSED', 'orders must be signed SNS messages', {
    fix: 'send the order through its SNS topic, or set ALLOW_UNSIGNED=true where bare orders are meant to be taken',
  });
}

/** The `Message`: JSON text, or, in a bare order, the object itself. */
function itemsOf(message: unknown): Items {
  if (typeof message === 'string') return readItems(parseJsonObject(message, 'the Message'));
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) {
    return readItems(message as Record<string, unknown>);
  }
  throw new ServiceError('ORDER_INVALID', 'the order is not valid', {
    problems: [{ path: 'Message', rule: 'a JSON object, or its text' }],
  });
}

function headerId(given: unknown): string {
  if (given === undefined) return randomUUID();
  if (typeof given === 'string' && MESSAGE_ID.test(given)) return given;
  throw new ServiceError('ORDER_INVALID', 'the order is not valid', {
    problems: [{ path: 'MessageId', rule: '1 to 100 letters, digits and hyphens' }],
  });
}

/** SNS repeats type and id in its headers; where they differ from the signed envelope, somebody has altered one. */
function refuseContradiction(exchange: Exchange, envelope: { Type: string; MessageId: string }): void {
  const { headers } = exchange.req;
  const type = headers['x-amz-sns-message-type'];
  const id = headers['x-amz-sns-message-id'];
  if ((type !== undefined && type !== envelope.Type) || (id !== undefined && id !== envelope.MessageId)) {
    throw new ServiceError('ENVELOPE_INVALID', 'the x-amz-sns headers contradict the envelope');
  }
}
