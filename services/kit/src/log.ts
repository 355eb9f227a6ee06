/**
 * Logs on stdout: JSON lines (pino) and the workshop's plain lines, in the order they were written, through one
 * buffered descriptor, so that a log line never costs an order a system call.
 */
import pino from 'pino';

export interface Log {
  readonly logger: pino.Logger;
  /** One plain line, as the workshop's services print them. */
  line(text: string): void;
  /** Resolves when everything written so far has left the process. */
  flush(): Promise<void>;
  /** Same, blocking: for the last words of a crash. */
  flushSync(): void;
}

/** Lines beyond this much unwritten text are dropped: a reader that has stopped must not take the service down. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/** @param options.fd descriptor to write to; default 1, stdout */
export function createLog(options: { service: string; build: string; level: string; fd?: number }): Log {
  const destination = pino.destination({ fd: options.fd ?? 1, sync: false, maxLength: MAX_BUFFERED_BYTES });
  // A log reader that is gone (EPIPE) ends the logs, not the orders.
  destination.on('error', () => undefined);
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service, build: options.build },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const silent = options.level === 'silent';
  return {
    logger,
    line: (text) => {
      if (!silent) destination.write(`${text}\n`);
    },
    flush: () => flushed(destination),
    flushSync: () => {
      try {
        destination.flushSync();
      } catch {
        // The descriptor is closed or broken: nobody is left to read.
      }
    },
  };
}

/** Unwritten length, in characters or bytes: sonic-boom's own count, the only sign of an asynchronous write's end. */
interface Unwritten {
  readonly _len: number;
  readonly _writing: boolean;
}

function flushed(destination: ReturnType<typeof pino.destination>): Promise<void> {
  const state = destination as unknown as Unwritten;
  return new Promise((resolve) => {
    if (!state._writing && state._len === 0) return resolve();
    const done = (): void => {
      destination.off('drain', done);
      destination.off('error', done);
      resolve();
    };
    destination.on('drain', done);
    destination.on('error', done);
  });
}
