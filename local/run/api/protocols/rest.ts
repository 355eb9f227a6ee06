/** REST JSON: the operation is the method and the path; an answer may be any bytes. */
import type { IncomingMessage } from 'node:http';
import { jsonProtocol, parseJson } from './json.ts';
import type { Protocol } from './protocol.ts';

/** What a request says, taken apart. */
export interface RestParts {
  /** Named groups of the route's pattern, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: RegExp;
  readonly operation: string;
  /** Default: path, query and the JSON body, in this order. */
  readonly input?: (parts: RestParts) => unknown;
}

/** An answer with a status, headers and bytes of its own. */
export class RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;

  constructor(status: number, body: Buffer | string = '', headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const json = jsonProtocol('1.1');

export const restProtocol: Protocol = {
  mistyped: 'SerializationException',
  output(value, context) {
    if (value instanceof RestAnswer) {
      const { status, headers, body } = value;
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-requestid': context.requestId, ...headers },
        body,
      };
    }
    const answer = json.output(value, context);
    return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json' } };
  },
  error(error, context) {
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': context.requestId,
      'x-amzn-errortype': error.code,
    };
    const body = JSON.stringify({
      Type: error.status >= 500 ? 'Service' : 'User',
      Message: error.message,
      message: error.message,
    });
    return { status: error.status, headers, body };
  },
};

/** @throws ApiError SerializationException */
export function restInput(route: Route, parts: RestParts): unknown {
  if (route.input) return route.input(parts);
  const body = parts.body.length > 0 ? (parseJson(parts.body) as object) : {};
  return { ...body, ...parts.query, ...parts.path };
}
