/** SNS-shaped orders: the envelope and its signature (SNS sns-verify-signature-of-message), made for each order sent. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { ServedRoute } from './control-server.ts';

export interface OrderMakerOptions {
  /** Seed of the MessageIds. */
  readonly runId: string;
  /** Null: unsigned orders. */
  readonly signing: { readonly privateKeyPem: string; readonly certUrl: string } | null;
  /** Named in the envelope where the route's own topic is not known. */
  readonly topicArn: string;
}

export interface MadeOrder {
  readonly messageId: string;
  readonly body: string;
}

/** @param iteration its place in the run; @param nowMs milliseconds since the Unix epoch */
export type OrderMaker = (route: ServedRoute, iteration: number, nowMs: number) => Promise<MadeOrder>;

/** @throws where the key cannot be read */
export function createOrderMaker({ runId, signing, topicArn }: OrderMakerOptions): OrderMaker {
  const key = signing && createPrivateKey(signing.privateKeyPem);
  return async (route, iteration, nowMs) => {
    const envelope = {
      Type: 'Notification',
      MessageId: messageId(runId, iteration),
      TopicArn: route.topicArn ?? topicArn,
      Message: JSON.stringify(route.message),
      Timestamp: new Date(nowMs).toISOString(),
    };
    const signature = signing &&
      key && {
        SignatureVersion: '2',
        Signature: await signed(canonical(envelope), key),
        SigningCertURL: signing.certUrl,
      };
    return { messageId: envelope.MessageId, body: JSON.stringify({ ...envelope, ...signature }) };
  };
}

/** A version 4 shaped UUID, the same one for the same run and iteration. */
function messageId(runId: string, iteration: number): string {
  const h = createHash('sha256').update(`${runId}:${iteration}`).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** Newline-separated names and values in byte order, as SNS signs a notification without a subject. */
function canonical(envelope: Readonly<Record<string, string>>): string {
  return ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type']
    .map((name) => `${name}\n${envelope[name]}\n`)
    .join('');
}

/** In one of libuv's threads: what else this process does, such as telling the load where to go, does not wait. */
function signed(text: string, key: KeyObject): Promise<string> {
  return new Promise((resolve, reject) => {
    sign('sha256', Buffer.from(text), key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature.toString('base64'));
    });
  });
}
