/** Functions between encodings, and hashes. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
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

/** IANA names of the encodings that Node has; texts of other ones are refused by name. */
const ENCODING_NAMES: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'UTF-16LE': 'utf16le',
  'ISO-8859-1': 'latin1',
  'US-ASCII': 'ascii',
};

function encodingOf(name: string): BufferEncoding {
  const found = Object.hasOwn(ENCODING_NAMES, name.toUpperCase()) ? ENCODING_NAMES[name.toUpperCase()] : undefined;
  if (!found) throw new Error(`the encoding ${name} is not known; ${Object.keys(ENCODING_NAMES).join(', ')} are`);
  return found;
}

/** Name spaces of RFC 4122, appendix C. */
const NAME_SPACES: Readonly<Record<string, string>> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};

/** A UUID made of a name: version 5 of RFC 4122. */
function uuidOfName(space: string, name: string): string {
  const id = Object.hasOwn(NAME_SPACES, space) ? (NAME_SPACES[space] as string) : space;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Error(`${space} is no name space`);
  const digest = createHash('sha1')
    .update(Buffer.from(id.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x50;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const ENCODINGS: Functions = {
  base64encode: [1, 1, (t) => Buffer.from(asText(t), 'utf8').toString('base64')],
  base64decode: [1, 1, (t) => decodeBase64(asText(t))],
  base64gzip: [1, 1, (t) => gzipSync(asText(t)).toString('base64')],
  textencodebase64: [2, 2, (t, name) => Buffer.from(asText(t), encodingOf(asText(name))).toString('base64')],
  textdecodebase64: [2, 2, (t, name) => Buffer.from(asText(t), 'base64').toString(encodingOf(asText(name)))],
  uuidv5: [2, 2, (space, name) => uuidOfName(asText(space), asText(name))],
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
