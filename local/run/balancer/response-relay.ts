/** A target's response on its way to the client: head rewritten, body framed for the client's version of HTTP. */
import type { Sink } from './downstream.ts';
import { type BodyScanner, ChunkedScanner, CloseScanner, LengthScanner } from './http/body.ts';
import { Bytes } from './http/bytes.ts';
import { hasBareLineEnd } from './http/line-ends.ts';
import type { RequestHead } from './http/request-head.ts';
import { HEAD_END } from './http/request-reader.ts';
import { RESPONSE_HEAD_LIMIT, ResponseHead } from './http/response-head.ts';

/** Up to here head and body go out in one string: one write instead of two. */
export const COALESCE = 16_384;

export const MORE = 0;
/** The response is whole and the target's connection is clean. */
export const DONE = 1;
/** The response is whole, but bytes follow that nobody asked for, or the connection has ended. */
export const DONE_DIRTY = 2;
/** It is no HTTP, or it broke off. */
export const MALFORMED = 3;
export const UPGRADED = 4;

export interface RelayOptions {
  readonly sink: Sink;
  readonly request: RequestHead;
  readonly closeClient: boolean;
  /** Called with the final head; @returns Set-Cookie lines to add */
  readonly onHead: (head: ResponseHead) => string;
}

export class ResponseRelay {
  /** Of the final response. */
  head: ResponseHead | null = null;
  /** Has the client got anything of it? Then it is too late for an error page. */
  started = false;
  /** Has the target sent anything? */
  touched = false;
  /** The client should drain before it gets more. */
  full = false;
  readonly #options: RelayOptions;
  readonly #sink: Sink;
  #body: BodyScanner | null = null;
  #received: Bytes | null = null;
  /** The target ends the body by closing; the client gets chunks. */
  #rechunk = false;
  /** The target sends chunks; the client, of HTTP/1.0, gets the payload. */
  #dechunk = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#sink = options.sink;
  }

  /** Must the client's connection end with this response? */
  get closesClient(): boolean {
    const untilClose = this.#body instanceof CloseScanner && !this.#rechunk;
    return (
      this.#options.closeClient || this.#sink.ending || !this.#options.request.keepAlive || untilClose || this.#dechunk
    );
  }

  /** @param chunk valid during the call only */
  receive(chunk: Buffer): number {
    this.touched = true;
    return this.head === null ? this.#head(chunk) : this.#payload(chunk, 0, '');
  }

  /** The target's connection ended. @param clean with FIN */
  end(clean: boolean): number {
    if (this.head === null || !clean || !(this.#body instanceof CloseScanner)) return MALFORMED;
    if (this.#rechunk) this.#write('0\r\n\r\n');
    return DONE_DIRTY;
  }

  #head(chunk: Buffer): number {
    let bytes = chunk;
    if (this.#received !== null) {
      this.#received.append(Buffer.from(chunk));
      bytes = this.#received.view();
    }
    for (let from = 0; ; ) {
      const end = bytes.indexOf(HEAD_END, from);
      if ((end === -1 ? bytes.length : end) - from > RESPONSE_HEAD_LIMIT) return MALFORMED;
      if (end === -1) {
        if (!mayBecomeHead(bytes, from)) return MALFORMED;
        this.#keep(chunk, from);
        return MORE;
      }
      const head = new ResponseHead(bytes.toString('latin1', from, end + 2));
      from = end + HEAD_END.length;
      if (head.malformed) return MALFORMED;
      if (head.status >= 200 || head.status === 101) return this.#begin(head, bytes, from);
      // 100 was answered by the load balancer itself; HTTP/1.0 knows no interim responses.
      if (head.status !== 100 && this.#options.request.minorVersion === 1)
        this.#write(`HTTP/1.1 ${head.status} ${head.reason}\r\n${head.kept}\r\n`);
    }
  }

  #keep(chunk: Buffer, from: number): void {
    if (this.#received === null) {
      this.#received = new Bytes();
      this.#received.append(Buffer.from(chunk));
    }
    this.#received.drop(from);
  }

  #begin(head: ResponseHead, bytes: Buffer, bodyStart: number): number {
    const { request, onHead } = this.#options;
    this.#received = null;
    if (head.status === 101) return this.#upgrade(head, bytes, bodyStart);
    const framing = this.#frame(head, request);
    this.head = head;
    const cookies = onHead(head);
    const connection = this.closesClient ? 'close' : 'keep-alive';
    return this.#payload(
      bytes,
      bodyStart,
      `HTTP/1.1 ${head.status} ${head.reason}\r\n${head.kept}${cookies}${framing}Connection: ${connection}\r\n\r\n`,
    );
  }

  #upgrade(head: ResponseHead, bytes: Buffer, start: number): number {
    if (this.#options.request.upgrade === null || head.upgrade === null) return MALFORMED;
    this.head = head;
    this.started = true;
    this.#options.onHead(head);
    this.#write(`HTTP/1.1 101 ${head.reason}\r\nConnection: Upgrade\r\nUpgrade: ${head.upgrade}\r\n${head.kept}\r\n`);
    if (start < bytes.length) this.#write(Buffer.from(bytes.subarray(start)));
    return UPGRADED;
  }

  /** Chooses how the body is delimited (RFC 9112 §6.3). @returns the framing fields */
  #frame(head: ResponseHead, request: RequestHead): string {
    const { status, chunked, contentLength } = head;
    if (status === 204) return '';
    const length = contentLength >= 0 ? `Content-Length: ${contentLength}\r\n` : '';
    const modern = request.minorVersion === 1;
    if (status === 304 || request.method === 'HEAD')
      return chunked && modern ? 'Transfer-Encoding: chunked\r\n' : length;
    if (chunked) {
      const scanner = new ChunkedScanner();
      this.#body = scanner;
      if (modern) return 'Transfer-Encoding: chunked\r\n';
      this.#dechunk = true;
      scanner.onPayload = (chunk, start, end) => this.#write(Buffer.from(chunk.subarray(start, end)));
      return '';
    }
    if (contentLength >= 0) {
      this.#body = new LengthScanner(contentLength);
      return length;
    }
    this.#body = new CloseScanner();
    this.#rechunk = modern;
    return modern ? 'Transfer-Encoding: chunked\r\n' : '';
  }

  /** @param head the response's head where it goes out with this, else empty */
  #payload(chunk: Buffer, start: number, head: string): number {
    const scanner = this.#body;
    if (scanner === null || scanner.done) {
      if (head !== '') this.#write(head);
      return start < chunk.length ? DONE_DIRTY : DONE;
    }
    if (this.#dechunk && head !== '') this.#write(head);
    const end = scanner.scan(chunk, start);
    // What was malformed from the start becomes a 502; else the client sees the response break off.
    if (scanner.failed) return MALFORMED;
    if (this.#rechunk) this.#writeChunk(chunk, start, end, head);
    else if (!this.#dechunk) this.#writeBoth(chunk, start, end, head);
    if (!scanner.done) return MORE;
    return end < chunk.length ? DONE_DIRTY : DONE;
  }

  #writeBoth(chunk: Buffer, start: number, end: number, head: string): void {
    if (end - start <= COALESCE) {
      const text = end === start ? head : head + chunk.toString('latin1', start, end);
      if (text !== '') this.#write(text);
      return;
    }
    this.#sink.cork();
    if (head !== '') this.#write(head);
    this.#write(Buffer.from(chunk.subarray(start, end)));
    this.#sink.uncork();
  }

  #writeChunk(chunk: Buffer, start: number, end: number, head: string): void {
    if (end > start) this.#write(`${head}${(end - start).toString(16)}\r\n${chunk.toString('latin1', start, end)}\r\n`);
    else if (head !== '') this.#write(head);
  }

  #write(data: string | Buffer): void {
    this.started = true;
    if (!this.#sink.write(data)) this.full = true;
  }
}

const VERSION = Buffer.from('HTTP/1.');

/** What is no HTTP, or has lines that do not end in CRLF, is a 502 at once: its end might never come. */
function mayBecomeHead(bytes: Buffer, from: number): boolean {
  const known = Math.min(VERSION.length, bytes.length - from);
  return bytes.compare(VERSION, 0, known, from, from + known) === 0 && !hasBareLineEnd(bytes, from);
}
