/** Calls what is behind a method over HTTP: one request, answered whole within a time. */
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import { MAX_PAYLOAD_BYTES } from './decide-answer.ts';
import type { BackendRequest } from './decide-backend.ts';
import type { BackendAnswer } from './decide-response.ts';
import { headersOf, pairsOf } from './raw-headers.ts';

/** Shorter than load balancers keep idle connections, so that none is used that is being closed. */
const IDLE_MS = 4000;
/** Safe to send again where a kept connection turns out to be gone (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export type BackendOutcome = BackendAnswer | 'timed-out' | 'unreachable';

export interface Backend {
  /** Never rejects. Ends with the signal, as unreachable. */
  call(
    sent: BackendRequest,
    to: Endpoint,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<BackendOutcome>;
  close(): void;
}

export function createBackend(clock: Clock): Backend {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: IDLE_MS, scheduling: 'lifo' });

  function once(
    sent: BackendRequest,
    to: Endpoint,
    limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
    again: boolean,
  ): Promise<BackendOutcome> {
    return new Promise((resolve) => {
      const { method, target, authority, body } = sent;
      const headers = [...sent.headers, ['Host', authority] as const, ...lengthOf(method, body)].flat();
      const req = request({ ...to, method, path: target, headers, agent, setHost: false, signal: limits.signal });
      const cancel = clock.afterWall(limits.timeoutMs, () => end('timed-out'));
      let isOver = false;
      const end = (outcome: BackendOutcome): void => {
        if (isOver) return;
        isOver = true;
        cancel();
        resolve(outcome);
        if (typeof outcome === 'string') req.destroy();
      };
      // The agent's time-out is for idle connections; how long an answer may take is the integration's.
      req.on('socket', (socket) => socket.setTimeout(0));
      req.on('response', (res) => collect(res, end));
      req.on('error', (error: NodeJS.ErrnoException) => {
        if (isOver) return;
        const isStale = again && req.reusedSocket && error.code === 'ECONNRESET' && IDEMPOTENT.has(method);
        if (!isStale) return end('unreachable');
        isOver = true;
        cancel();
        resolve(once(sent, to, limits, false));
      });
      req.end(body);
    });
  }

  return {
    call: (sent, to, limits) => once(sent, to, limits, true),
    close: () => agent.destroy(),
  };
}

function lengthOf(method: string, body: Buffer): (readonly [string, string])[] {
  const hasNone = body.length === 0 && ['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method);
  return hasNone ? [] : [['Content-Length', String(body.length)]];
}

function collect(res: IncomingMessage, end: (outcome: BackendOutcome) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = (): void => {
    const rawHeaders = pairsOf(res.rawHeaders);
    end({ status: res.statusCode ?? 502, rawHeaders, headers: headersOf(rawHeaders), body: Buffer.concat(chunks) });
  };
  res.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes <= MAX_PAYLOAD_BYTES) return;
    // More than may be passed on: what it would have been does not matter.
    done();
    res.destroy();
  });
  res.on('end', done);
  res.on('aborted', () => end('unreachable'));
  res.on('error', () => end('unreachable'));
}
