/** Calls to another service: a keep-alive pool, bounds on time and size, and retries only where they are safe. */
import { Pool } from 'undici';
import { ServiceError } from './errors.ts';
import { TRACE_HEADER } from './trace.ts';

export interface DownstreamOptions {
  /** Base address; may have a path. */
  readonly baseUrl: string;
  /** Names the service in errors. */
  readonly name: string;
  /** Sockets at most. */
  readonly connections: number;
  /** Bound on one call with its retries and its wait for a socket, milliseconds. */
  readonly deadlineMs: number;
  /** Further attempts after the first. */
  readonly retries: number;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Call {
  readonly path: string;
  readonly body: unknown;
  readonly trace: string;
  /**
   * The receiver takes repeats as one (it keys on a MessageId): a call that may have arrived can be sent again.
   * Otherwise only a call that certainly did not arrive is.
   */
  readonly idempotent: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Downstream {
  /** @throws ServiceError DOWNSTREAM_FAILED or DOWNSTREAM_TIMEOUT where no answer came; any status is an answer */
  post(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 65_536;
const FIRST_PAUSE_MS = 50;
const NEVER_ARRIVED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const RETRIED_STATUSES = new Set([502, 503, 504]);

export function createDownstream(options: DownstreamOptions): Downstream {
  const base = new URL(options.baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  const pool = new Pool(base.origin, {
    connections: options.connections,
    connect: { timeout: Math.min(options.deadlineMs, 3_000) },
    // Shorter than any server's keep-alive time-out here, so that a socket is not used while the other end closes it.
    keepAliveTimeout: 4_000,
    headersTimeout: options.deadlineMs,
    bodyTimeout: options.deadlineMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  });

  const attempt = async (call: Call, body: string, signal: AbortSignal): Promise<Answer> => {
    const response = await pool.request({
      method: 'POST',
      path: prefix + call.path,
      headers: { 'content-type': 'application/json', [TRACE_HEADER]: call.trace, ...options.headers },
      body,
      signal,
    });
    return { status: response.statusCode, body: await response.body.text() };
  };

  return {
    async post(call) {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), options.deadlineMs);
      const body = JSON.stringify(call.body);
      try {
        for (let left = options.retries, pauseMs = FIRST_PAUSE_MS; ; left--, pauseMs *= 2) {
          try {
            const answer = await attempt(call, body, deadline.signal);
            if (left <= 0 || !call.idempotent || !RETRIED_STATUSES.has(answer.status)) return answer;
          } catch (error) {
            if (deadline.signal.aborted || left <= 0 || !mayRepeat(call, error)) throw error;
          }
          await pause(pauseMs, deadline.signal);
        }
      } catch (error) {
        throw asServiceError(error, options, deadline.signal.aborted);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.destroy(),
  };
}

function mayRepeat(call: Call, error: unknown): boolean {
  return call.idempotent || NEVER_ARRIVED.has(codeOf(error));
}

function asServiceError(error: unknown, options: DownstreamOptions, timedOut: boolean): ServiceError {
  const code = codeOf(error);
  if (timedOut || /TIMEOUT/.test(code)) {
    return new ServiceError('DOWNSTREAM_TIMEOUT', `${options.name} did not answer within ${options.deadlineMs} ms`, {
      cause: error,
    });
  }
  return new ServiceError('DOWNSTREAM_FAILED', `${options.name} could not be reached${code ? ` (${code})` : ''}`, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
