/** Calls what is behind a method over HTTP: one request, answered whole within a time. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import { MAX_PAYLOAD_BYTES } from './decide-answer.ts';
import type { BackendRequest } from './decide-backend.ts';
import type { BackendAnswer } from './decide-response.ts';
import { headersOf, pairsOf } from './raw-headers.ts';

/** Control time: shorter than load balancers keep idle connections, so that none is used that is being closed. */
const IDLE_MS = 4000;
/** What a kept connection fails with that the other side has closed. */
const STALE = new Set(['ECONNRESET', 'EPIPE']);
/** Safe to send again where a kept connection turns out to be gone (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export type BackendOutcome = BackendAnswer | 'timed-out' | 'unreachable';

/** Certificates are not looked at here: what API Gateway would say of them is decided from the stacks. */
export interface BackendEndpoint extends Endpoint {
  readonly tls: boolean;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Backend {
  /** Never rejects. Ends with the signal, as unreachable. */
  call(sent: BackendRequest, to: BackendEndpoint, limits: Limits): Promise<BackendOutcome>;
  close(): void;
}

export function createBackend(clock: Clock): Backend {
  const kept = { keepAlive: true, maxFreeSockets: 256, timeout: IDLE_MS / clock.rate, scheduling: 'lifo' } as const;
  const agents = { plain: new Agent(kept), tls: new TlsAgent({ ...kept, rejectUnauthorized: false }) };

  function begin(
    { method, target, authority, headers, body }: BackendRequest,
    to: BackendEndpoint,
    { signal }: Limits,
  ) {
    const flat = [...headers, ['Host', authority] as const, ...lengthOf(method, body)].flat();
    const { host, port } = to;
    const common = { host, port, method, path: target, headers: flat, setHost: false, signal };
    if (!to.tls) return request({ ...common, agent: agents.plain });
    const name = authority.replace(/:\d+$/, '');
    return requestTls({ ...common, agent: agents.tls, servername: isIP(name) ? '' : name });
  }

  function once(sent: BackendRequest, to: BackendEndpoint, limits: Limits, again: boolean): Promise<BackendOutcome> {
    return new Promise((resolve) => {
      const { method, body } = sent;
      const req = begin(sent, to, limits);
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
        const isStale = again && req.reusedSocket && STALE.has(error.code ?? '') && IDEMPOTENT.has(method);
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
    close() {
      agents.plain.destroy();
      agents.tls.destroy();
    },
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
