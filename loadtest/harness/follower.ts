/** Follows a plane while a run lasts: its events, its status each second and after every event, its deployments. */
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { PlaneEvent } from '../../local/run/events.ts';
import type { Status } from '../../local/status.ts';
import type { DeploymentRecord, EventRecord, Sample } from '../verdict/record.ts';
import { createMachineMeter } from './cpu-meter.ts';
import type { PlaneClient } from './plane-client.ts';

const SAMPLE_MS = 1_000;
/** At most one status call in this time, however many events come. */
const COALESCE_MS = 60;
const ANSWER_MS = 30_000;
const MAX_EVENTS = 20_000;
const MAX_SAMPLES = 7_200;

export interface FollowerOptions {
  readonly plane: PlaneClient;
  readonly clock: Clock;
  /** The load generator's process; null while there is none. */
  readonly generatorCores: () => Promise<number | null>;
  /** Called with every status that is read. */
  readonly onStatus: (status: Status, times: ReadTimes) => void;
}

/** The plane wrote the status between these, wall ms. */
export interface ReadTimes {
  readonly askedMs: number;
  readonly gotMs: number;
}

export class Follower {
  readonly events: EventRecord[] = [];
  readonly samples: Sample[] = [];
  readonly #options: FollowerOptions;
  readonly #deployments = new Map<string, DeploymentRecord>();
  readonly #watchers: FollowerOptions['onStatus'][] = [];
  readonly #waiters = new Set<(status: Status) => void>();
  readonly #abort = new AbortController();
  readonly #machineBusy = createMachineMeter();
  #pending: Promise<Status> | null = null;
  #lastReadAtMs = 0;
  #anchor: { controlMs: number; wallMs: number } | null = null;
  #refreshTimer: (() => void) | null = null;
  #sampleTimer: (() => void) | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** The newest event's two times: control time is read off from here. Null before the first one. */
  get anchor(): { readonly controlMs: number; readonly wallMs: number } | null {
    return this.#anchor;
  }

  get deployments(): DeploymentRecord[] {
    return [...this.#deployments.values()];
  }

  async start(): Promise<void> {
    const status = await this.refresh();
    this.#loop = this.#follow(status.lastEventId).catch(() => undefined);
    const tick = (): void => {
      // A stop may come while a sample is taken: nothing may follow on it then.
      if (this.#abort.signal.aborted) return;
      this.#sampleTimer = this.#options.clock.afterWall(SAMPLE_MS, () => void this.#sample().finally(tick));
    };
    tick();
  }

  /** Calls it with every status from now on, as the option's own. */
  watch(onStatus: FollowerOptions['onStatus']): void {
    this.#watchers.push(onStatus);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#refreshTimer?.();
    this.#sampleTimer?.();
    await this.#loop;
  }

  /** Reads the status now; calls that overlap share one read. */
  refresh(): Promise<Status> {
    this.#pending ??= this.#read().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  /**
   * Resolves with the first status for which `test` is true.
   *
   * @returns null where none came within `timeoutMs` of wall time
   * @throws the signal's reason when it aborts
   */
  async until(test: (status: Status) => boolean, timeoutMs: number, signal: AbortSignal): Promise<Status | null> {
    const now = await this.refresh();
    if (test(now)) return now;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        cancel();
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
        act();
      };
      const waiter = (status: Status): void => {
        if (test(status)) done(() => resolve(status));
      };
      const abort = (): void => done(() => reject(signal.reason));
      const cancel = this.#options.clock.afterWall(timeoutMs, () => done(() => resolve(null)));
      this.#waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  async #read(): Promise<Status> {
    const { plane, clock, onStatus } = this.#options;
    const askedMs = clock.wallNow();
    const status = await this.#within(plane.status());
    this.#lastReadAtMs = clock.monotonicMs();
    this.#noteDeployments(status);
    const times = { askedMs, gotMs: clock.wallNow() };
    for (const tell of [onStatus, ...this.#watchers]) tell(status, times);
    for (const waiter of [...this.#waiters]) waiter(status);
    return status;
  }

  /** A plane that does not answer must not stop everything that waits for its status. */
  #within(answer: Promise<Status>): Promise<Status> {
    return new Promise((resolve, reject) => {
      const late = this.#options.clock.afterWall(ANSWER_MS, () => {
        const message = `the plane has not told its status in ${ANSWER_MS / 1_000} s`;
        reject(new CutoverError({ code: 'PLANE_UNREACHABLE', message, fix: 'see plane.log in its state folder' }));
      });
      answer.then(resolve, reject).finally(late);
    });
  }

  async #follow(sinceId: number): Promise<void> {
    for await (const event of this.#options.plane.events(sinceId, this.#abort.signal)) {
      this.#noteEvent(event);
      this.#refreshSoon();
    }
  }

  #refreshSoon(): void {
    if (this.#refreshTimer || this.#abort.signal.aborted) return;
    const { clock } = this.#options;
    const wait = Math.max(0, COALESCE_MS - (clock.monotonicMs() - this.#lastReadAtMs));
    this.#refreshTimer = clock.afterWall(wait, () => {
      this.#refreshTimer = null;
      // A read that began before the event does not show it: wait for it, then read again.
      const before = this.#pending ?? Promise.resolve(null);
      before
        .catch(() => null)
        .then(() => this.refresh())
        .catch(() => undefined);
    });
  }

  #noteEvent(event: PlaneEvent): void {
    this.#anchor = { controlMs: Date.parse(event.at), wallMs: Date.parse(event.wallAt) };
    if (this.events.length >= MAX_EVENTS) return;
    const { subject, code, message, level } = event;
    this.events.push({ atMs: Date.parse(event.wallAt), subject, code, message, level });
  }

  #noteDeployments(status: Status): void {
    const nowMs = this.#options.clock.wallNow();
    for (const service of status.services) {
      for (const deployment of service.deployments) {
        const key = `${service.cluster}/${service.name}/${deployment.id}`;
        const before = this.#deployments.get(key);
        const settled = before !== undefined && before.rolloutState !== 'IN_PROGRESS';
        this.#deployments.set(key, {
          id: deployment.id,
          service: service.name,
          taskDefinition: deployment.taskDefinition,
          desiredCount: Math.max(deployment.desiredCount, before?.desiredCount ?? 0),
          failedTasks: Math.max(deployment.failedTasks, before?.failedTasks ?? 0),
          rolloutState: deployment.rolloutState,
          reason: deployment.rolloutStateReason,
          firstSeenMs: before?.firstSeenMs ?? nowMs,
          // A failed deployment does its harm until its last task is gone.
          lastSeenMs: settled && deployment.runningCount + deployment.pendingCount === 0 ? before.lastSeenMs : nowMs,
        });
      }
    }
  }

  async #sample(): Promise<void> {
    const { clock, generatorCores } = this.#options;
    const status = await this.refresh().catch(() => null);
    if (!status || this.#abort.signal.aborted || this.samples.length >= MAX_SAMPLES) return;
    const running = Object.fromEntries(status.services.map((service) => [service.name, service.runningCount]));
    this.samples.push({
      atMs: clock.wallNow(),
      running,
      generatorCores: await generatorCores(),
      machineBusy: this.#machineBusy(),
    });
  }
}
