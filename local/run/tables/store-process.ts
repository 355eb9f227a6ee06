/** Keeps the table store's process running: starts it when first needed, again when it dies. Its data survives. */
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { Clock } from '../clock.ts';
import type { ProcessHandle, ProcessRunner } from '../contracts.ts';
import type { Place } from '../place.ts';
import { compileCache } from '../processes/compile-cache.ts';
import { TOKEN_VARIABLE } from './server.ts';

export interface StoreProcessOptions {
  readonly clock: Clock;
  readonly processes: ProcessRunner;
  readonly dataDir: string;
  /** 0: a free one. */
  readonly port: number;
  readonly place: Place;
  readonly token: string;
  readonly onWarn: (message: string) => void;
}

export interface StoreProcess {
  /** Resolves with the endpoint once the store answers. @throws CutoverError PORT_IN_USE, or an Error that says why not */
  running(): Promise<string>;
  /** Null before the first start; afterwards it stays, also while the process is started again. */
  endpoint(): string | null;
  close(): Promise<void>;
}

const READY_WALL_MS = 20_000;
const STOP_GRACE_WALL_MS = 5_000;
const FIRST_PAUSE_WALL_MS = 100;
const LONGEST_PAUSE_WALL_MS = 5_000;
/** A run that lasted this long starts the pauses anew. */
const STEADY_WALL_MS = 30_000;

export function createStoreProcess(options: StoreProcessOptions): StoreProcess {
  const { clock } = options;
  let handle: ProcessHandle | null = null;
  let endpoint: string | null = null;
  let starting: Promise<string> | null = null;
  /** Which place the process gives its tables: another apply may bring another. */
  let startedIn = '';
  const placeNow = (): string => `${options.place.region}:${options.place.accountId}`;
  let closed = false;
  let pauseMs = FIRST_PAUSE_WALL_MS;
  let cancelPause = (): void => {};

  function start(): Promise<string> {
    const startedMs = clock.monotonicMs();
    return new Promise((resolve, reject) => {
      const last: string[] = [];
      const started = spawnStore(options, Number(endpoint?.split(':').at(-1) ?? options.port), (line) => {
        const [word, detail = ''] = line.split(' ', 2);
        if (word === 'ready') {
          endpoint = `http://127.0.0.1:${detail}`;
          cancelLimit();
          resolve(endpoint);
        } else if (last.push(line) > 20) last.shift();
      });
      handle = started;
      let tooSlow = false;
      const cancelLimit = clock.afterWall(READY_WALL_MS, () => {
        tooSlow = true;
        void started.stop(0);
      });
      void started.exited.then((exit) => {
        cancelLimit();
        reject(startError(options.port, last, exit.error));
        const reason = last.find((line) => /Error/.test(line)) ?? last.at(-1) ?? exit.error;
        // Stopped by the runner's close, or refused by it: the plane is closing.
        if (handle !== started) return;
        if (exit.reason !== 'exited' && !tooSlow) closed = true;
        onExit(startedMs, reason ?? `${exit.signal ?? exit.code}`);
      });
    });
  }

  /** Only a store that has answered once is started again by itself: the first start belongs to an apply, which is told. */
  function onExit(startedMs: number, how: string): void {
    handle = null;
    starting = null;
    if (closed || endpoint === null) return;
    if (clock.monotonicMs() - startedMs > STEADY_WALL_MS) pauseMs = FIRST_PAUSE_WALL_MS;
    options.onWarn(`the table store ended (${how}); it is started again in ${pauseMs} ms, its data is kept`);
    cancelPause = clock.afterWall(pauseMs, () => void ensure().catch(() => {}));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_WALL_MS);
  }

  function ensure(): Promise<string> {
    if (closed) return Promise.reject(new Error('the table store is closed'));
    if (starting && startedIn === placeNow()) return starting;
    cancelPause();
    startedIn = placeNow();
    const former = handle;
    handle = null;
    starting = former ? former.stop(STOP_GRACE_WALL_MS).then(start) : start();
    return starting;
  }

  return {
    running: ensure,
    endpoint: () => endpoint,
    async close() {
      closed = true;
      cancelPause();
      await handle?.stop(STOP_GRACE_WALL_MS);
    },
  };
}

function spawnStore(options: StoreProcessOptions, port: number, onLine: (line: string) => void): ProcessHandle {
  const settings = JSON.stringify({ port, dir: options.dataDir });
  return options.processes.start({
    name: 'tables',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'server.ts'), settings],
    env: {
      ...compileCache(),
      AWS_REGION: options.place.region,
      AWS_ACCOUNT_ID: options.place.accountId,
      [TOKEN_VARIABLE]: options.token,
    },
    cwd: import.meta.dirname,
    onLine,
  });
}

function startError(port: number, lines: readonly string[], spawnError?: string): Error {
  if (!lines.some((line) => line.startsWith('failed EADDRINUSE')))
    return new Error(`the table store does not start: ${spawnError ?? lines.join(' | ')}`);
  return new CutoverError({
    code: 'PORT_IN_USE',
    address: `127.0.0.1:${port}`,
    message: `the port of the table store (DynamoDB) is taken by another program`,
    value: port,
    rule: 'tables are on port base + 3',
    fix: 'stop that program, or choose another --port-base',
  });
}
