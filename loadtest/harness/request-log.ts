/** The lines that the forum scenario writes, as one request each. */
import type { ForumRequest } from '../verdict/forum-record.ts';
import { type LoadLog, parseJson } from './line-tail.ts';

type Sent = readonly [mark: 's', iteration: number, path: string, atMs: number];
type Ended = readonly [
  mark: 'e',
  iteration: number,
  atMs: number,
  status: number,
  ms: number,
  failedCheck: string | null,
  version: string | null,
  error: string | null,
];

export class RequestLog implements LoadLog {
  readonly #requests = new Map<number, ForumRequest>();
  #ended = 0;

  get sent(): number {
    return this.#requests.size;
  }

  get inFlight(): number {
    return this.#requests.size - this.#ended;
  }

  /** Every request in the order of sending. */
  requests(): ForumRequest[] {
    return [...this.#requests.values()];
  }

  take(text: string): void {
    const line = parseJson(text);
    if (!Array.isArray(line)) return;
    if (line[0] === 's') this.#begin(line as unknown as Sent);
    else if (line[0] === 'e') this.#end(line as unknown as Ended);
  }

  #begin([, iteration, path, sentAtMs]: Sent): void {
    const nothing = { endedAtMs: null, latencyMs: null, status: null, failedCheck: null, version: null, error: null };
    this.#requests.set(iteration, { path, sentAtMs, ...nothing });
  }

  #end([, iteration, endedAtMs, status, latencyMs, failedCheck, version, error]: Ended): void {
    const told = this.#requests.get(iteration);
    if (!told) return;
    if (told.status === null) this.#ended += 1;
    this.#requests.set(iteration, { ...told, endedAtMs, status, latencyMs, failedCheck, version, error });
  }
}
