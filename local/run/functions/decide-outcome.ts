/** How an invocation ended, in Lambda's words (lambda troubleshooting-invocation). Pure. */
import type { ExitInfo } from '../contracts.ts';
import type { InvocationResult } from '../contracts-delivery.ts';

/** What the runtime left behind. */
export interface RuntimeResult {
  readonly returned: boolean;
  /** JSON text: what was returned, or the error object. */
  readonly payload: string;
  readonly initMs: number;
  readonly durationMs: number;
  readonly maxMemoryMiB: number;
}

export interface Ending {
  readonly requestId: string;
  /** ISO 8601. */
  readonly at: string;
  /** Null where it left none: it was killed, or ended itself. */
  readonly result: RuntimeResult | null;
  readonly exit: ExitInfo;
  /** Why the plane ended it, if it did. */
  readonly endedBy: 'timeout' | 'signal' | null;
  readonly timeoutSeconds: number;
}

export type Outcome = Pick<InvocationResult, 'outcome' | 'payload' | 'error'> & {
  /** A further line of the log, e.g. of a time-out. */
  readonly logLine: string | null;
  /** `timeout` or `error` in the REPORT line; null where it returned or threw. */
  readonly status: 'timeout' | 'error' | null;
  readonly errorType: string | null;
};

/** Quota of a synchronous response (lambda gettingstarted-limits). */
export const MAX_RESPONSE_BYTES = 6_291_556;

export function decideOutcome(ending: Ending): Outcome {
  const { result } = ending;
  if (result !== null) return outcomeOf(result);
  if (ending.endedBy === 'timeout') return timedOut(ending);
  return exited(ending);
}

function outcomeOf(result: RuntimeResult): Outcome {
  const quiet = { logLine: null, status: null, errorType: null };
  if (!result.returned) {
    const payload = JSON.parse(result.payload) as { errorType?: string; errorMessage?: string };
    return { outcome: 'threw', payload, error: `${payload.errorType}: ${payload.errorMessage}`, ...quiet };
  }
  if (Buffer.byteLength(result.payload) <= MAX_RESPONSE_BYTES)
    return { outcome: 'returned', payload: JSON.parse(result.payload), error: null, ...quiet };
  const errorType = 'Function.ResponseSizeTooLarge';
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return {
    outcome: 'threw',
    payload: { errorType, errorMessage },
    error: `${errorType}: ${errorMessage}`,
    logLine: null,
    status: 'error',
    errorType,
  };
}

function timedOut({ requestId, at, timeoutSeconds }: Ending): Outcome {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return {
    outcome: 'timed-out',
    payload: { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: ${message}` },
    error: `${at} ${requestId} ${message}`,
    logLine: `${at} ${requestId} ${message}`,
    status: 'timeout',
    errorType: null,
  };
}

function exited({ requestId, exit, endedBy }: Ending): Outcome {
  const message = `RequestId: ${requestId} Error: ${endedBy === 'signal' ? 'Invocation was ended' : exitMessage(exit)}`;
  return {
    outcome: 'exited',
    payload: { errorType: 'Runtime.ExitError', errorMessage: message },
    error: message,
    logLine: message,
    status: 'error',
    errorType: 'Runtime.ExitError',
  };
}

/** As Go's os.ProcessState says it: Lambda's supervisor is written in it. */
const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

function exitMessage({ code, signal, error }: ExitInfo): string {
  if (error !== undefined) return `Runtime failed to start: ${error}`;
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_WORDS[signal] ?? signal}`;
  if (code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: exit status ${code}`;
}
