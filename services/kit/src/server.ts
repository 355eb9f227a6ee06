/**
 * One Restify server. Restify routes and runs handlers; the listener in front of it (`listener.ts`) is ours, because
 * Restify 12 passes no options on to Node's HTTP server. This file owns requests; `drain.ts` owns the end.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, refuseUnreadableBody } from './body.ts';
import { ServiceError } from './errors.ts';
import { type Exchange, factsOf, type RequestFacts, State, writeRequestRecord } from './exchange.ts';
import { noteServiceHeaders, type ServiceHeaders } from './headers.ts';
import { createListener, listen } from './listener.ts';
import type { Log } from './log.ts';
import { sendError } from './reply.ts';
import { createRestify, type RestifyServer } from './restify.ts';
import type { ServiceConfig } from './settings.ts';

export type Handler = (exchange: Exchange) => Promise<void> | void;
export type BodyHandler = (exchange: Exchange, body: string) => Promise<void>;

export interface HttpOptions {
  /** Sent with every response, refusals too. Default: none. */
  readonly headers?: ServiceHeaders;
  /** Writes a plain access line in place of the structured record of each request. */
  readonly requestLine?: (facts: RequestFacts) => string;
}

export interface HttpService {
  readonly http: Server;
  /** {@link HttpOptions.headers}: prepared replies carry them. */
  readonly headers: ServiceHeaders;
  /** Handlers that have not ended yet, whether or not their client still waits. */
  readonly running: number;
  readonly draining: boolean;
  get(path: string, handler: Handler): void;
  /** Paths are served with and without their trailing slash. Body limits, content types and the bound on requests in flight hold before the handler runs. */
  post(path: string, handler: BodyHandler): void;
  /** Sees every request first; returns true where it has taken it over. */
  intercept(take: (exchange: Exchange) => boolean): void;
  /** @returns the address that it listens on */
  listen(): Promise<AddressInfo>;
  /** From now on every response ends its connection. */
  startDraining(): void;
}

/** RFC 3986 §3.2: a name, or an address in brackets, and a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d{0,5})?$/i;

type Carrier = IncomingMessage & { exchange?: State; params?: Readonly<Record<string, string>> };

export function createHttpService(config: ServiceConfig, log: Log, options: HttpOptions = {}): HttpService {
  return new RestifyService(config, log, options);
}

class RestifyService implements HttpService {
  readonly http: Server;
  readonly headers: ServiceHeaders;
  running = 0;
  draining = false;
  readonly #app: RestifyServer<Carrier>;
  readonly #config: ServiceConfig;
  readonly #log: Log;
  readonly #requestLine: HttpOptions['requestLine'];
  readonly #takers: ((exchange: Exchange) => boolean)[] = [];
  readonly #unanswered = new Set<ServerResponse>();
  /** The last Host that was looked at: a load balancer sends the same one again and again. */
  #goodHost = '';

  constructor(config: ServiceConfig, log: Log, options: HttpOptions) {
    this.#config = config;
    this.#log = log;
    this.#requestLine = options.requestLine;
    this.headers = options.headers ?? {};
    this.#app = createRestify<Carrier>(log);
    this.http = createListener(config, (req, res) => this.#hand(req, res), this.headers);
    this.#app.first((req, res) => this.#admit(req, res));
    // Whatever Restify itself refuses (unknown path or method) leaves in our shape, scrubbed.
    this.#app.on('restifyError', (req, res, error, done) => {
      if (!res.headersSent && req.exchange) fail(req.exchange, fromRestify(req, error), log);
      (res as ServerResponse & { _sent?: boolean })._sent = true;
      done();
    });
  }

  get(path: string, handler: Handler): void {
    for (const each of bothForms(path)) {
      this.#app.get(each, (req, _res, next) => this.#run(req, handler, next));
      this.#app.head(each, (req, _res, next) => this.#run(req, handler, next));
    }
  }

  post(path: string, handler: BodyHandler): void {
    const withBody: Handler = async (exchange) => {
      const { MAX_BODY_BYTES, MAX_IN_FLIGHT } = this.#config;
      refuseUnreadableBody(exchange.req, MAX_BODY_BYTES);
      if (this.running > MAX_IN_FLIGHT) {
        throw new ServiceError('OVERLOADED', `more than ${MAX_IN_FLIGHT} requests in flight`);
      }
      await handler(exchange, await readBody(exchange.req, MAX_BODY_BYTES));
    };
    for (const each of bothForms(path)) this.#app.post(each, (req, _res, next) => this.#run(req, withBody, next));
  }

  intercept(take: (exchange: Exchange) => boolean): void {
    this.#takers.push(take);
  }

  listen(): Promise<AddressInfo> {
    return listen(this.http, this.#config);
  }

  startDraining(): void {
    this.draining = true;
    for (const res of this.#unanswered) endConnectionWith(res);
  }

  /** What Restify throws before a handler runs fails this request alone, not the process with all requests in flight. */
  #hand(req: Carrier, res: ServerResponse): void {
    try {
      this.#app.server.emit('request', req, res);
    } catch (error) {
      fail(req.exchange ?? new State(req, res), error, this.#log);
    }
  }

  /** Every request comes by here first. @returns whether Restify goes on with it */
  #admit(req: Carrier, res: ServerResponse): boolean {
    noteServiceHeaders(res, this.headers);
    const exchange = new State(req, res);
    req.exchange = exchange;
    this.#unanswered.add(res);
    res.once('close', () => {
      this.#unanswered.delete(res);
      this.#logRequest(exchange);
    });
    if (this.draining) endConnectionWith(res);
    if (this.#takers.some((take) => take(exchange))) return false;
    // An absolute or asterisk target is a proxy's business; Restify's URL parser may throw on one.
    if (!req.url?.startsWith('/')) return this.#refuse(exchange, 'the request target must be a path');
    if (!this.#isHost(req.headers.host ?? '')) return this.#refuse(exchange, 'the Host header is not a host');
    return true;
  }

  /** @returns false */
  #refuse(exchange: State, reason: string): false {
    fail(exchange, new ServiceError('BAD_REQUEST', reason), this.#log);
    return false;
  }

  /** Restify parses Host and path as one URL: a Host that is none throws there, one with a path routes as another path. */
  #isHost(host: string): boolean {
    if (host === this.#goodHost) return true;
    if (host !== '' && !(HOST.test(host) && URL.canParse(`http://${host}/`))) return false;
    this.#goodHost = host;
    return true;
  }

  #logRequest(exchange: State): void {
    if (this.#requestLine) this.#log.line(this.#requestLine(factsOf(exchange)));
    else writeRequestRecord(exchange, this.#log);
  }

  /** A handler that returns nothing is done at once: it costs no promise. */
  #run(req: Carrier, handler: Handler, next: () => void): void {
    const exchange = req.exchange!;
    exchange.params = req.params ?? {};
    this.running++;
    const done = (): void => {
      this.running--;
      next();
    };
    const failed = (error: unknown): void => fail(exchange, error, this.#log);
    const pending = attempt(() => handler(exchange), failed);
    if (pending) pending.catch(failed).finally(done);
    else done();
  }
}

function attempt<T>(run: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return run();
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** A path with and without its trailing slash. */
function bothForms(path: string): string[] {
  return path === '/' ? [path] : [path.replace(/\/$/, ''), path.replace(/\/?$/, '/')];
}

function endConnectionWith(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

function fail(exchange: Exchange, error: unknown, log: Log): void {
  const known = error instanceof ServiceError;
  exchange.failure = known ? error.code : 'INTERNAL';
  if (!known) log.logger.error({ event: 'failure', trace: exchange.trace, err: error });
  else if (error.cause !== undefined) {
    log.logger.warn({ event: 'refused', trace: exchange.trace, code: error.code, cause: String(error.cause) });
  }
  // A body that was not read to its end cannot be followed by another request.
  if (!exchange.req.complete && !exchange.res.headersSent) exchange.res.setHeader('Connection', 'close');
  sendError(exchange.res, error, exchange.trace);
}

function fromRestify(req: IncomingMessage, error: unknown): ServiceError | unknown {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (status === 404) return new ServiceError('NOT_FOUND', 'there is nothing at this path');
  if (status === 405) return new ServiceError('METHOD_NOT_ALLOWED', `${req.method} is not allowed here`);
  if (status === 400) return new ServiceError('BAD_REQUEST', 'the request cannot be read');
  return error;
}
