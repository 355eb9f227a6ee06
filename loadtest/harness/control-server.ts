/** The harness's word to k6: a loopback server that tells the current path mix, and when the load is over. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OrderRoute, Route } from '../systems.ts';

/** An order's route carries its message and topic; the forum's is only a path. */
export type ServedRoute = Route & Partial<Pick<OrderRoute, 'message'>> & { readonly topicArn: string | null };

export interface ControlServer {
  readonly url: string;
  setRoutes(routes: readonly ServedRoute[]): void;
  /** From now on no virtual user starts anything further. */
  stopLoad(): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function startControlServer(routes: readonly ServedRoute[]): Promise<ControlServer> {
  let body = JSON.stringify({ routes, stop: false });
  let current = routes;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    setRoutes(next) {
      current = next;
      body = JSON.stringify({ routes: current, stop: false });
    },
    stopLoad() {
      body = JSON.stringify({ routes: current, stop: true });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
