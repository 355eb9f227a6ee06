/** Calls to another service: a keep-alive pool, bounds on time and size, and retries only where they are safe. */
import { type Answer, AnswerTaker } from './answer-taker.ts';
import { ServiceError } from './errors.ts';
import { TRACE_HEADER } from './trace.ts';
import { Pool } from './undici.ts';

export type { Answer } from './answer-taker.ts';

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

  const attempt = (call: Call, body: Buffer, deadline: Deadline): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', [TRACE_HEADER]: call.trace, ...options.headers };
      const taker = new AnswerTaker(resolve, reject);
      // Also while the call still waits for a socket: then it is dropped as soon as it gets one.
      deadline.onPassed = () => taker.giveUp();
      pool.dispatch({ method: 'POST', path: prefix + call.path, headers, body }, taker);
    });

  return {
    async post(call) {
      const deadline: Deadline = { passed: false, onPassed: null };
      const timer = setTimeout(() => {
        deadline.passed = true;
        deadline.onPassed?.();
      }, options.deadlineMs);
      const body = Buffer.from(JSON.stringify(call.body));
      try {
        for (let left = options.retries, pauseMs = FIRST_PAUSE_MS; ; left--, pauseMs *= 2) {
          try {
            const answer = await attempt(call, body, deadline);
            if (left <= 0 || !call.idempotent || !RETRIED_STATUSES.has(answer.status)) return answer;
          } catch (error) {
            if (deadline.passed || left <= 0 || !mayRepeat(call, error)) throw error;
          }
          await pause(pauseMs, deadline);
        }
      } catch (error) {
        throw asServiceError(error, options, deadline.passed);
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

function pause(ms: number, deadline: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    deadline.onPassed = () => {
      clearTimeout(timer);
      reject(new Error('the deadline has passed'));
    };
  });
}

/** The bound on a call: whoever waits at the time says what happens when it has passed. */
interface Deadline {
  passed: boolean;
  onPassed: (() => void) | null;
}
