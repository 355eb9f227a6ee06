/** Fixture: a downstream service whose every request is seen and whose answers the test decides. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Stub {
  readonly url: string;
  readonly received: Received[];
  /** Answers a request; replace it at will. Default: 200 `{}`. */
  answer: (request: Received, res: ServerResponse) => void;
  /** Resolves when that many requests have come in all. */
  got(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Always the same answer. (Restify's patched `writeHead` returns nothing to chain on.) */
export function answering(status: number, body = ''): Stub['answer'] {
  return (_request, res) => {
    res.writeHead(status, { 'Content-Type': 'application/json' });
    res.end(body);
  };
}

export async function startStub(): Promise<Stub> {
  const watchers = new Set<() => void>();
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body };
    received.push(request);
    stub.answer(request, res);
    for (const watch of watchers) watch();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: answering(200, '{}'),
    got: (count) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (received.length < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return stub;
}
