/** A client that sends exactly the bytes it is told to, and a target that answers exactly the bytes it is told to. */
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../../../services/kit/src/testing/free-port.ts';

const HOST = '127.0.0.1';

export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, a character a byte. */
  text(): string;
  send(text: string | Buffer): void;
  /** Resolves when what was received contains `wanted` (`count` times), or the connection ended. */
  until(wanted: string | RegExp, count?: number): Promise<string>;
  /** Resolves when the connection is closed; with what was received. */
  ended: Promise<string>;
}

export function rawClient(port: number, first?: string): RawClient {
  const socket = connect({ host: HOST, port, noDelay: true });
  let received = '';
  const waiting = new Set<() => void>();
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let over = false;
  const tell = (): void => {
    for (const check of [...waiting]) check();
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    tell();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    over = true;
    tell();
    resolve(received);
  });
  if (first !== undefined) socket.write(first, 'latin1');
  return {
    socket,
    ended,
    text: () => received,
    send: (text) => void (typeof text === 'string' ? socket.write(text, 'latin1') : socket.write(text)),
    until: (wanted, count = 1) =>
      new Promise((done) => {
        const check = (): void => {
          const found =
            typeof wanted === 'string'
              ? received.split(wanted).length - 1
              : (received.match(new RegExp(wanted, 'g'))?.length ?? 0);
          if (found < count && !over) return;
          waiting.delete(check);
          done(received);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** One request on a connection of its own; resolves with all that came back. */
export function exchangeRaw(port: number, text: string): Promise<string> {
  return rawClient(port, text).ended;
}

export interface RawTarget {
  readonly port: number;
  /** Each connection's bytes so far, health checks left out. */
  readonly requests: string[];
  readonly connections: number;
  /** Connections that are open. */
  readonly open: Set<Socket>;
  close(): Promise<void>;
}

/**
 * A target that hands every chunk to `onChunk`; health checks (their User-Agent tells) get 200 by themselves.
 * @param onChunk gets all bytes of the connection since its last answer; @returns what to write, or null to wait
 */
export async function rawTarget(
  onChunk: (received: string, socket: Socket) => string | null | undefined,
): Promise<RawTarget> {
  const open = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    open.add(socket);
    let received = '';
    let counted = false;
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      // A health check is one chunk; large bodies are many, and not searched again with each.
      if (!counted && received.includes('ELB-HealthChecker')) {
        if (received.includes('\r\n\r\n'))
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      if (!counted) connections++;
      counted = true;
      const answer = onChunk(received, socket);
      if (answer === null || answer === undefined) return;
      requests.push(received);
      received = '';
      socket.write(answer, 'latin1');
    });
  });
  // Not one of the system's: whoever was left asking at such a port, in another test, would be taken for our client.
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  return {
    port,
    requests,
    get connections() {
      return connections;
    },
    open,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits for a whole request (by Content-Length or chunked), then answers. */
export const answering =
  (answer: string | ((request: string) => string)) =>
  (received: string): string | null => {
    const end = received.indexOf('\r\n\r\n');
    if (end === -1) return null;
    const head = received.slice(0, end);
    const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (
      /\r\nTransfer-Encoding: chunked/i.test(head)
        ? !/\r\n0\r\n(?:[^\r]+\r\n)*\r\n$|\r\n\r\n0\r\n(?:[^\r]+\r\n)*\r\n$/.test(received)
        : received.length < end + 4 + length
    )
      return null;
    return typeof answer === 'string' ? answer : answer(received);
  };

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
