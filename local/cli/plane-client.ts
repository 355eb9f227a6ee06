/** A running plane as the commands see it: its control routes on the AWS-compatible endpoint's port. */
import { CutoverError, type ErrorCode, type Problem } from '../errors.ts';
import type { Change } from '../run/contracts.ts';
import { ifAlive, isAlive, type PlaneRecord, readRecord } from '../run/control/state-file.ts';
import type { PlaneEvent } from '../run/events.ts';
import { sendSignal } from '../run/processes/signals.ts';
import type { Status } from '../status.ts';
import type { FidelityNote } from '../topology.ts';

export interface ApplyProgress {
  readonly type: 'progress';
  readonly phase: 'resolved' | 'building' | 'started' | 'done' | 'failed';
  readonly address: string;
  readonly action: string;
  readonly done: number;
  readonly total: number;
  readonly error?: string;
}

export interface ApplyOutcome {
  readonly changes: readonly Change[];
}

export interface LogLine {
  readonly seq: number;
  readonly group: string;
  readonly stream: string;
  readonly timestampMs: number;
  readonly message: string;
}

export interface SigningKey {
  readonly privateKeyPem: string;
  readonly signingCertUrl: string;
}

/** How long each answer may take, wall milliseconds; an image is built, a topology resolved inside it. */
const ANSWER_WALL_MS = 120_000;
/** A status is made out of memory. */
const STATUS_WALL_MS = 20_000;
/** A plane that is alive answers at once that it will stop. */
const ASK_TO_STOP_WALL_MS = 10_000;
/** The plane's own limit is 45 s. */
const STOP_WALL_MS = 60_000;
/** Also what is left to a process after a signal. */
const UNASKED_WALL_MS = 10_000;

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

export class PlaneClient {
  readonly record: PlaneRecord;

  constructor(record: PlaneRecord) {
    this.record = record;
  }

  /** The plane on a state folder. @throws CutoverError PLANE_NOT_RUNNING */
  static async connect(stateDir: string): Promise<PlaneClient> {
    const record = await readRecord(stateDir);
    const living = await ifAlive(record);
    if (living) return new PlaneClient(living);
    throw new CutoverError({
      code: 'PLANE_NOT_RUNNING',
      message: record ? `the plane (pid ${record.pid}) is gone` : 'no plane is running here',
      fix: record
        ? 'bring it back with ./cutover up, or clear what is left with ./cutover down'
        : 'start one with ./cutover up',
    });
  }

  status(): Promise<Status> {
    return this.#json<Status>('status', {}, AbortSignal.timeout(STATUS_WALL_MS));
  }

  async events(sinceId: number): Promise<readonly PlaneEvent[]> {
    return this.#json<PlaneEvent[]>(`events?since=${sinceId}`);
  }

  /** Events as they happen, from after `sinceId`, until the signal aborts or the plane goes. */
  async *followEvents(sinceId: number, signal?: AbortSignal): AsyncIterable<PlaneEvent> {
    yield* this.#lines<PlaneEvent>(`events?since=${sinceId}&follow=1`, {}, signal);
  }

  async logs(query: Record<string, string>): Promise<readonly LogLine[]> {
    return this.#json<LogLine[]>(`logs?${new URLSearchParams(query)}`);
  }

  async *followLogs(query: Record<string, string>, signal?: AbortSignal): AsyncIterable<LogLine> {
    yield* this.#lines<LogLine>(`logs?${new URLSearchParams({ ...query, follow: '1' })}`, {}, signal);
  }

  signing(): Promise<SigningKey> {
    return this.#json<SigningKey>('signing');
  }

  /** What became of each SNS message. */
  deliveries(): Promise<unknown> {
    return this.#json('deliveries');
  }

  /** What this plane models by approximation, and what it accepts without local effect. */
  fidelity(): Promise<readonly FidelityNote[]> {
    return this.#json<FidelityNote[]>('fidelity');
  }

  /** Builds what the image runs as here. @throws CutoverError IMAGE_NOT_FOUND | IMAGE_BUILD_FAILED */
  async prepareImage(image: string): Promise<void> {
    await this.#json('image', { method: 'POST', body: JSON.stringify({ image }) });
  }

  plan(dir: string): Promise<{ changes: readonly Change[] }> {
    return this.#json('plan', { method: 'POST', body: JSON.stringify({ dir }) });
  }

  /**
   * Applies a synthesized folder to the running plane.
   * @throws CutoverError with the problems the plane reports; the signal's reason where it aborts: the plane goes on
   */
  async apply(
    input: { dir: string; stage: string | null; system?: string | null },
    onProgress?: (progress: ApplyProgress) => void,
    signal?: AbortSignal,
  ): Promise<ApplyOutcome> {
    const body = JSON.stringify(input);
    for await (const line of this.#lines<ApplyProgress | ResultLine>('apply', { method: 'POST', body }, signal)) {
      if (line.type === 'progress') onProgress?.(line);
      else if (line.problems.length > 0) throw new CutoverError(line.problems);
      else return { changes: line.changes };
    }
    signal?.throwIfAborted();
    throw this.unreachable('the answer ended before its result');
  }

  /**
   * Ends the plane and waits until its process is gone; one that does not answer, or does not stop, is killed: the
   * record proves that the pid is the plane's.
   * @param keepState leaves what the next `up` brings back
   */
  async down({ keepState = false } = {}): Promise<void> {
    const signal = AbortSignal.timeout(ASK_TO_STOP_WALL_MS);
    const asked = await this.#json(keepState ? 'leave' : 'down', { method: 'POST', body: '{}' }, signal).then(
      () => true,
      // Without the token (a damaged record) the signal that it would get from a terminal.
      () => !keepState && this.record.startTicks !== null && sendSignal(this.record.pid, 'SIGTERM') && false,
    );
    if (await this.#gone(asked ? STOP_WALL_MS : UNASKED_WALL_MS)) return;
    // Only its start time proves that the pid is still the plane's.
    if (this.record.startTicks !== null && (await isAlive(this.record))) sendSignal(this.record.pid, 'SIGKILL');
    if (!(await this.#gone(UNASKED_WALL_MS))) throw this.unreachable('it cannot be ended');
  }

  /** Waits for the end of the plane's process. @returns false where it lives on */
  ended(): Promise<boolean> {
    return this.#gone(STOP_WALL_MS);
  }

  async #gone(timeoutMs: number): Promise<boolean> {
    const end = Date.now() + timeoutMs;
    while (await isAlive(this.record)) {
      if (Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return true;
  }

  async #json<T>(path: string, init: RequestInit = {}, signal = AbortSignal.timeout(ANSWER_WALL_MS)): Promise<T> {
    const response = await this.#fetch(path, { ...init, signal });
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw this.unreachable(`its answer broke off: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async *#lines<T>(path: string, init: RequestInit, signal?: AbortSignal): AsyncIterable<T> {
    const response = await this.#fetch(path, { ...init, ...(signal ? { signal } : {}) });
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) if (part) yield JSON.parse(part) as T;
      }
    } catch (error) {
      if (signal?.aborted) return;
      throw this.unreachable(String(error));
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { 'x-cutover-token': this.record.token, 'content-type': 'application/json' };
    const response = await fetch(`${this.record.endpoint}/_cutover/${path}`, { ...init, headers }).catch((error) => {
      if (isTimeout(error)) throw this.unreachable('it does not answer: it may be stopped or very busy');
      if (init.signal?.aborted) throw error;
      throw this.unreachable(error instanceof Error ? (error.cause ?? error.message) : error);
    });
    if (response.ok) return response;
    const body = (await response.json().catch(() => null)) as { errors?: readonly Problem[] } | null;
    const problems = body?.errors?.map((p) => ({ ...p, code: p.code as ErrorCode }));
    throw problems?.length ? new CutoverError(problems) : this.unreachable(`it answered ${response.status}`);
  }

  unreachable(why: unknown): CutoverError {
    return new CutoverError({
      code: 'PLANE_UNREACHABLE',
      address: this.record.endpoint,
      message: `the plane (pid ${this.record.pid}) cannot be reached: ${String(why)}`,
      fix: './cutover down clears it, ./cutover up starts it again',
    });
  }
}

interface ResultLine {
  readonly type: 'result';
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}
