/** What the load balancer answers itself: error pages, redirects and fixed responses, in the form ALB gives them. */
import type { Action } from '../../topology.ts';
import type { RequestHead } from './http/request-head.ts';
import type { AskedListener } from './listener.ts';

/** Status → reason phrase of the load balancer's own pages. */
const REASONS: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  463: '463',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
};

/** An answer but for its Date and Connection. */
export interface LocalAnswer {
  readonly status: number;
  readonly reason: string;
  /** Fields with their line ends, without Date, Content-Length and Connection. */
  readonly fields: string;
  readonly body: string;
}

/** The page of one of the load balancer's own codes. */
export function errorPage(status: number): LocalAnswer {
  const reason = REASONS[status] ?? '';
  const title = reason === String(status) ? reason : `${status} ${reason}`;
  return { status, reason, fields: HTML, body: page(title) };
}

export function redirectAnswer(
  action: Extract<Action, { type: 'redirect' }>,
  request: RequestHead,
  { definition, bound }: AskedListener,
): LocalAnswer {
  const parts: Parts = {
    protocol: definition.protocol.toLowerCase(),
    host: request.host,
    port: String(bound.port),
    path: request.path.slice(1),
    query: request.query,
  };
  const fill = (text: string): string => text.replace(PLACEHOLDER, (_, name: keyof Parts) => parts[name]);
  const query = fill(action.query);
  const path = fill(action.path);
  const location =
    `${fill(action.protocol).toLowerCase()}://${fill(action.host)}:${fill(action.port)}` +
    `${path.startsWith('/') ? path : `/${path}`}${query === '' ? '' : `?${query}`}`;
  const reason = REASONS[action.statusCode] ?? '';
  return {
    status: action.statusCode,
    reason,
    // Path and query come from the client: a byte beyond visible ASCII must not reach a header.
    fields: `${HTML}Location: ${location.replace(/[^\x21-\x7e]/g, (c) => encodeURIComponent(c))}\r\n`,
    body: page(`${action.statusCode} ${reason}`),
  };
}

export function fixedAnswer(action: Extract<Action, { type: 'fixed-response' }>): LocalAnswer {
  const body = Buffer.from(action.body, 'utf8').toString('latin1');
  const type = body === '' ? '' : `Content-Type: ${action.contentType}; charset=utf-8\r\n`;
  return { status: action.statusCode, reason: STATUS_TEXT(action.statusCode), fields: `${SERVER}${type}`, body };
}

/** @param body in latin1, a character a byte */
export function renderAnswer(
  answer: LocalAnswer,
  how: { readonly date: string; readonly close: boolean; readonly head: boolean },
): string {
  return (
    `HTTP/1.1 ${answer.status} ${answer.reason}\r\n${answer.fields}Date: ${how.date}\r\n` +
    `Content-Length: ${answer.body.length}\r\nConnection: ${how.close ? 'close' : 'keep-alive'}\r\n\r\n` +
    `${how.head ? '' : answer.body}`
  );
}

interface Parts {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}
const PLACEHOLDER = /#\{(protocol|host|port|path|query)\}/g;
const SERVER = 'Server: awselb/2.0\r\n';
const HTML = `${SERVER}Content-Type: text/html\r\n`;

const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

const STATUS_TEXT = (status: number): string => REASONS[status] ?? STANDARD[status] ?? '';
const STANDARD: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  429: 'Too Many Requests',
};
