/**
 * The harness's word to k6, from a loopback server: the current path mix, and when the load is over. Orders come from
 * here whole: OpenSSL signs one in half of the CPU time that k6 takes for it.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pickRoute } from '../scenarios/lib/pick-route.ts';
import type { OrderRoute, Route } from '../systems.ts';
import type { OrderMaker } from './order-maker.ts';

/** An order's route carries its message and topic; the forum's is only a path. */
export type ServedRoute = Route & Partial<Pick<OrderRoute, 'message'>> & { readonly topicArn: string | null };

export interface ControlServer {
  readonly url: string;
  setRoutes(routes: readonly ServedRoute[]): void;
  /** From now on no virtual user starts anything further. */
  stopLoad(): void;
  close(): Promise<void>;
}

/** `GET /order/<iteration>`. */
const ORDER = /^\/order\/(\d{1,15})$/;

/**
 * Listens on a free port of 127.0.0.1. `/` is the mix as JSON; `/order/<iteration>` the body of an order, with its
 * MessageId and path as headers, and 204 when the load is over.
 * @param options.makeOrder for scenarios that send orders themselves; @param options.now default Date.now
 */
export async function startControlServer(
  routes: readonly ServedRoute[],
  options: { readonly makeOrder: OrderMaker; readonly now: () => number },
): Promise<ControlServer> {
  let current = routes;
  let stopped = false;
  const serveOrder = async (response: ServerResponse, iteration: number): Promise<void> => {
    const route = stopped ? null : pickRoute(current, iteration);
    if (!route) return void response.writeHead(204).end();
    const { messageId, body } = await options.makeOrder(route, iteration, options.now());
    const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) };
    response.writeHead(200, { ...headers, 'order-id': messageId, 'order-path': encodeURI(route.path) }).end(body);
  };
  const serveMix = (response: ServerResponse): void => {
    const body = JSON.stringify({ routes: current, stop: stopped });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    response.writeHead(200, headers).end(body);
  };
  const server = createServer((request, response) => {
    request.resume();
    const iteration = ORDER.exec(request.url ?? '')?.[1];
    if (iteration === undefined) serveMix(response);
    else serveOrder(response, Number(iteration)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    setRoutes(next) {
      current = next;
    },
    stopLoad() {
      stopped = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
