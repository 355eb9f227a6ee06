/** Takes heads of requests off a connection's bytes, one at a time. */
import { Bytes } from './bytes.ts';
import { HEAD_LIMIT, type HeadRules, RequestHead } from './request-head.ts';
import { LINE_LIMIT } from './request-line.ts';

export const HEAD_END = Buffer.from('\r\n\r\n');
const CR = 13;
const LF = 10;

export class RequestReader {
  /** What was received and not yet used: after a head, its body. */
  readonly bytes = new Bytes();
  /** Where the search for the head's end goes on. */
  #scanned = 0;

  /** @returns the next head; a status where it cannot be one; null where more bytes are needed */
  next(sourceIp: string, rules: HeadRules): RequestHead | number | null {
    this.#skipEmptyLines();
    const bytes = this.bytes.view();
    const end = bytes.indexOf(HEAD_END, this.#scanned);
    if (end === -1 || end > HEAD_LIMIT) {
      this.#scanned = Math.max(0, bytes.length - HEAD_END.length + 1);
      return refusalOf(bytes, end);
    }
    this.#scanned = 0;
    const head = new RequestHead(bytes.toString('latin1', 0, end + 2), sourceIp, rules);
    this.bytes.drop(end + HEAD_END.length);
    return head;
  }

  /** Empty lines before a request are ignored (RFC 9112 §2.2). */
  #skipEmptyLines(): void {
    const bytes = this.bytes.view();
    if (bytes[0] !== CR) return;
    let blank = 0;
    while (bytes[blank] === CR && bytes[blank + 1] === LF) blank += 2;
    if (blank === 0) return;
    this.bytes.drop(blank);
    this.#scanned = 0;
  }
}

/** @param end of the head, -1 where it has not come */
function refusalOf(bytes: Buffer, end: number): number | null {
  const lineEnd = bytes.subarray(0, LINE_LIMIT + 2).indexOf('\r\n');
  if (lineEnd === -1 && bytes.length > LINE_LIMIT) return 414;
  return end !== -1 || bytes.length > HEAD_LIMIT ? 400 : null;
}
