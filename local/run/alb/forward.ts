/** Carries one request to one target and its answer back, streaming both ways. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Dispatcher, errors } from 'undici';
import type { LoadBalancer } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { responseHeaders } from './headers.ts';
import { sendError } from './responses.ts';
import type { BalancerStats } from './stats.ts';
import type { TargetEntry, Targets } from './targets.ts';
import type { Upstreams } from './upstreams.ts';

export interface ForwardOptions {
  readonly clock: Clock;
  readonly stats: BalancerStats;
  readonly targets: Targets;
  readonly upstreams: Upstreams;
}

export interface ForwardRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly entry: TargetEntry;
  readonly loadBalancer: LoadBalancer;
  /** For the target. */
  readonly headers: string[];
  /** Set-Cookie values of the load balancer's own. */
  readonly cookies: readonly string[];
}

const hasBody = (req: IncomingMessage): boolean =>
  req.headers['transfer-encoding'] !== undefined ||
  (req.headers['content-length'] !== undefined && req.headers['content-length'] !== '0');

export function forward(options: ForwardOptions, request: ForwardRequest): void {
  const { req, entry } = request;
  const begunMs = options.clock.monotonicMs();
  const exchange = new Exchange(options, request, begunMs);
  entry.inFlight.add(exchange.cut);
  dispatch(options, request, exchange, hasBody(req) ? req : null, true);
}

function dispatch(
  options: ForwardOptions,
  request: ForwardRequest,
  exchange: Exchange,
  body: IncomingMessage | null,
  mayRetry: boolean,
): void {
  const { entry, req, loadBalancer } = request;
  const pool = options.upstreams.poolOf(entry, loadBalancer.idleTimeoutSeconds);
  // Only what may be sent twice without harm is tried again.
  exchange.retry =
    mayRetry && body === null && (req.method === 'GET' || req.method === 'HEAD')
      ? () => dispatch(options, request, exchange, null, false)
      : null;
  pool.dispatch(
    {
      path: req.url ?? '/',
      method: (req.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: request.headers,
      body,
      upgrade: null,
    },
    exchange,
  );
}

/** undici's handler for one request. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ForwardOptions;
  readonly #request: ForwardRequest;
  readonly #begunMs: number;
  #controller: Dispatcher.DispatchController | null = null;
  #done = false;
  #cut = false;
  #clientGone = false;
  /** Sends the request again on a fresh connection: set only while no byte of a body was read from the client. */
  retry: (() => void) | null = null;

  constructor(options: ForwardOptions, request: ForwardRequest, begunMs: number) {
    this.#options = options;
    this.#request = request;
    this.#begunMs = begunMs;
    request.res.on('close', () => {
      if (request.res.writableFinished || this.#done) return;
      // The client closed before its answer was complete: 460 in ALB's log; the target's work is let go.
      this.#clientGone = true;
      this.#controller?.abort(new Error('the client closed the connection'));
    });
  }

  readonly cut = (): void => {
    this.#cut = true;
    this.#controller?.abort(new Error('the deregistration delay is over'));
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cut || this.#clientGone) controller.abort(new Error('ended before it began'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusMessage?: string,
  ): void {
    if (status < 200) return;
    this.retry = null;
    const { res, entry, loadBalancer, cookies } = this.#request;
    entry.requests += 1;
    const seconds = (this.#options.clock.monotonicMs() - this.#begunMs) / 1000;
    this.#options.stats.answered(loadBalancer.arnSuffix, entry.group.definition.arnSuffix, status, seconds);
    const raw = (controller as unknown as { rawHeaders?: (string | Buffer)[] }).rawHeaders ?? [];
    const headers = responseHeaders(raw);
    for (const cookie of cookies) headers.push('Set-Cookie', cookie);
    if (res.destroyed) return;
    res.writeHead(status, statusMessage ?? '', headers);
    res.on('drain', () => controller.resume());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#request.res.write(chunk)) controller.pause();
  }

  onResponseEnd(
    _controller: Dispatcher.DispatchController,
    trailers: Record<string, string | string[] | undefined>,
  ): void {
    const { res } = this.#request;
    if (trailers && Object.keys(trailers).length > 0 && !res.writableEnded)
      res.addTrailers(trailers as Record<string, string>);
    this.#finish();
    res.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#done) return;
    const { res, entry, loadBalancer, req } = this.#request;
    const again = this.retry;
    this.retry = null;
    if (again && !this.#cut && !this.#clientGone && isStaleConnection(error)) {
      again();
      return;
    }
    this.#finish();
    if (this.#clientGone) return;
    const status = statusFor(error);
    if (error instanceof errors.ConnectTimeoutError || (error as NodeJS.ErrnoException).code === 'ECONNREFUSED')
      this.#options.stats.connectionError(loadBalancer.arnSuffix, entry.group.definition.arnSuffix);
    if (!res.headersSent) this.#options.stats.own(loadBalancer.arnSuffix, status);
    req.unpipe();
    sendError(res, status);
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    socket: Socket,
  ): void {
    socket.destroy();
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    const { entry } = this.#request;
    entry.inFlight.delete(this.cut);
    this.#options.targets.settled(entry);
  }
}

/** A kept-alive connection that the target closed just as the request was sent: nothing of it was processed. */
const isStaleConnection = (error: Error): boolean =>
  error instanceof errors.SocketError ||
  (error as NodeJS.ErrnoException).code === 'ECONNRESET' ||
  (error as NodeJS.ErrnoException).code === 'EPIPE';

/** 504: connect over 10 s, or the idle timeout; 502: reset, closed, malformed (ELB load-balancer-troubleshooting). */
function statusFor(error: Error): 502 | 504 {
  const timedOut =
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError;
  return timedOut || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? 504 : 502;
}
