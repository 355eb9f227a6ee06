/**
 * The plane's endpoint port, taken before anything else and given back last. Whoever holds it owns the state folder:
 * the kernel frees it with the process, so a killed plane leaves no lock behind, and of two planes that start at once
 * one finds it taken and touches nothing.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CutoverError, errorToJson } from '../../errors.ts';
import { refuseForeign } from '../api/guard.ts';
import { isToken } from './token.ts';

/** Who listens: enough to find, and to end, a plane whose state folder was removed or damaged. */
export interface Hello {
  readonly pid: number;
  readonly startTicks: string | null;
  readonly stateDir: string;
}

export interface FrontDoorOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly token: string;
  readonly hello: Hello;
  /**
   * Called once the answer to `POST /_cutover/down`, or to `/_cutover/leave`, is out, also while the plane starts.
   * @param keepState for the next `up`
   */
  readonly onDown: (keepState: boolean) => void;
}

export interface FrontDoor {
  readonly port: number;
  /** Where requests go from now on. Null: they are put off with 503, and open connections are cut. */
  hand(listener: RequestListener | null): void;
  /** Gives the port back: the plane's process does so only by its end. */
  close(): Promise<void>;
}

/** A request must have arrived in full within this many milliseconds of real time. */
const REQUEST_LIMIT_MS = 30_000;

/** @throws CutoverError PORT_IN_USE */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  let listener: RequestListener | null = null;
  const server = createEndpointServer((req, res) => {
    if (listener && !isOwn(req)) listener(req, res);
    else answer(req, res, options);
  });
  const port = await listenOnLoopback(server, options.port);
  return {
    port,
    hand(next) {
      listener = next;
      if (next === null) server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server with the endpoint's limits. */
export function createEndpointServer(listener: RequestListener): Server {
  const server = createServer({ connectionsCheckingInterval: 2_000 }, listener);
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = 65_000;
  return server;
}

/** @returns the port. @throws CutoverError PORT_IN_USE */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const problem = {
        code: 'PORT_IN_USE',
        message: `the AWS endpoint cannot listen: ${cause.message}`,
        address: `127.0.0.1:${port}`,
        fix: 'stop what listens there (a plane: ./cutover down), or choose another --port-base',
      } as const;
      reject(new CutoverError(problem, { cause }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const HELLO = '/_cutover/hello';
const ENDS: ReadonlySet<string> = new Set(['/_cutover/down', '/_cutover/leave']);

const isOwn = ({ url = '' }: IncomingMessage): boolean => url === HELLO || ENDS.has(url);

function answer(req: IncomingMessage, res: ServerResponse, { token, hello, onDown }: FrontDoorOptions): void {
  req.resume();
  const foreign = refuseForeign(req);
  const mayEnd = isToken(token, req.headers['x-cutover-token']);
  if (foreign !== null) refuse(res, 403, foreign);
  else if (!isOwn(req)) refuse(res, 503, 'the plane is starting or going down');
  else if (req.method !== (req.url === HELLO ? 'GET' : 'POST')) refuse(res, 405, `${req.method} is not allowed`);
  else if (req.url === HELLO) send(res, 200, hello);
  else if (!mayEnd) refuse(res, 403, 'wrong or missing x-cutover-token');
  else {
    res.on('finish', () => onDown(req.url === '/_cutover/leave'));
    send(res, 200, { stopping: true });
  }
}

function refuse(res: ServerResponse, status: number, message: string): void {
  const error = new CutoverError({ code: 'PLANE_UNREACHABLE', message, fix: 'wait a moment and ask again' });
  res.setHeader('connection', 'close');
  if (status === 503) res.setHeader('retry-after', '1');
  send(res, status, errorToJson(error));
}

function send(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
