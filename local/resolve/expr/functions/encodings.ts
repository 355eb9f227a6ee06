/** Functions between encodings, and hashes. */
import { createHash } from 'node:crypto';
import { asText, encodeJson } from '../values.ts';
import type { Fn, Functions } from './index.ts';

const hash =
  (algorithm: string, encoding: 'hex' | 'base64' = 'hex'): Fn =>
  (t) =>
    createHash(algorithm).update(asText(t)).digest(encoding);

function decodeBase64(text: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new Error('the text is not base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

/** As a URL's query: a space is `+`, and all but letters, digits and `-_.~` is escaped. */
const urlEncode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

export const ENCODINGS: Functions = {
  base64encode: [1, 1, (t) => Buffer.from(asText(t), 'utf8').toString('base64')],
  base64decode: [1, 1, (t) => decodeBase64(asText(t))],
  urlencode: [1, 1, (t) => urlEncode(asText(t))],
  urldecode: [1, 1, (t) => decodeURIComponent(asText(t).replaceAll('+', ' '))],
  jsonencode: [1, 1, (v) => encodeJson(v)],
  jsondecode: [1, 1, (t) => JSON.parse(asText(t)) as unknown],
  md5: [1, 1, hash('md5')],
  sha1: [1, 1, hash('sha1')],
  sha256: [1, 1, hash('sha256')],
  sha512: [1, 1, hash('sha512')],
  base64sha256: [1, 1, hash('sha256', 'base64')],
  base64sha512: [1, 1, hash('sha512', 'base64')],
};
