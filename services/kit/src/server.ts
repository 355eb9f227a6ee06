/**
 * One Restify server with the house's limits. Restify routes and runs handlers; the listener in front of it is ours,
 * because Restify 12 passes no options on to Node's HTTP server. This file owns requests; `drain.ts` owns the end.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import restify from 'restify';
import { readBody, refuseUnreadableBody } from './body.ts';
import { ServiceError } from './errors.ts';
import type { Log } from './log.ts';
import { sendError } from './reply.ts';
import type { ServiceConfig } from './settings.ts';
import { TRACE_HEADER, traceOf } from './trace.ts';

/** One request on its way. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** X-Amzn-Trace-Id, received or made: goes to downstream calls and into the log. */
  readonly trace: string;
  /** Set by the handler once it is known; ends in the request's log line. */
  messageId?: string;
  /** Why the request was refused or failed; ends in the request's log line. */
  failure?: string;
}
export type Handler = (exchange: Exchange) => Promise<void>;
export type BodyHandler = (exchange: Exchange, body: string) => Promise<void>;

export interface HttpService {
  readonly http: Server;
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

interface State extends Exchange {
  readonly startedAt: number;
}
type Carrier = IncomingMessage & { exchange?: State };

/** The part of Restify that is used; its published types stop at version 8. */
interface App {
  readonly server: Server;
  first(handler: (req: Carrier, res: ServerResponse) => boolean): void;
  get(path: string, handler: (req: Carrier, res: ServerResponse) => Promise<void>): void;
  head(path: string, handler: (req: Carrier, res: ServerResponse) => Promise<void>): void;
  post(path: string, handler: (req: Carrier, res: ServerResponse) => Promise<void>): void;
  on(
    event: 'restifyError',
    handler: (req: Carrier, res: ServerResponse, error: unknown, done: () => void) => void,
  ): void;
}

export function createHttpService(config: ServiceConfig, log: Log): HttpService {
  const app = restify.createServer({ name: '', log: log.logger } as never) as unknown as App;
  const http = createFrontServer(config, app);
  const takers: ((exchange: Exchange) => boolean)[] = [];
  const unanswered = new Set<ServerResponse>();
  let running = 0;
  let draining = false;

  app.first((req, res) => {
    const exchange = begin(req, res, log);
    unanswered.add(res);
    res.once('close', () => unanswered.delete(res));
    if (draining) endConnectionWith(res);
    if (takers.some((take) => take(exchange))) return false;
    // An absolute or asterisk target is a proxy's business; Restify's URL parser may throw on one.
    if (req.url?.startsWith('/')) return true;
    fail(exchange, new ServiceError('BAD_REQUEST', 'the request target must be a path'), log);
    return false;
  });
  // Whatever Restify itself refuses (unknown path or method) leaves in our shape, scrubbed.
  app.on('restifyError', (req, res, error, done) => {
    if (!res.headersSent && req.exchange) fail(req.exchange, fromRestify(req, error), log);
    (res as ServerResponse & { _sent?: boolean })._sent = true;
    done();
  });

  const handle =
    (handler: Handler) =>
    async (req: Carrier): Promise<void> => {
      const exchange = req.exchange!;
      running++;
      try {
        await handler(exchange);
      } catch (error) {
        fail(exchange, error, log);
      } finally {
        running--;
      }
    };
  const paths = (path: string): string[] =>
    path === '/' ? [path] : [path.replace(/\/$/, ''), path.replace(/\/?$/, '/')];

  return {
    http,
    get running() {
      return running;
    },
    get draining() {
      return draining;
    },
    get(path, handler) {
      for (const each of paths(path)) {
        app.get(each, async (req) => handle(handler)(req));
        app.head(each, async (req) => handle(handler)(req));
      }
    },
    post(path, handler) {
      const run = handle(async (exchange) => {
        refuseUnreadableBody(exchange.req, config.MAX_BODY_BYTES);
        if (running > config.MAX_IN_FLIGHT) {
          throw new ServiceError('OVERLOADED', `more than ${config.MAX_IN_FLIGHT} requests in flight`);
        }
        await handler(exchange, await readBody(exchange.req, config.MAX_BODY_BYTES));
      });
      for (const each of paths(path)) app.post(each, async (req) => run(req));
    },
    intercept: (take) => void takers.push(take),
    listen: () => listen(http, config),
    startDraining() {
      draining = true;
      for (const res of unanswered) endConnectionWith(res);
    },
  };
}

function endConnectionWith(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

/** Node's server with the limits on it, handing requests to Restify. */
function createFrontServer(config: ServiceConfig, app: App): Server {
  const http = createServer(
    {
      maxHeaderSize: config.MAX_HEADER_BYTES,
      headersTimeout: Math.min(config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
      requestTimeout: config.REQUEST_TIMEOUT_MS,
      keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
      // How often the two time-outs above are looked at; Node's default of 30 s would stretch them to that.
      connectionsCheckingInterval: 500,
      noDelay: true,
    },
    (req, res) => app.server.emit('request', req, res),
  );
  http.maxHeadersCount = 100;
  http.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    // A body that would be refused is not asked for.
    if (Number(req.headers['content-length'] ?? 0) <= config.MAX_BODY_BYTES) res.writeContinue();
    app.server.emit('request', req, res);
  });
  http.on('clientError', answerClientError);
  return http;
}

function begin(req: Carrier, res: ServerResponse, log: Log): State {
  const exchange: State = {
    req,
    res,
    trace: traceOf(req.headers[TRACE_HEADER] as string | undefined),
    startedAt: performance.now(),
  };
  req.exchange = exchange;
  res.once('close', () => writeRequestLine(exchange, log));
  return exchange;
}

/** The one structured line of a request. */
function writeRequestLine(exchange: State, log: Log): void {
  const { req, res } = exchange;
  log.logger.info({
    event: 'request',
    trace: exchange.trace,
    messageId: exchange.messageId,
    method: req.method,
    path: pathOf(req),
    // 499: the client left before the answer.
    status: res.writableFinished ? res.statusCode : 499,
    ms: Math.round((performance.now() - exchange.startedAt) * 100) / 100,
    failure: exchange.failure,
  });
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

function pathOf(req: IncomingMessage): string {
  const path = (req.url ?? '').split('?', 1)[0]!;
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}

/** What Node's parser refuses never becomes a request: it is answered on the socket. */
function answerClientError(error: Error & { code?: string }, socket: import('node:stream').Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [line, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'REQUEST_TIMEOUT']
        : ['400 Bad Request', 'BAD_REQUEST'];
  const body = JSON.stringify({ error: { code, message: 'the request cannot be read' } });
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function listen(http: Server, config: ServiceConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.PORT, config.HOST, () => {
      http.off('error', reject);
      resolve(http.address() as AddressInfo);
    });
  });
}
