/** An HTTP endpoint for tests: records what it gets, answers as told, and can confirm subscriptions. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Resolves with the first `count` requests of a message type. */
  until(count: number, type?: string): Promise<readonly Received[]>;
  close(): Promise<void>;
}

/** @param answer status for a request, or null to never answer */
export async function startReceiver(
  answer: (request: Received, count: number) => number | null | Promise<number | null> = () => 200,
): Promise<Receiver> {
  const received: Received[] = [];
  const listeners = new Set<() => void>();
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const request = { url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(request);
    const status = await answer(request, received.length);
    for (const listener of listeners) listener();
    if (status !== null) res.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ofType = (type: string): Received[] => received.filter((one) => one.headers['x-amz-sns-message-type'] === type);
  return {
    url: `http://127.0.0.1:${port}/order/`,
    port,
    received,
    until: (count, type = 'Notification') =>
      new Promise((resolve) => {
        const check = (): void => {
          if (ofType(type).length < count) return;
          listeners.delete(check);
          resolve(ofType(type));
        };
        listeners.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
