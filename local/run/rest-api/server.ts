/** The endpoint of one REST API: `http://<address>/<stage>/…`, where AWS has `https://<id>.execute-api…/<stage>/…`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CutoverError } from '../../errors.ts';
import type { RestApi } from '../../topology-rest-api.ts';
import type { Endpoint } from '../contracts.ts';
import { answerOf, OWN_ANSWERS } from './decide-answer.ts';
import { type ExchangeContext, serve } from './exchange.ts';
import type { Incoming } from './incoming.ts';
import { headersOf, pairsOf } from './raw-headers.ts';
import { NO_SOURCES } from './values.ts';

/** A client that takes longer to send its request is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEAD_TIMEOUT_MS = 10_000;
/** API Gateway keeps idle connections of clients for several minutes. */
const KEEP_ALIVE_MS = 310_000;
const CONNECTION_LIMIT = 10_000;

export class ApiServer {
  readonly endpoint: Endpoint;
  /** Its port differs from the endpoint's only where that is 0. */
  bound: Endpoint;
  readonly #server: Server;
  readonly #context: ExchangeContext;
  readonly #closing = new AbortController();
  /** Replaced when the API is changed in place. */
  api: RestApi;

  constructor(api: RestApi, endpoint: Endpoint, context: ExchangeContext) {
    this.api = api;
    this.endpoint = endpoint;
    this.bound = endpoint;
    this.#context = context;
    const options = {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEAD_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    };
    this.#server = createServer(options, (req, res) => void this.#serve(req, res));
    this.#server.maxConnections = CONNECTION_LIMIT;
  }

  /** @throws CutoverError PORT_IN_USE | ADDRESS_UNAVAILABLE */
  bind(): Promise<void> {
    const { host, port } = this.endpoint;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, this.api, this.endpoint)));
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.bound = { host, port: (this.#server.address() as AddressInfo).port };
        this.#server.removeAllListeners('error');
        this.#server.on('error', () => undefined);
        resolve();
      });
    });
  }

  /** Takes nothing new, and ends what is under way. */
  close(): Promise<void> {
    this.#closing.abort(new Error('the API is closed'));
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const incoming = this.#incomingOf(req);
    if (incoming) await serve(this.#context, incoming, res, this.#closing.signal);
    else refuse(res, this.#context.random.uuid());
  }

  /** Null where there is no such stage. */
  #incomingOf(req: IncomingMessage): Incoming | null {
    const { random, clock, place, registry } = this.#context;
    const url = originForm(req.url ?? '/');
    const at = url.indexOf('?');
    const path = at < 0 ? url : url.slice(0, at);
    const [, stageName, below] = /^\/([^/]+)(\/.*)?$/s.exec(path) ?? [];
    const served = stageName === undefined ? undefined : registry.served(this.api.id, stageName);
    if (!served) return null;
    const headers = headersOf(pairsOf(req.rawHeaders));
    return {
      req,
      path: below ?? '/',
      query: at < 0 ? '' : url.slice(at + 1),
      traceId:
        headers.get('x-amzn-trace-id')?.[0] ??
        `Root=1-${Math.floor(clock.wallNow() / 1000).toString(16)}-${random.hex(24)}`,
      facts: {
        requestId: random.uuid(),
        extendedRequestId: `${random.hex(15)}=`,
        startedControlMs: clock.now(),
        accountId: place.accountId,
        httpMethod: req.method ?? 'GET',
        path,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp: req.socket.remoteAddress ?? '',
        headers,
        served,
        routed: null,
        key: null,
        integrationStatus: null,
        integrationLatencyMs: null,
      },
    };
  }
}

/** Path and query of a target that names its host too (RFC 9112 3.2.2). */
const originForm = (target: string): string => /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1] ?? target;

/** No stage, so no API's own answers. */
function refuse(res: ServerResponse, requestId: string): void {
  const { status, headers, body } = answerOf(OWN_ANSWERS.FORBIDDEN, new Map(), NO_SOURCES);
  res.writeHead(status, [...headers.flat(), 'x-amzn-RequestId', requestId, 'Content-Length', String(body.length)]);
  res.end(body);
}

function bindError(error: NodeJS.ErrnoException, api: RestApi, { host, port }: Endpoint): CutoverError {
  const isTaken = error.code === 'EADDRINUSE';
  return new CutoverError({
    code: isTaken ? 'PORT_IN_USE' : 'ADDRESS_UNAVAILABLE',
    address: api.address,
    value: `${host}:${port}`,
    message: `${host}:${port} cannot be bound for the REST API ${api.name}: ${error.message}`,
    rule: 'a REST API has an address and a port for itself',
    fix: isTaken
      ? `end what listens there (ss -ltnp 'sport = :${port}'), or start the plane with another --port-base`
      : `see that ${host} is a loopback address here (./cutover doctor)`,
  });
}
