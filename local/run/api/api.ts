/**
 * The AWS-compatible endpoint on 127.0.0.1: AWS JSON, Query and RPC v2 CBOR over one port.
 * Signatures are not verified: only this machine can reach it, and guard.ts keeps web pages out.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CutoverError } from '../../errors.ts';
import { ApiError } from '../contracts.ts';
import { decodeBody, readBody } from './body.ts';
import { type Asked, identify, isRestCall, unknownOperation } from './dispatch.ts';
import { refuseForeign } from './guard.ts';
import { type Made, remembering } from './made.ts';
import { openMadeFile } from './made-file.ts';
import { type Call, toApiError } from './operation.ts';
import type { ApiOptions } from './ports.ts';
import type { Answer } from './protocols/protocol.ts';
import { isTablesCall, proxyTables } from './tables-proxy.ts';

export interface Api {
  /** @param port 0 picks a free one. @returns the port. @throws CutoverError PORT_IN_USE */
  listen(port: number): Promise<number>;
  /** Puts back what was made through the endpoint of a plane that was killed: once, when the stacks are applied. */
  restore(): Promise<void>;
  /** Answers nothing more; open connections are cut. */
  close(): Promise<void>;
}

/** A request must have arrived in full within this many milliseconds of real time. */
const REQUEST_LIMIT_MS = 30_000;

type Context = ApiOptions & { readonly made: Made };

export function createApi(options: ApiOptions): Api {
  const { events } = options;
  const warn = (message: string): void =>
    void events.emit({ source: 'api', subject: 'endpoint', code: 'WARNING', level: 'warn', message });
  const kept = openMadeFile({ file: options.madeFile ?? null, resume: options.resume ?? false, onWarn: warn });
  const handlers = remembering(options.handlers, kept.made);
  const context: Context = { ...options, handlers, made: kept.made };
  const server = createServer({ connectionsCheckingInterval: 2_000 }, (req, res) => {
    handle(req, res, context).catch((error: unknown) => reportBug(options, req, res, error));
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 65_000;
  return {
    listen: (port) => listen(server, port),
    restore: () => kept.restore(context),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(req: IncomingMessage, res: ServerResponse, options: Context): Promise<void> {
  const foreign = refuseForeign(req);
  if (foreign !== null) return refuse(req, res, 403, foreign);
  if (options.extra?.(req, res)) return;
  let body: Buffer;
  try {
    body = await readBody(req);
  } catch (error) {
    if (error instanceof ApiError) return refuse(req, res, error.status, error.message);
    // The client went away, or was too slow and Node has answered 408.
    return void req.destroy();
  }
  if (isTablesCall(req)) return proxyTables(req, res, body, options.tablesEndpoint());
  if (req.method !== 'POST' && req.method !== 'GET' && !isRestCall(req))
    return refuse(req, res, 405, `${req.method} is not allowed`);
  const abort = new AbortController();
  res.on('close', () => abort.abort());
  const requestId = options.random.uuid();
  const call: Call = { ...options, requestId, baseUrl: `http://${req.headers.host}`, signal: abort.signal };
  send(res, await answer(req, body, call));
}

async function answer(req: IncomingMessage, body: Buffer, call: Call): Promise<Answer> {
  let asked: Asked = identify(req, Buffer.alloc(0));
  const context = () => ({ service: asked.service, operation: asked.operationName, requestId: call.requestId });
  try {
    asked = identify(req, await decodeBody(req, body));
    if (asked.operation === null) throw unknownOperation(asked);
    const input = asked.operation.validate(asked.input(), asked.service?.validationError ?? 'ValidationException');
    return asked.protocol.output(await asked.operation.handle(input as never, call), context());
  } catch (error) {
    const refusal = toApiError(error, asked.service?.validationError ?? 'ValidationException');
    if (refusal.status >= 500) emitBug(call, `${asked.service?.name ?? 'unknown'}.${asked.operationName}`, error);
    return asked.protocol.error(refusal, context());
  }
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  if (!res.destroyed) res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** A plain refusal, before any protocol is known. */
function refuse(req: IncomingMessage, res: ServerResponse, status: number, reason: string): void {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${reason}\n`);
  req.resume();
}

function reportBug(options: ApiOptions, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  emitBug(options, `${req.method} ${req.url?.slice(0, 100)}`, error);
  if (res.headersSent) res.destroy();
  else refuse(req, res, 500, 'internal error');
}

function emitBug(options: Pick<ApiOptions, 'events'>, subject: string, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  options.events.emit({ source: 'api', subject, code: 'API_INTERNAL_FAILURE', level: 'error', message });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const problem = {
        code: 'PORT_IN_USE',
        message: `the AWS endpoint cannot listen: ${cause.message}`,
        address: `127.0.0.1:${port}`,
        fix: 'stop what listens there, or choose another --port-base',
      } as const;
      reject(new CutoverError(problem, { cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
