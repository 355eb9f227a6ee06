/** The worker processes of the cluster: started, replaced, drained. `primary.ts` owns settings, signals and the exit code. */
import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../../../../kit/src/log.ts';
import { CLEAN_RECORD, decideReplacement, type Record } from './decide-replacement.ts';

export interface Workers {
  /** Workers that live. */
  readonly size: number;
  /**
   * SIGTERM to every worker, SIGKILL to those that are left after `limitMs`.
   * @returns whether each of them ended by itself, with nothing cut off
   */
  stop(limitMs: number): Promise<boolean>;
}

export interface WorkersOptions {
  readonly count: number;
  readonly log: Log;
  /** Called once where no worker comes up at all. */
  readonly onHopeless: () => void;
}

/** Starts them all. */
export function startWorkers(options: WorkersOptions): Workers {
  return new Cluster(options);
}

/** How a worker ended. */
interface Facts {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  readonly listenedMs: number | null;
}
const NEVER_STARTED: Facts = { pid: undefined, code: null, signal: null, listenedMs: null };

class Cluster implements Workers {
  readonly #options: WorkersOptions;
  readonly #alive = new Map<Worker, { listeningSince: number | null }>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  #record: Record = CLEAN_RECORD;
  #stopping = false;
  #clean = true;
  #onEmpty: (() => void) | undefined;

  constructor(options: WorkersOptions) {
    this.#options = options;
    for (let i = 0; i < options.count; i++) this.#start();
  }

  get size(): number {
    return this.#alive.size;
  }

  async stop(limitMs: number): Promise<boolean> {
    this.#stopping = true;
    for (const pause of this.#pauses) clearTimeout(pause);
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    if (this.#alive.size === 0) return this.#clean;
    this.#signalAll('SIGTERM');
    const limit = setTimeout(() => {
      this.#clean = false;
      this.#signalAll('SIGKILL');
    }, limitMs);
    await empty;
    clearTimeout(limit);
    return this.#clean;
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const worker of this.#alive.keys()) worker.process.kill(signal);
  }

  #start(): void {
    const { logger } = this.#options.log;
    let worker: Worker;
    try {
      worker = cluster.fork();
    } catch (error) {
      logger.error({ event: 'fork-failed', err: error });
      this.#replace(NEVER_STARTED);
      return;
    }
    const state: { listeningSince: number | null } = { listeningSince: null };
    this.#alive.set(worker, state);
    worker.once('listening', ({ port }) => {
      state.listeningSince = performance.now();
      logger.info({ event: 'worker-listening', pid: worker.process.pid, port });
    });
    const gone = (code: number | null, signal: string | null): void => {
      if (!this.#alive.delete(worker)) return;
      const listenedMs = state.listeningSince === null ? null : Math.round(performance.now() - state.listeningSince);
      const facts = { pid: worker.process.pid, code, signal, listenedMs };
      if (this.#stopping) this.#ended(facts);
      else this.#replace(facts);
    };
    worker.once('exit', gone);
    worker.on('error', (error) => {
      logger.error({ event: 'worker-error', err: error });
      // A process that never came to be has no exit, either.
      if (worker.process.pid === undefined) gone(null, null);
    });
  }

  /** A worker that SIGTERM met before it listened had nothing to finish. */
  #ended(facts: Facts): void {
    const clean = facts.code === 0 || (facts.signal === 'SIGTERM' && facts.listenedMs === null);
    if (!clean) this.#clean = false;
    this.#options.log.logger.info({ event: 'worker-ended', ...facts });
    if (this.#alive.size === 0) this.#onEmpty?.();
  }

  #replace(facts: Facts): void {
    const { record, pauseMs } = decideReplacement(this.#record, facts.listenedMs);
    this.#record = record;
    this.#options.log.logger.error({ event: 'worker-died', ...facts, earlyDeaths: record.earlyDeaths, pauseMs });
    if (pauseMs === null) {
      this.#options.onHopeless();
      return;
    }
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#start();
    }, pauseMs);
    this.#pauses.add(pause);
  }
}
