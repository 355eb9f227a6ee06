/**
 * The table store's process: dynalite (the DynamoDB API on LevelDB) behind a gate of our own. Prints `ready <port>`.
 *
 * The gate reads each body whole before dynalite sees it, which throws on a client that goes away; refuses what a web
 * page in a browser could send; and can hold all requests while a table is rebuilt.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

interface Settings {
  readonly port: number;
  readonly dir: string;
}
type Dynalite = (options: Record<string, unknown>) => Server;

/** Whoever knows the token may hold the gate and pass it. It is in the environment, as arguments are for all to see. */
export const TOKEN_HEADER = 'x-cutover-token';
export const TOKEN_VARIABLE = 'CUTOVER_TABLES_TOKEN';
/** dynalite's own limit. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CLOSE_WALL_MS = 3_000;

if (process.argv[1] === import.meta.filename) start(JSON.parse(process.argv[2] ?? '{}') as Settings);

function start(settings: Settings): void {
  const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;
  const store = dynalite({ path: settings.dir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [answer] = store.listeners('request') as [RequestListener];
  const server = createServer(createGate(answer, process.env[TOKEN_VARIABLE] ?? ''));
  server.keepAliveTimeout = 65_000;
  server.on('error', (error: NodeJS.ErrnoException) => {
    console.log(`failed ${error.code ?? ''} ${error.message}`);
    process.exit(1);
  });
  server.listen(settings.port, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
  process.once('SIGTERM', () => {
    // Requests under way finish; LevelDB needs no goodbye: what was answered is in its log.
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    AbortSignal.timeout(CLOSE_WALL_MS).addEventListener('abort', () => process.exit(0));
  });
}

/** Exported for tests. */
export function createGate(answer: RequestListener, token: string): RequestListener {
  let held = false;
  let underway = 0;
  const waiting: (() => void)[] = [];
  let drained = (): void => {};

  const count = (res: ServerResponse): void => {
    underway += 1;
    res.once('close', () => {
      underway -= 1;
      if (underway > 0) return;
      drained();
      drained = () => {};
    });
  };
  const pass = (req: IncomingMessage, res: ServerResponse, body: Buffer): void => {
    const request = Object.assign(Readable.from(body.length > 0 ? [body] : []), {
      method: req.method,
      url: req.url,
      headers: req.headers,
    });
    answer(request as unknown as IncomingMessage, res as never);
  };

  const control = (path: string, res: ServerResponse): void => {
    const done = (): void => void res.writeHead(204).end();
    if (path === '/hold') {
      held = true;
      if (underway === 0) done();
      else drained = done;
    } else {
      held = false;
      drained = () => {};
      done();
      for (const go of waiting.splice(0)) go();
    }
  };

  return (req, res) => {
    const trusted = token !== '' && req.headers[TOKEN_HEADER] === token;
    if (!trusted && isFromBrowser(req)) return refuse(req, res, 403);
    if (trusted && (req.url === '/hold' || req.url === '/release')) return control(req.url, res);
    readBody(req, (body) => {
      if (body === null) return refuse(req, res, 413);
      const passCounted = (): void => {
        if (res.destroyed) return;
        count(res);
        pass(req, res, body);
      };
      if (trusted) pass(req, res, body);
      else if (held) waiting.push(passCounted);
      else passCounted();
    });
  };
}

/** SDKs send no Origin; a foreign Host means a name that was made to point here. */
function isFromBrowser(req: IncomingMessage): boolean {
  const host = (req.headers.host ?? '').replace(/:\d+$/, '');
  return req.headers.origin !== undefined || !['127.0.0.1', 'localhost'].includes(host);
}

/** Calls back once the body is whole, with null where it is too long, never where the client goes away. */
function readBody(req: IncomingMessage, then: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  req.on('error', () => {});
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) return void chunks.push(chunk);
    req.removeAllListeners('data').removeAllListeners('end');
    then(null);
  });
  req.on('end', () => then(Buffer.concat(chunks, bytes)));
}

function refuse(req: IncomingMessage, res: ServerResponse, status: number): void {
  res.writeHead(status, { connection: 'close' }).end();
  req.resume();
}
