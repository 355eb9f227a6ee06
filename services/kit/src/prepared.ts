/**
 * Replies that never change: serialised and hashed once, sent as they are. They carry a strong entity tag, and a client
 * that names it is answered 304 (RFC 9110, 13.1.2 and 15.4.5).
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceHeaders } from './headers.ts';
import { JSON_TYPE, TEXT_TYPE } from './reply.ts';

export interface PreparedReply {
  /** Quoted, as the header shows it. */
  readonly etag: string;
  /** The body's UTF-8 bytes, one character each: with the head, Node sends them as one string. */
  readonly bytes: string;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly head: readonly string[];
  readonly headUnchanged: readonly string[];
}

/** @param headers sent with it: the service's own, `service.headers` */
export function prepareJson(value: unknown, headers: ServiceHeaders = {}): PreparedReply {
  return prepare(JSON_TYPE, JSON.stringify(value), headers);
}

export function prepareText(text: string, headers: ServiceHeaders = {}): PreparedReply {
  return prepare(TEXT_TYPE, text, headers);
}

/** Sends it with 200, or 304 where the client has it already. To HEAD Node sends the head alone. */
export function sendPrepared(req: IncomingMessage, res: ServerResponse, reply: PreparedReply): void {
  if (res.headersSent || res.destroyed) return;
  const known = req.headers['if-none-match'];
  if (known !== undefined && names(known, reply.etag)) {
    res.writeHead(304, reply.headUnchanged as string[]);
    res.end();
    return;
  }
  res.writeHead(200, reply.head as string[]);
  res.end(reply.bytes, 'latin1');
}

function prepare(type: string, body: string, headers: ServiceHeaders): PreparedReply {
  const bytes = Buffer.from(body, 'utf8');
  const etag = `"${createHash('sha256').update(type).update('\0').update(bytes).digest('base64url').slice(0, 27)}"`;
  const common = ['ETag', etag, ...Object.entries(headers).flat()];
  return {
    etag,
    bytes: bytes.toString('latin1'),
    head: [
      'Content-Type',
      type,
      'Content-Length',
      String(bytes.length),
      'X-Content-Type-Options',
      'nosniff',
      ...common,
    ],
    headUnchanged: common,
  };
}

const TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Weak comparison: a proxy that compresses marks our tag as weak (RFC 9110, 8.8.3.2 and 13.1.2). */
function names(known: string, etag: string): boolean {
  if (known === etag || known.trim() === '*') return true;
  for (const [, tag] of known.matchAll(TAG)) if (tag === etag) return true;
  return false;
}
