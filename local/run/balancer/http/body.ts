/** Where a message's body ends (RFC 9112 §6 and §7). Scanners look at bytes without copying; the caller forwards them. */
import { CR, LF } from './line-ends.ts';

export interface BodyScanner {
  /** @returns the end of this body's bytes in `chunk`, from `start`; `chunk.length` where all of it belongs to it */
  scan(chunk: Buffer, start: number): number;
  readonly done: boolean;
  /** Malformed: forward nothing more. */
  readonly failed: boolean;
}

/** Content-Length. */
export class LengthScanner implements BodyScanner {
  #left: number;
  readonly failed = false;
  done: boolean;

  constructor(length: number) {
    this.#left = length;
    this.done = length === 0;
  }

  scan(chunk: Buffer, start: number): number {
    const taken = Math.min(this.#left, chunk.length - start);
    this.#left -= taken;
    this.done = this.#left === 0;
    return start + taken;
  }
}

/** Until the connection ends. */
export class CloseScanner implements BodyScanner {
  readonly failed = false;
  readonly done = false;
  scan(chunk: Buffer): number {
    return chunk.length;
  }
}

const SEMICOLON = 59;
const COLON = 58;
const TAB = 9;
const SPACE = 32;
const DEL = 127;
/** Chunk size lines and trailer lines; longer ones are refused. */
const LINE_LIMIT = 4096;
const TRAILERS_LIMIT = 16_384;
/** 13 hex digits stay below 2^53. */
const SIZE_DIGITS = 13;

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER_START = 6;
const TRAILER = 7;
const TRAILER_LF = 8;
const FINAL_LF = 9;
const END = 10;
const ERROR = 11;

/**
 * Transfer-Encoding: chunked, read strictly: CRLF only, hex digits only, no control characters in extensions or
 * trailers, no trailer that would change the framing. So the bytes can be forwarded as they are without a second reading.
 */
export class ChunkedScanner implements BodyScanner {
  #state = SIZE;
  #size = 0;
  #digits = 0;
  #left = 0;
  #line = 0;
  #trailers = 0;
  #trailerName = '';
  #inName = false;
  /** Called with each run of payload bytes; for receivers that cannot take chunks. */
  onPayload: ((chunk: Buffer, start: number, end: number) => void) | null = null;

  get done(): boolean {
    return this.#state === END;
  }

  get failed(): boolean {
    return this.#state === ERROR;
  }

  scan(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && this.#state < END) {
      if (this.#state === DATA) at = this.#data(chunk, at);
      else this.#byte(chunk[at++] as number);
    }
    return at;
  }

  #data(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + this.#left);
    this.onPayload?.(chunk, start, end);
    this.#left -= end - start;
    if (this.#left === 0) this.#state = DATA_CR;
    return end;
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#sizeByte(byte);
        return;
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LF;
        else if (!isText(byte) || ++this.#line > LINE_LIMIT) this.#state = ERROR;
        return;
      case SIZE_LF:
        this.#left = this.#size;
        this.#state = byte !== LF ? ERROR : this.#size === 0 ? TRAILER_START : DATA;
        this.#size = this.#digits = this.#line = 0;
        return;
      case DATA_CR:
        this.#state = byte === CR ? DATA_LF : ERROR;
        return;
      case DATA_LF:
        this.#state = byte === LF ? SIZE : ERROR;
        return;
      default:
        this.#trailerByte(byte);
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexValue(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      if (++this.#digits > SIZE_DIGITS) this.#state = ERROR;
    } else if (this.#digits === 0) this.#state = ERROR;
    else if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#state = EXTENSION;
    else this.#state = ERROR;
  }

  #trailerByte(byte: number): void {
    if (++this.#trailers > TRAILERS_LIMIT) {
      this.#state = ERROR;
      return;
    }
    switch (this.#state) {
      case TRAILER_START:
        if (byte === CR) this.#state = FINAL_LF;
        else {
          this.#state = TRAILER;
          this.#trailerName = '';
          this.#inName = true;
          this.#trailerByte(byte);
        }
        return;
      case TRAILER:
        if (byte === CR) this.#state = this.#inName ? ERROR : TRAILER_LF;
        else if (!isText(byte)) this.#state = ERROR;
        else if (this.#inName) this.#trailerNameByte(byte);
        return;
      case TRAILER_LF:
        this.#state = byte === LF ? TRAILER_START : ERROR;
        return;
      case FINAL_LF:
        this.#state = byte === LF ? END : ERROR;
    }
  }

  #trailerNameByte(byte: number): void {
    if (byte === COLON) {
      this.#inName = false;
      if (this.#trailerName === '' || FORBIDDEN_TRAILERS.has(this.#trailerName)) this.#state = ERROR;
    } else if (byte === SPACE || byte === TAB) this.#state = ERROR;
    else this.#trailerName += String.fromCharCode(byte).toLowerCase();
  }
}

/** Fields that frame or route a message may not come after it (RFC 9110 §6.5.1). */
const FORBIDDEN_TRAILERS = new Set([
  'transfer-encoding',
  'content-length',
  'host',
  'connection',
  'upgrade',
  'te',
  'trailer',
]);

const isText = (byte: number): boolean => byte === TAB || (byte >= SPACE && byte !== DEL);

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** How a request's body is delimited; null where it has none. */
export function bodyScanner(request: {
  readonly chunked: boolean;
  readonly contentLength: number;
}): BodyScanner | null {
  if (request.chunked) return new ChunkedScanner();
  return request.contentLength > 0 ? new LengthScanner(request.contentLength) : null;
}
