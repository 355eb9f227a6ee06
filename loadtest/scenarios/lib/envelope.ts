/** SNS-shaped orders: the envelope and its signature (SNS sns-verify-signature-of-message). */
import { sha256 } from 'k6/crypto';
import encoding from 'k6/encoding';
import type { ServedRoute } from './control.ts';
import type { LoadPlan } from './options.ts';

const PEM_MARKS = /-----[A-Z ]+-----|\s/g;
const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

let key: CryptoKey | null = null;

/** A version 4 shaped UUID, the same one for the same run and iteration. */
export function messageId(runId: string, iteration: number): string {
  const h = sha256(`${runId}:${iteration}`, 'hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

/** The body to post: a signed envelope, or, where the plan has no key, an unsigned one. */
export async function orderBody(plan: LoadPlan, route: ServedRoute, id: string): Promise<string> {
  const envelope = {
    Type: 'Notification',
    MessageId: id,
    TopicArn: route.topicArn ?? plan.topicArn,
    Message: JSON.stringify(route.message),
    Timestamp: new Date().toISOString(),
  };
  if (!plan.signing) return JSON.stringify(envelope);
  return JSON.stringify({
    ...envelope,
    SignatureVersion: '2',
    Signature: await sign(plan.signing.privateKeyPem, canonical(envelope)),
    SigningCertURL: plan.signing.certUrl,
  });
}

/** Newline-separated names and values in byte order, as SNS signs a notification without a subject. */
function canonical(envelope: Readonly<Record<string, string>>): string {
  return ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type']
    .map((name) => `${name}\n${envelope[name]}\n`)
    .join('');
}

async function sign(privateKeyPem: string, text: string): Promise<string> {
  key ??= await crypto.subtle.importKey(
    'pkcs8',
    encoding.b64decode(privateKeyPem.replace(PEM_MARKS, ''), 'std'),
    ALGORITHM,
    false,
    ['sign'],
  );
  return encoding.b64encode(await crypto.subtle.sign(ALGORITHM.name, key, utf8(text)));
}

/** k6 has no TextEncoder; its base64 reads and gives bytes, at a fortieth of what a loop over the characters costs. */
function utf8(text: string): ArrayBuffer {
  return encoding.b64decode(encoding.b64encode(text), 'std');
}
