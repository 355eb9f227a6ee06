/** Request bodies: allow-listed content types, bounded size, strict UTF-8, and JSON without traps. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ServiceError } from './errors.ts';

/** SNS sends its JSON as text/plain (SNS sns-message-and-json-formats). */
const ALLOWED_TYPES = new Set(['application/json', 'text/plain']);
const MAX_DEPTH = 16;

/** @throws ServiceError CONTENT_TYPE_REFUSED or BODY_TOO_LARGE, before any of the body is read */
export function refuseUnreadableBody(req: IncomingMessage, maxBytes: number): void {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith('charset='));
  const readable = ALLOWED_TYPES.has(type.trim()) && (!charset || /^charset="?(utf-8|us-ascii)"?$/.test(charset));
  const encoding = req.headers['content-encoding'];
  if (!readable || (encoding !== undefined && encoding.toLowerCase() !== 'identity')) {
    throw new ServiceError('CONTENT_TYPE_REFUSED', 'the body must be uncompressed UTF-8 JSON', {
      fix: 'send Content-Type: application/json, or text/plain as SNS does',
    });
  }
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/**
 * Reads the whole body.
 * @throws ServiceError BODY_TOO_LARGE as soon as it is; BODY_INVALID where it is not UTF-8; BAD_REQUEST where it ends early
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (outcome: () => void): void => {
      req.off('data', onData).off('end', onEnd).off('close', onCut).off('error', onCut);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      // What still comes is thrown away, so that the answer can be read before the connection ends.
      req.resume().on('error', ignore);
      settle(() => reject(tooLarge(maxBytes)));
    };
    const onEnd = (): void => {
      const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      if (isUtf8(whole)) settle(() => resolve(whole.toString('utf8')));
      else settle(() => reject(new ServiceError('BODY_INVALID', 'the body is not UTF-8')));
    };
    const onCut = (): void =>
      settle(() => reject(new ServiceError('BAD_REQUEST', 'the request ended before its body')));
    req.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
}

const ignore = (): void => undefined;

/**
 * JSON whose top level is an object, at most 16 levels deep, without the keys that JavaScript gives a meaning.
 * @param what names the text in the error
 * @throws ServiceError BODY_INVALID
 */
export function parseJsonObject(text: string, what = 'the body'): Record<string, unknown> {
  if (hasManyBrackets(text) && depthOf(text) > MAX_DEPTH)
    throw new ServiceError('BODY_INVALID', `${what} is nested deeper than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ServiceError('BODY_INVALID', `${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('BODY_INVALID', `${what} is not a JSON object`);
  }
  refuseMagicKeys(value, what);
  return value as Record<string, unknown>;
}

/** Text with at most as many opening brackets as levels are allowed needs no closer look; most orders are such. */
function hasManyBrackets(text: string): boolean {
  let left = MAX_DEPTH;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (--left < 0) return true;
    }
  }
  return false;
}

/** Deepest nesting of brackets outside of strings: known before JSON.parse spends time on them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth--;
  }
  return deepest;
}

function refuseMagicKeys(value: object, what: string): void {
  for (const key in value) {
    const inner: unknown = (value as Record<string, unknown>)[key];
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      throw new ServiceError('BODY_INVALID', `${what} has a forbidden key`, {
        problems: [{ path: key, rule: 'forbidden' }],
      });
    }
    if (typeof inner === 'object' && inner !== null) refuseMagicKeys(inner, what);
  }
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError('BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
}
