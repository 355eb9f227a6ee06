/** Answers of the load balancer's own: error pages as ALB writes them, redirects, fixed responses. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Action } from '../../topology.ts';
import type { RouteRequest } from './decide-route.ts';

export function sendError(res: ServerResponse, status: number): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = errorPage(status);
  res.writeHead(status, {
    Server: 'awselb/2.0',
    'Content-Type': 'text/html',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 408 || status === 400 ? { Connection: 'close' } : {}),
  });
  res.end(body);
}

/** The page as a whole answer, for sockets that node:http gives up on. */
export function rawError(status: number): string {
  const body = errorPage(status);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}

function errorPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

export function sendFixed(res: ServerResponse, action: Extract<Action, { type: 'fixed-response' }>): void {
  res.writeHead(action.statusCode, {
    Server: 'awselb/2.0',
    'Content-Type': `${action.contentType}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(action.body),
  });
  res.end(action.body);
}

/** `#{host}` and the like stand for the request's own (ELB load-balancer-listeners: redirect actions). */
export function sendRedirect(
  res: ServerResponse,
  action: Extract<Action, { type: 'redirect' }>,
  request: RouteRequest,
  listenerPort: number,
): void {
  const values: Readonly<Record<string, string>> = {
    protocol: 'http',
    host: request.host,
    port: String(listenerPort),
    path: request.path.replace(/^\//, ''),
    query: request.query,
  };
  const fill = (text: string): string =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => values[name] ?? '');
  const protocol = fill(action.protocol).toLowerCase();
  const port = fill(action.port);
  const query = fill(action.query);
  const location = `${protocol}://${fill(action.host)}:${port}${fill(action.path)}${query ? `?${query}` : ''}`;
  res.writeHead(action.statusCode, {
    Server: 'awselb/2.0',
    'Content-Type': 'text/html',
    Location: location,
    'Content-Length': 0,
  });
  res.end();
}
