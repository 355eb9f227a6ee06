/** One request and its response, from the first byte to the log line. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from './log.ts';
import { TRACE_HEADER, traceOf } from './trace.ts';

/** One request on its way. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** X-Amzn-Trace-Id, received or made: goes to downstream calls and into the log. */
  readonly trace: string;
  /** What the path's `:names` stand for, percent-decoded. Empty until the request is routed. */
  params: Readonly<Record<string, string>>;
  /** Set by the handler once it is known; ends in the request's log line. */
  messageId?: string;
  /** Why the request was refused or failed; ends in the request's log line. */
  failure?: string;
}

/** What is known of a request once it is over. */
export interface RequestFacts {
  readonly method: string;
  /** Without its query, at most 200 characters. */
  readonly path: string;
  readonly ms: number;
}

/** An exchange with what its log line needs. */
export class State implements Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly startedAt = performance.now();
  params: Readonly<Record<string, string>> = {};
  messageId?: string;
  failure?: string;
  #trace: string | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.req = req;
    this.res = res;
  }

  /** Made when it is first asked for: an answer out of hand needs none. */
  get trace(): string {
    this.#trace ??= traceOf(this.req.headers[TRACE_HEADER] as string | undefined);
    return this.#trace;
  }
}

export function factsOf({ req, startedAt }: State): RequestFacts {
  return { method: req.method ?? '', path: pathOf(req), ms: performance.now() - startedAt };
}

/** The one structured line of a request. */
export function writeRequestRecord(exchange: State, log: Log): void {
  const { req, res } = exchange;
  log.logger.info({
    event: 'request',
    trace: exchange.trace,
    messageId: exchange.messageId,
    method: req.method,
    path: pathOf(req),
    // 499: the client left before the answer.
    status: res.writableFinished ? res.statusCode : 499,
    ms: Math.round((performance.now() - exchange.startedAt) * 100) / 100,
    failure: exchange.failure,
  });
}

function pathOf(req: IncomingMessage): string {
  const path = (req.url ?? '').split('?', 1)[0]!;
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}
