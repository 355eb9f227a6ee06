/** The head that a target gets for a client's request (ELB x-forwarded-headers, application-load-balancers). Pure. */
import type { Listener, LoadBalancer } from '../../topology.ts';
import { type RequestHead, withoutPort } from './http/request-head.ts';

export interface ForwardContext {
  readonly attributes: Pick<LoadBalancer, 'xffMode' | 'xffClientPort' | 'preserveHostHeader' | 'dnsName'>;
  /** Of the listener; what clients spoke. */
  readonly protocol: Listener['protocol'];
  /** Port of the listener as clients see it. */
  readonly port: number;
  readonly clientPort: number;
  readonly traceId: string;
  /** Tell the target to close after this request. */
  readonly close: boolean;
}

export function forwardHead(request: RequestHead, context: ForwardContext): string {
  const { attributes, port } = context;
  const proto = context.protocol === 'HTTPS' ? 'https' : 'http';
  let head =
    `${request.method} ${request.target} HTTP/1.1\r\n${forwardedFor(request, context)}` +
    `X-Forwarded-Proto: ${proto}\r\nX-Forwarded-Port: ${port}\r\n`;
  if (!attributes.preserveHostHeader || request.hostField === null) head += `Host: ${hostOf(request, context)}\r\n`;
  head += `X-Amzn-Trace-Id: ${context.traceId}\r\n${request.kept}`;
  if (request.chunked) head += 'Transfer-Encoding: chunked\r\n';
  else if (request.contentLength >= 0) head += `Content-Length: ${request.contentLength}\r\n`;
  if (request.upgrade !== null) return `${head}Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n\r\n`;
  if (request.acceptsTrailers) head += `TE: trailers\r\nConnection: ${context.close ? 'close, ' : ''}TE\r\n`;
  else if (context.close) head += 'Connection: close\r\n';
  return `${head}\r\n`;
}

function forwardedFor(request: RequestHead, { attributes, clientPort }: ForwardContext): string {
  const received = request.forwardedFor;
  switch (attributes.xffMode) {
    case 'remove':
      return '';
    case 'preserve':
      return received === null ? '' : `X-Forwarded-For: ${received}\r\n`;
    case 'append': {
      const client = attributes.xffClientPort ? `${request.sourceIp}:${clientPort}` : request.sourceIp;
      return received === null || received === ''
        ? `X-Forwarded-For: ${client}\r\n`
        : `X-Forwarded-For: ${received}, ${client}\r\n`;
    }
  }
}

/** Default ports are taken off, others are put on (ELB application-load-balancers, "Host header preservation"). */
function hostOf(request: RequestHead, { attributes, port }: ForwardContext): string {
  // HTTP/1.0 without Host: the load balancer's own name (ELB request routing).
  const received = request.hostField ?? attributes.dnsName;
  if (port === 80 || port === 443) return received.includes(':') ? withoutPort(received) : received;
  return withoutPort(received) === received ? `${received}:${port}` : received;
}
