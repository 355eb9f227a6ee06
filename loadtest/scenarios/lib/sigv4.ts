/** AWS Signature Version 4 for one form post (IAM reference-signed-request). */
import { hmac, sha256 } from 'k6/crypto';
import type { LoadPlan } from './options.ts';

type Aws = NonNullable<LoadPlan['aws']>;

const SERVICE = 'sns';
const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

/** Headers of a signed `POST /` with the given form body. */
export function signedHeaders(aws: Aws, body: string, now: Date): Record<string, string> {
  const stamp = `${now.toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const day = stamp.slice(0, 8);
  const host = aws.endpoint.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const headers: Record<string, string> = { 'content-type': FORM, host, 'x-amz-date': stamp };
  if (aws.sessionToken) headers['x-amz-security-token'] = aws.sessionToken;
  const names = Object.keys(headers).sort();
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', '', canonicalHeaders, names.join(';'), sha256(body, 'hex')].join('\n');
  const scope = `${day}/${aws.region}/${SERVICE}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical, 'hex')].join('\n');
  const signature = hmac('sha256', signingKey(aws, day), toSign, 'hex');
  const { host: _host, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${aws.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function signingKey(aws: Aws, day: string): ArrayBuffer {
  return [day, aws.region, SERVICE, 'aws4_request'].reduce<string | ArrayBuffer>(
    (key, part) => hmac('sha256', key, part, 'binary'),
    `AWS4${aws.secretAccessKey}`,
  ) as ArrayBuffer;
}
