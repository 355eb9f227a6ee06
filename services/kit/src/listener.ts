/** Node's HTTP listener with the house's limits on it. What it refuses never becomes a request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServiceHeaders } from './headers.ts';
import type { ServiceConfig } from './settings.ts';

/**
 * @param handle gets every request that Node's parser lets through
 * @param headers sent with what the parser refuses, too
 */
export function createListener(
  config: ServiceConfig,
  handle: (req: IncomingMessage, res: ServerResponse) => void,
  headers: ServiceHeaders = {},
): Server {
  const http = createServer(
    {
      maxHeaderSize: config.MAX_HEADER_BYTES,
      headersTimeout: Math.min(config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
      requestTimeout: config.REQUEST_TIMEOUT_MS,
      keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
      // How often the two time-outs above are looked at; Node's default of 30 s would stretch them to that.
      connectionsCheckingInterval: 500,
      noDelay: true,
    },
    handle,
  );
  http.maxHeadersCount = 100;
  http.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    // A body that would be refused is not asked for.
    if (Number(req.headers['content-length'] ?? 0) <= config.MAX_BODY_BYTES) res.writeContinue();
    handle(req, res);
  });
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  http.on('clientError', (error, socket) => answerClientError(error, socket, own.join('')));
  return http;
}

/** What Node's parser refuses never becomes a request: it is answered on the socket. */
function answerClientError(error: Error & { code?: string }, socket: Duplex, own: string): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [line, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'REQUEST_TIMEOUT']
        : ['400 Bad Request', 'BAD_REQUEST'];
  const body = JSON.stringify({ error: { code, message: 'the request cannot be read' } });
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\n${own}\r\n${body}`,
    () => socket.destroy(),
  );
}

/** @returns the address that it listens on; rejects where it cannot be had */
export function listen(http: Server, config: ServiceConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.PORT, config.HOST, () => {
      http.off('error', reject);
      resolve(http.address() as AddressInfo);
    });
  });
}
