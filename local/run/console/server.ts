/** The console's server: a few static files, the status as JSON, and events as they come. Read-only, loopback only. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { Status } from '../../status.ts';
import { writeOrCutOff } from '../control/lines.ts';
import type { EventLog } from '../events.ts';

export interface ConsoleOptions {
  /** Folder of index.html, its scripts and style.css. */
  readonly dir: string;
  readonly status: () => Status;
  readonly events: EventLog;
}

export interface ConsoleServer {
  /**
   * @param port 0 for any that is free; @returns the one that is bound
   * @throws CutoverError PORT_IN_USE | ADDRESS_UNAVAILABLE
   */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

const SCRIPTS = ['app', 'balancers', 'blue-green', 'dom', 'events', 'presence', 'rest-apis', 'services'];

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  ...Object.fromEntries(
    SCRIPTS.map((name) => [`/${name}.js`, [`${name}.js`, 'text/javascript; charset=utf-8'] as const]),
  ),
};

/** After a connection that ended, the browser comes back so much later. */
const RETRY_MS = 1000;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export function createConsoleServer(options: ConsoleOptions): ConsoleServer {
  const server: Server = createServer((req, res) => {
    void answer(options, req, res).catch(() => {
      if (res.headersSent) res.end();
      else send(res, 500, 'text/plain', 'the console failed to answer\n');
    });
  });
  return {
    listen: (port) => listen(server, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: ConsoleOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // A page of another origin that resolves its own name to loopback must not read the plane's state.
  const host = (req.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== '127.0.0.1' && host !== 'localhost') return send(res, 403, 'text/plain', 'use http://127.0.0.1\n');
  if (req.method !== 'GET' && req.method !== 'HEAD') return send(res, 405, 'text/plain', 'the console only reads\n');
  const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
  if (path === '/api/status') return send(res, 200, 'application/json', JSON.stringify(options.status()));
  if (path === '/api/events') return streamEvents(options, req, res);
  const file = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (!file) return send(res, 404, 'text/plain', 'no such page\n');
  send(res, 200, file[1], await readFile(join(options.dir, file[0]), 'utf8'));
}

/**
 * The last 200 events, then each as it happens (server-sent events). The browser comes back with the last id it saw;
 * one of another plane's, on the same port before this one, says nothing of this one's events.
 */
function streamEvents({ events, status }: ConsoleOptions, req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  const run = status().pid;
  const write = (event: { id: number }): void => {
    // A page that stopped reading, in a suspended browser for one, comes back from its last id.
    writeOrCutOff(res, `id: ${run}.${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  res.write(`retry: ${RETRY_MS}\nevent: run\ndata: ${run}\n\n`);
  for (const event of events.since(seenOf(req, run)).slice(-200)) write(event);
  res.on('close', events.subscribe(write));
}

/** Id of the last event of this plane that the page has; 0 where it has none. */
function seenOf(req: IncomingMessage, run: number): number {
  const [, of, id] = /^(\d+)\.(\d+)$/.exec(String(req.headers['last-event-id'] ?? '')) ?? [];
  return Number(of) === run ? Number(id) : 0;
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CutoverError({
          code: error.code === 'EADDRINUSE' ? 'PORT_IN_USE' : 'ADDRESS_UNAVAILABLE',
          address: `127.0.0.1:${port}`,
          message: `the console cannot listen on 127.0.0.1:${port} (${error.code})`,
          value: port,
          fix: 'stop the program on that port, or choose another with --port-base',
        }),
      ),
    );
    server.listen({ host: '127.0.0.1', port }, () => resolve((server.address() as AddressInfo).port));
  });
}
