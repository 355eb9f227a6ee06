/** Replies, written straight to Node's response: Restify's content negotiation has nothing to add to two media types. */
import type { ServerResponse } from 'node:http';
import { errorBody } from './errors.ts';
import { serviceHeadersOf } from './headers.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, { status, type: JSON_TYPE, body: JSON.stringify(value) });
}

export function sendText(res: ServerResponse, status: number, body: string): void {
  send(res, { status, type: TEXT_TYPE, body });
}

/** Answers with the error's JSON shape. `Retry-After` accompanies 503. */
export function sendError(res: ServerResponse, error: unknown, trace: string | undefined): number {
  const { status, body } = errorBody(error, trace);
  if (status === 503 && !res.headersSent) res.setHeader('Retry-After', '1');
  send(res, { status, type: JSON_TYPE, body });
  return status;
}

function send(res: ServerResponse, reply: { status: number; type: string; body: string }): void {
  if (res.headersSent || res.destroyed) return;
  const bytes = Buffer.byteLength(reply.body);
  res.writeHead(reply.status, {
    'Content-Type': reply.type,
    'Content-Length': bytes,
    'X-Content-Type-Options': 'nosniff',
    ...serviceHeadersOf(res),
  });
  // Head and body leave as one string: without characters beyond ASCII, in the encoding that costs Node the least.
  res.end(reply.body, bytes === reply.body.length ? 'latin1' : 'utf8');
}
