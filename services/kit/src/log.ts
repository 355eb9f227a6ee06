/**
 * Logs on stdout: JSON lines (pino) and the workshop's plain lines, in the order they were written, in batches, so that
 * a log line never costs an order a system call.
 */
import pino from 'pino';

export interface Log {
  readonly logger: pino.Logger;
  /** One plain line, as the workshop's services print them. */
  line(text: string): void;
  /** Resolves when everything written so far has left the process, or nobody reads it any more. */
  flush(): Promise<void>;
  /** Same, blocking: for the last words of a crash. */
  flushSync(): void;
}

/** Lines leave together once there are this many characters of them, or after {@link BATCH_MS}. */
const BATCH_CHARACTERS = 16 * 1024;
/** The longest that a line waits, milliseconds: what a SIGKILL may cost. */
const BATCH_MS = 5;
/**
 * The same where several processes write to one pipe: a write of at most PIPE_BUF, 4,096 bytes, never mixes with another
 * (POSIX write), and a character of a request's path takes up to two bytes.
 */
const SHARED_BATCH_CHARACTERS = 2 * 1024;
/** Lines beyond this much unwritten text are dropped: a reader that has stopped must not take the service down. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

type Destination = ReturnType<typeof pino.destination>;

/**
 * @param options.fd descriptor to write to; default 1, stdout
 * @param options.shared other processes write to it, too: lines stay whole. Default: false
 */
export function createLog(options: {
  service: string;
  build: string;
  level: string;
  fd?: number;
  shared?: boolean;
}): Log {
  const batchCharacters = options.shared ? SHARED_BATCH_CHARACTERS : BATCH_CHARACTERS;
  const destination = pino.destination({
    fd: options.fd ?? 1,
    sync: false,
    maxLength: MAX_BUFFERED_BYTES,
    maxWrite: batchCharacters,
  });
  const batch = createBatch(destination, batchCharacters);
  // A log reader that is gone (EPIPE) ends the logs, not the orders.
  destination.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') batch.end();
  });
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service, build: options.build },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: batch.write },
  );
  const silent = options.level === 'silent';
  return {
    logger,
    line: (text) => {
      if (!silent) batch.write(`${text}\n`);
    },
    flush: () => {
      batch.pass();
      return written(destination);
    },
    flushSync: () => {
      batch.pass();
      try {
        destination.flushSync();
      } catch {
        // The descriptor is closed or broken: nobody is left to read.
      }
    },
  };
}

/** Collects lines and passes them on as one text. */
function createBatch(
  destination: Destination,
  maxCharacters: number,
): { write: (text: string) => void; pass: () => void; end: () => void } {
  let waiting = '';
  let timer: NodeJS.Timeout | null = null;
  let ended = false;
  const pass = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    const text = waiting;
    waiting = '';
    if (text && !ended) destination.write(text);
  };
  return {
    write(text) {
      if (ended) return;
      if (waiting.length + text.length > maxCharacters) pass();
      waiting += text;
      if (waiting.length >= maxCharacters) pass();
      else timer ??= setTimeout(pass, BATCH_MS);
    },
    pass,
    /** Nothing is kept or written from now on. */
    end() {
      ended = true;
      waiting = '';
    },
  };
}

/** sonic-boom's own mark is the only sign of the end of an asynchronous write. */
interface Unwritten {
  readonly _writing: boolean;
}

function written(destination: Destination): Promise<void> {
  const state = destination as unknown as Unwritten;
  return new Promise((resolve) => {
    // With no write on its way, what is left over is what an error has stopped: nothing will come of it.
    if (!state._writing) return resolve();
    const done = (): void => {
      destination.off('drain', done);
      destination.off('error', done);
      resolve();
    };
    destination.on('drain', done);
    destination.on('error', done);
  });
}
