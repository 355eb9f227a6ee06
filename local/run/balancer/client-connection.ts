/** One client's connection: requests are read off it one after the other, each is answered before the next. */
import type { Socket } from 'node:net';
import { chooseTarget } from './choose.ts';
import { ClientSocket } from './client-socket.ts';
import { decideDesync } from './decide-desync.ts';
import { decideRoute } from './decide-route.ts';
import type { Downstream } from './downstream.ts';
import { Exchange } from './exchange.ts';
import { forwardHead } from './forward-head.ts';
import { bodyScanner } from './http/body.ts';
import { RequestHead } from './http/request-head.ts';
import { RequestReader } from './http/request-reader.ts';
import type { ListenerRuntime, RouteAction } from './listener.ts';
import { errorPage, type LocalAnswer, renderAnswer } from './pages.ts';

/** Bytes of further requests that are held while one is answered. */
const HOLD_LIMIT = 65_536;

export class ClientConnection extends ClientSocket implements Downstream {
  readonly #reader = new RequestReader();
  #exchange: Exchange | null = null;
  #request: RequestHead | null = null;
  /** When the first byte of an incomplete head came; 0 where there is none. */
  #headSinceMs = 0;
  #busy = false;

  constructor(socket: Socket, listener: ListenerRuntime) {
    super(socket, listener);
    listener.context.connections.add(this);
  }

  /** The exchange under way. */
  get exchange(): Exchange | null {
    return this.#exchange;
  }

  protected received(chunk: Buffer): void {
    if (this.#exchange === null) {
      this.#reader.bytes.append(chunk);
      this.#process();
      return;
    }
    const end = this.#reader.bytes.length > 0 ? 0 : this.#exchange.feed(chunk);
    if (end >= chunk.length) return;
    this.#reader.bytes.append(end === 0 ? chunk : chunk.subarray(end));
    if (this.#reader.bytes.length > HOLD_LIMIT) this.socket.pause();
  }

  protected drained(): void {
    if (this.#exchange !== null) this.#exchange.onClientDrain();
    else if (!this.closing) {
      this.resumeReading();
      this.#process();
    }
  }

  protected gone(): void {
    this.listener.context.connections.delete(this);
    const exchange = this.#exchange;
    this.#exchange = null;
    if (exchange === null) return;
    if (!exchange.answered) this.listener.lb.counters.own(460);
    exchange.cancel();
  }

  /** Handles whole requests as long as there are any. A loop, so that a thousand pipelined ones need no deep stack. */
  #process(): void {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#exchange === null && !this.closing && this.#reader.bytes.length > 0) {
      // A client that does not read its answers gets no more of them.
      if (this.socket.writableNeedDrain) {
        this.socket.pause();
        break;
      }
      if (!this.#next()) break;
    }
    this.#busy = false;
  }

  /** @returns false where more bytes are needed */
  #next(): boolean {
    const next = this.#reader.next(this.address, this.listener.lb.headRules);
    if (next === null) {
      if (this.#headSinceMs === 0 && this.#reader.bytes.length > 0) this.#headSinceMs = this.activityMs;
      return false;
    }
    this.#headSinceMs = 0;
    if (next instanceof RequestHead) {
      this.#request = next;
      this.#serve(next);
    } else {
      if (next.findings !== 0) this.listener.lb.counters.DesyncMitigationMode_NonCompliant_Request_Count++;
      this.#refuse(next.status);
    }
    return true;
  }

  #serve(head: RequestHead): void {
    const { counters, definition } = this.listener.lb;
    let close = false;
    if (head.findings !== 0) {
      counters.DesyncMitigationMode_NonCompliant_Request_Count++;
      const verdict = decideDesync(head.findings, definition.desyncMode);
      if (verdict === 'block' && head.refusal === 0) head.refusal = 400;
      close = verdict === 'allow-and-close';
    }
    if (head.refusal !== 0) {
      this.#refuse(head.refusal);
      return;
    }
    if (head.invalidFields > 0) {
      if (definition.dropInvalidHeaderFields) counters.DroppedInvalidHeaderRequestCount++;
      else counters.ForwardedInvalidHeaderRequestCount++;
    }
    const action = decideRoute(this.listener.routes, head);
    if (action.type === 'forward') this.#forward(action, head, close);
    else if (action.type === 'redirect') {
      counters.HTTP_Redirect_Count++;
      this.#answerUnread(action.answer(head, this.listener), head, close);
    } else {
      counters.HTTP_Fixed_Response_Count++;
      this.#answerUnread(action.answer, head, close);
    }
  }

  #forward(action: Extract<RouteAction, { type: 'forward' }>, head: RequestHead, close: boolean): void {
    const { lb, context, bound, definition } = this.listener;
    const choice = chooseTarget(action, head, context);
    if (choice === null) {
      this.#answerUnread(errorPage(503), head, close);
      return;
    }
    lb.counters.RequestCount++;
    const exchange = new Exchange({
      downstream: this,
      request: head,
      target: choice.target,
      counters: choice.group.counters,
      head: forwardHead(head, {
        attributes: lb.definition,
        protocol: definition.protocol,
        port: bound.port,
        clientPort: this.socket.remotePort ?? 0,
        traceId: context.traceIds.next(head.traceId, head.text.length),
        close,
      }),
      closeClient: close,
      closeUpstream: close,
      cookies: choice.cookies,
    });
    this.#exchange = exchange;
    const { bytes } = this.#reader;
    const used = exchange.start(bytes.length === 0 ? null : bytes.view());
    if (used > 0) bytes.drop(used);
    // The load balancer answers Expect itself, whatever it expects (ELB request routing).
    if (head.expectsContinue && head.minorVersion === 1 && !exchange.requestDone && this.#exchange === exchange)
      this.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** Answers without a target, before the body was read: what is here of it is skipped, what is not ends the connection. */
  #answerUnread(answer: LocalAnswer, head: RequestHead, close: boolean): void {
    const scanner = bodyScanner(head);
    let whole = true;
    if (scanner !== null) {
      this.#reader.bytes.drop(scanner.scan(this.#reader.bytes.view(), 0));
      whole = scanner.done;
    }
    this.#answer(answer, head, close || !whole);
  }

  /** The request cannot be read any further. */
  #refuse(status: number): void {
    this.#answer(errorPage(status), null, true);
  }

  #answer(answer: LocalAnswer, head: RequestHead | null, close: boolean): void {
    const ends = close || head === null || !head.keepAlive || this.ending;
    const { context, lb } = this.listener;
    lb.counters.own(answer.status);
    this.write(renderAnswer(answer, { date: context.date, close: ends, head: head?.method === 'HEAD' }));
    if (ends) this.close();
  }

  exchangeDone(close: boolean): void {
    this.#exchange = null;
    this.#request = null;
    if (close || this.listener.closing) this.close();
    else if (this.#reader.bytes.length > 0 || this.socket.isPaused()) {
      this.resumeReading();
      this.#process();
    }
  }

  exchangeFailed(status: number, requestDone: boolean): void {
    const head = this.#request;
    this.#exchange = null;
    this.#request = null;
    this.#answer(errorPage(status), head, !requestDone);
    this.resumeReading();
    if (!this.closing) this.#process();
  }

  abort(): void {
    this.#exchange = null;
    this.reset();
  }

  tunnelOpened(): void {
    this.resumeReading();
    if (this.#reader.bytes.length === 0 || this.#exchange === null) return;
    const bytes = this.#reader.bytes.view();
    this.#reader.bytes.clear();
    this.#exchange.feed(bytes);
  }

  closeWhenIdle(): void {
    if (this.#exchange === null && this.#reader.bytes.length === 0) this.close();
  }

  /** Ends what has lasted too long; called about twice a second. */
  sweep(nowMs: number): void {
    if (this.sweepClosing(nowMs)) return;
    const idleMs = this.listener.lb.definition.idleTimeoutSeconds * 1000;
    if (this.#exchange !== null) this.#exchange.sweep(nowMs, this.activityMs, idleMs);
    else if (this.#headSinceMs !== 0) {
      // ≈ Counted from the head's first byte, so that a client cannot hold it open a byte at a time.
      if (nowMs - this.#headSinceMs > idleMs) this.#refuse(408);
    } else if (nowMs - this.activityMs > idleMs || this.ending) this.close();
  }
}
