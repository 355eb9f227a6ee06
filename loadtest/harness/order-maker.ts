/** SNS-shaped orders: the envelope and its signature (SNS sns-verify-signature-of-message), made for each order sent. */
import { createHash } from 'node:crypto';
import { createSigner } from '../../local/run/topics/sign.ts';
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

/** Signs in one of libuv's threads: telling the load where to go does not wait. @throws where the key cannot be read */
export function createOrderMaker({ runId, signing, topicArn }: OrderMakerOptions): OrderMaker {
  const sign = signing && createSigner({ privateKeyPem: signing.privateKeyPem, signingCertUrl: signing.certUrl });
  return async (route, iteration, nowMs) => {
    const fields = {
      type: 'Notification',
      messageId: messageId(runId, iteration),
      topicArn: route.topicArn ?? topicArn,
      message: JSON.stringify(route.message),
      timestamp: new Date(nowMs).toISOString(),
    } as const;
    const signed = sign && (await sign(fields, 2));
    const envelope = {
      Type: fields.type,
      MessageId: fields.messageId,
      TopicArn: fields.topicArn,
      Message: fields.message,
      Timestamp: fields.timestamp,
      ...(signed && {
        SignatureVersion: String(signed.version),
        Signature: signed.signature,
        SigningCertURL: signed.certificateUrl,
      }),
    };
    return { messageId: fields.messageId, body: JSON.stringify(envelope) };
  };
}

/** A version 4 shaped UUID, the same one for the same run and iteration. */
function messageId(runId: string, iteration: number): string {
  const h = createHash('sha256').update(`${runId}:${iteration}`).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}
