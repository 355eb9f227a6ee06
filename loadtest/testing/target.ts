/** A target for the load on a free loopback port: answers as it is told, and remembers what came. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock } from '../../local/run/clock.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface TestTarget {
  readonly url: string;
  readonly requests: SeenRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 0. */
  readonly delayMs?: number;
}

/** @param answer status and body for a request; `null` never answers */
export async function startTarget(
  answer: (request: SeenRequest) => Reply | null = () => ({ status: 200 }),
): Promise<TestTarget> {
  const requests: SeenRequest[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      const request = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(request);
      const reply = answer(request);
      const send = (): unknown => res.writeHead(reply?.status ?? 200, reply?.headers).end(reply?.body ?? 'OK');
      if (reply) createClock().afterWall(reply.delayMs ?? 0, send);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
