/**
 * The AWS-compatible endpoint on 127.0.0.1: AWS JSON, Query and RPC v2 CBOR over one port.
 * Signatures are not verified: only this machine can reach it, and guard.ts keeps web pages out.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ApiError } from '../contracts.ts';
import { createEndpointServer, listenOnLoopback } from '../control/front-door.ts';
import { DEFAULT_PLACE } from '../place.ts';
import { decodeBody, readBody } from './body.ts';
import { type Asked, identify, isRestCall, scopeOf, unknownOperation } from './dispatch.ts';
import { refuseForeign } from './guard.ts';
import { type Made, remembering } from './made.ts';
import { openMadeFile } from './made-file.ts';
import { type Call, type InputErrors, toApiError } from './operation.ts';
import type { ApiOptions } from './ports.ts';
import type { Answer } from './protocols/protocol.ts';
import { type RegionWatch, watchRegions } from './region.ts';
import { isTablesCall, proxyTables } from './tables-proxy.ts';

export interface Api {
  /** Answers one request. */
  readonly handle: RequestListener;
  /** A server of its own. @param port 0 picks a free one. @returns the port. @throws CutoverError PORT_IN_USE */
  listen(port: number): Promise<number>;
  /** Puts back what was made through the endpoint of a plane that was killed: once, when the stacks are applied. */
  restore(): Promise<void>;
  /** Ends the server of its own; open connections are cut. */
  close(): Promise<void>;
}

type Context = ApiOptions & { readonly made: Made; readonly regions: RegionWatch };

export function createApi(options: ApiOptions): Api {
  const { events } = options;
  const warn = (message: string): void =>
    void events.emit({ source: 'api', subject: 'endpoint', code: 'WARNING', level: 'warn', message });
  const kept = openMadeFile({ file: options.madeFile ?? null, resume: options.resume ?? false, onWarn: warn });
  const handlers = remembering(options.handlers, kept.made);
  const context: Context = { ...options, handlers, made: kept.made, regions: watchRegions(events) };
  const listener: RequestListener = (req, res) => {
    handle(req, res, context).catch((error: unknown) => reportBug(options, req, res, error));
  };
  const server = createEndpointServer(listener);
  return {
    handle: listener,
    listen: (port) => listenOnLoopback(server, port),
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
  if (req.method !== 'POST' && req.method !== 'GET' && !isRestCall(req) && scopeOf(req) === null)
    return refuse(req, res, 405, `${req.method} is not allowed`);
  const abort = new AbortController();
  res.on('close', () => abort.abort());
  const requestId = options.random.uuid();
  const { regions, stackPlace, ...dependencies } = options;
  const served = stackPlace();
  const call: Call = {
    ...dependencies,
    ...(served ?? DEFAULT_PLACE),
    requestId,
    baseUrl: `http://${req.headers.host}`,
    signal: abort.signal,
  };
  send(res, await answer(req, body, call, served === null ? null : regions.hint(req, served.region)));
}

/** @param hint what a refusal says beside its reason */
async function answer(req: IncomingMessage, body: Buffer, call: Call, hint: string | null): Promise<Answer> {
  let asked: Asked = identify(req, Buffer.alloc(0));
  const context = () => ({ service: asked.service, operation: asked.operationName, requestId: call.requestId });
  try {
    asked = identify(req, await decodeBody(req, body));
    if (asked.operation === null) throw unknownOperation(asked);
    const input = asked.operation.validate(asked.input(), inputErrors(asked));
    return asked.protocol.output(await asked.operation.handle(input as never, call), context());
  } catch (error) {
    const refusal = toApiError(error, asked.service?.validationError ?? 'ValidationException');
    if (refusal.status >= 500) emitBug(call, `${asked.service?.name ?? 'unknown'}.${asked.operationName}`, error);
    return asked.protocol.error(hint === null ? refusal : withHint(refusal, hint), context());
  }
}

function inputErrors({ service, protocol }: Asked): InputErrors {
  const invalid = service?.validationError ?? 'ValidationException';
  return { invalid, missing: service?.missingError ?? invalid, mistyped: protocol.mistyped ?? invalid };
}

const withHint = ({ code, message, status }: ApiError, hint: string): ApiError =>
  new ApiError(code, `${message} (${hint})`, status);

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
