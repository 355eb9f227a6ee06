/** A closed loop of keep-alive connections over raw sockets: cheap enough to leave the cores to what is measured. */
import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly orders: number;
  /** Answers other than 200, and connections that broke. */
  readonly failed: number;
  readonly seconds: number;
  readonly p99Ms: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** Sent in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

/** Posts bodies until the time is up. */
export async function postOrders(options: LoadOptions): Promise<LoadResult> {
  const requests = options.bodies.map((body) => requestBytes(options, body));
  const latencies: number[] = [];
  let failed = 0;
  let next = 0;
  const startedAt = performance.now();
  const until = startedAt + options.seconds * 1_000;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      let received = '';
      const send = (): void => {
        sentAt = performance.now();
        received = '';
        socket.write(requests[next++ % requests.length]!);
      };
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('error', () => {
        failed++;
      });
      socket.on('close', () => (performance.now() < until ? void one().then(resolve) : resolve()));
      socket.on('data', (text: string) => {
        received += text;
        if (!isWhole(received)) return;
        latencies.push(performance.now() - sentAt);
        if (!/^HTTP\/1\.[01] 200 /.test(received)) failed++;
        continueOrEnd(socket, performance.now() < until && !/\r\nconnection: close\r\n/i.test(received), send);
      });
    });
  await Promise.all(Array.from({ length: options.connections }, one));
  const seconds = (performance.now() - startedAt) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    orders: latencies.length,
    failed,
    seconds,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
  };
}

function continueOrEnd(socket: Socket, go: boolean, send: () => void): void {
  if (go) send();
  else socket.destroy();
}

function requestBytes(options: LoadOptions, body: string): Buffer {
  const head = [
    `POST ${options.path} HTTP/1.1`,
    'Host: bench',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function isWhole(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  return text.length >= headEnd + 4 + Number(length ?? 0);
}
