/** One request at one target: it is sent there, its body streams after it, the response streams back. */
import type { Downstream } from './downstream.ts';
import { type BodyScanner, bodyScanner } from './http/body.ts';
import type { RequestHead } from './http/request-head.ts';
import type { ResponseHead } from './http/response-head.ts';
import { COALESCE, DONE, DONE_DIRTY, MALFORMED, ResponseRelay, UPGRADED } from './response-relay.ts';
import type { TargetRuntime } from './target.ts';
import type { GroupCounters } from './traffic.ts';
import type { Upstream, UpstreamUser } from './upstream.ts';

/** ELB load-balancer-troubleshooting, 504. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Methods whose repetition has the effect of one (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export interface ExchangeOptions {
  readonly downstream: Downstream;
  readonly request: RequestHead;
  readonly target: TargetRuntime;
  readonly counters: GroupCounters;
  /** As the target gets it. */
  readonly head: string;
  readonly closeClient: boolean;
  readonly closeUpstream: boolean;
  /** Set-Cookie lines to add; null without stickiness. */
  readonly cookies: ((response: ResponseHead) => string) | null;
}

export class Exchange implements UpstreamUser {
  readonly target: TargetRuntime;
  readonly #options: ExchangeOptions;
  readonly #client: Downstream;
  readonly #request: RequestHead;
  readonly #requestBody: BodyScanner | null;
  readonly #response: ResponseRelay;
  #upstream: Upstream | null = null;
  #retried = false;
  #over = false;
  #tunnel = false;
  #startedMs = 0;
  #sentMs = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#client = options.downstream;
    this.#request = options.request;
    this.target = options.target;
    this.#requestBody = bodyScanner(options.request);
    this.#response = new ResponseRelay({
      sink: options.downstream,
      request: options.request,
      closeClient: options.closeClient,
      onHead: (head) => this.#answered(head),
    });
  }

  get requestDone(): boolean {
    return this.#requestBody === null || this.#requestBody.done;
  }

  /** Has the client seen anything of a response? */
  get answered(): boolean {
    return this.#response.started;
  }

  /** @param chunk what was received after the head; @returns the end of what belongs to this request */
  start(chunk: Buffer | null): number {
    this.#startedMs = this.#sentMs = this.#client.now();
    this.target.requestStarted();
    this.#options.counters.RequestCount++;
    // Packets that security groups drop are never answered: the connect timeout ends it.
    if (this.target.blocked) return 0;
    let end = 0;
    if (chunk !== null && this.#requestBody !== null) {
      end = this.#requestBody.scan(chunk, 0);
      if (this.#requestBody.failed) {
        this.#fail(400);
        return chunk.length;
      }
    }
    this.#upstream = this.target.pool.acquire(this);
    if (!this.#send(chunk, end) && !this.requestDone) this.#client.pauseReading();
    return end;
  }

  /** @returns false where the target should drain first */
  #send(chunk: Buffer | null, end: number): boolean {
    const { socket } = this.#upstream as Upstream;
    const { head } = this.#options;
    if (chunk === null || end === 0) return socket.write(head, 'latin1');
    if (end <= COALESCE) return socket.write(head + chunk.toString('latin1', 0, end), 'latin1');
    socket.cork();
    socket.write(head, 'latin1');
    const flowing = socket.write(chunk.subarray(0, end));
    socket.uncork();
    return flowing;
  }

  /** More of the request. @returns the end of what belongs to it */
  feed(chunk: Buffer): number {
    const upstream = this.#upstream;
    if (upstream === null) return 0;
    if (this.#tunnel) {
      if (!upstream.socket.write(chunk)) this.#client.pauseReading();
      return chunk.length;
    }
    const body = this.#requestBody;
    if (body === null || body.done) return 0;
    const end = body.scan(chunk, 0);
    if (body.failed) {
      this.#fail(400);
      return chunk.length;
    }
    this.#sentMs = this.#client.now();
    if (!upstream.socket.write(end === chunk.length ? chunk : chunk.subarray(0, end))) this.#client.pauseReading();
    return end;
  }

  onUpstreamDrain(): void {
    this.#client.resumeReading();
  }

  onClientDrain(): void {
    this.#upstream?.socket.resume();
  }

  onUpstreamData(chunk: Buffer): void {
    if (this.#tunnel) {
      if (!this.#client.write(Buffer.from(chunk))) this.#upstream?.socket.pause();
      return;
    }
    this.#proceed(this.#response.receive(chunk));
  }

  onUpstreamEnd(error: Error | null): void {
    const upstream = this.#upstream as Upstream;
    this.#upstream = null;
    if (this.#tunnel) this.#closeTunnel();
    else if (this.#response.head !== null) this.#proceed(this.#response.end(error === null));
    else if (!upstream.connected) {
      this.#connectionFailed();
      this.#fail(502);
    } else if (this.#mayRetry(upstream)) this.#retry();
    else this.#fail(502);
  }

  #proceed(outcome: number): void {
    switch (outcome) {
      case DONE:
      case DONE_DIRTY:
        this.#finish(outcome === DONE_DIRTY);
        return;
      case MALFORMED:
        this.#fail(502);
        return;
      case UPGRADED:
        this.#tunnel = true;
        this.#client.tunnelOpened();
        break;
    }
    if (!this.#response.full) return;
    this.#response.full = false;
    this.#upstream?.socket.pause();
  }

  #answered(head: ResponseHead): string {
    this.#options.counters.answered(head.status, this.#client.now() - this.#sentMs);
    const kind = Math.trunc(head.status / 100);
    if (kind >= 1 && kind <= 5) this.target.stats.answers[kind as 1]++;
    return this.#options.cookies === null ? '' : this.#options.cookies(head);
  }

  #connectionFailed(): void {
    this.target.stats.connectionErrors++;
    this.#options.counters.TargetConnectionErrorCount++;
  }

  /**
   * ALB sends no request twice. Here an idempotent request without body is, once, where a kept connection ended before
   * any byte of an answer: its end may have reached this machine before the request left, without this one process
   * having come round to it. What is not idempotent gets the 502 that ALB gives (docs/balancer.md).
   */
  #mayRetry(upstream: Upstream): boolean {
    const untouched = upstream.served > 0 && !this.#response.touched && !this.#retried;
    return (
      untouched && !this.#request.hasBody && this.#request.upgrade === null && IDEMPOTENT.has(this.#request.method)
    );
  }

  #retry(): void {
    this.#retried = true;
    this.target.stats.retries++;
    this.#upstream = this.target.pool.open(this);
    this.#upstream.socket.write(this.#options.head, 'latin1');
  }

  /** Ends what has lasted too long. @param idleSinceMs when the client or the target last sent anything */
  sweep(nowMs: number, idleSinceMs: number, idleTimeoutMs: number): void {
    if (!(this.#upstream?.connected ?? false)) {
      if (nowMs - this.#startedMs < CONNECT_TIMEOUT_MS) return;
      this.#connectionFailed();
      this.#fail(504);
    } else if (nowMs - idleSinceMs >= idleTimeoutMs) {
      if (this.#tunnel) this.#closeTunnel();
      else this.#fail(this.requestDone ? 504 : 408);
    }
  }

  /** The deregistration delay is over. */
  expire(): void {
    if (this.#tunnel) this.#closeTunnel();
    else this.#fail(502);
  }

  /** The client is gone. */
  cancel(): void {
    this.#end();
  }

  #closeTunnel(): void {
    this.#end();
    this.#client.exchangeDone(true);
  }

  /** @param dirty the target's connection cannot be used again */
  #finish(dirty: boolean): void {
    const upstream = this.#upstream;
    const reusable =
      this.requestDone && !dirty && !this.#options.closeUpstream && this.#response.head?.keepAlive === true;
    const close = this.#response.closesClient || !this.requestDone;
    if (upstream !== null && reusable) {
      this.#upstream = null;
      upstream.release(this.#client.now());
    }
    this.#end();
    this.#client.exchangeDone(close);
  }

  /** With one of the load balancer's own codes where the client has seen nothing yet; else the response breaks off. */
  #fail(status: number): void {
    if (this.#over) return;
    // 400 and 408 are the client's doing.
    if (status >= 500) this.target.stats.failed++;
    this.#end();
    if (this.#response.started) this.#client.abort();
    else this.#client.exchangeFailed(status, this.requestDone);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#upstream?.destroy();
    this.#upstream = null;
    this.target.requestEnded();
  }
}
