/** Takes heads of requests off a connection's bytes, one at a time. */
import { Finding } from '../decide-desync.ts';
import { Bytes } from './bytes.ts';
import { CR, hasBareLineEnd, LF } from './line-ends.ts';
import { HEAD_LIMIT, type HeadRules, RequestHead } from './request-head.ts';
import { LINE_LIMIT, LoneRequestLine } from './request-line.ts';

export const HEAD_END = Buffer.from('\r\n\r\n');

/** Why what came can be no head, whatever else comes. */
export interface Refusal {
  readonly status: number;
  /** Bits of {@link Finding}. */
  readonly findings: number;
}

export class RequestReader {
  /** What was received and not yet used: after a head, its body. */
  readonly bytes = new Bytes();
  /** Where the search for the head's end goes on. */
  #scanned = 0;
  /** Was the first line of the head that is under way looked at? */
  #lineRead = false;

  /** @returns the next head; a refusal where it cannot be one; null where more bytes are needed */
  next(sourceIp: string, rules: HeadRules): RequestHead | Refusal | null {
    this.#skipEmptyLines();
    const bytes = this.bytes.view();
    const end = bytes.indexOf(HEAD_END, this.#scanned);
    if (end === -1 || end > HEAD_LIMIT) return this.#unfinished(bytes, end);
    this.#begin();
    const head = new RequestHead(bytes.toString('latin1', 0, end + 2), sourceIp, rules);
    this.bytes.drop(end + HEAD_END.length);
    return head;
  }

  #begin(): void {
    this.#scanned = 0;
    this.#lineRead = false;
  }

  /** Empty lines before a request are ignored (RFC 9112 §2.2). */
  #skipEmptyLines(): void {
    const bytes = this.bytes.view();
    if (bytes[0] !== CR) return;
    let blank = 0;
    while (bytes[blank] === CR && bytes[blank + 1] === LF) blank += 2;
    if (blank === 0) return;
    this.bytes.drop(blank);
    this.#begin();
  }

  /**
   * What can become no head is refused as soon as that shows: one whose lines end in LF alone would never end, and TLS
   * or another protocol is no HTTP from its first byte or line on. Only heads that come in pieces are looked at here.
   *
   * @param end of the head, -1 where it has not come
   */
  #unfinished(bytes: Buffer, end: number): Refusal | null {
    const from = this.#scanned;
    this.#scanned = Math.max(0, bytes.length - HEAD_END.length + 1);
    const lineEnd = bytes.subarray(0, LINE_LIMIT + 2).indexOf('\r\n');
    if (hasBareLineEnd(bytes, from)) return { status: 400, findings: Finding.BadHeader };
    if (lineEnd === -1 && bytes.length > LINE_LIMIT) return { status: 414, findings: 0 };
    if (end !== -1 || bytes.length > HEAD_LIMIT) return { status: 400, findings: 0 };
    return lineEnd === -1 ? beginning(bytes) : this.#firstLine(bytes, lineEnd);
  }

  #firstLine(bytes: Buffer, lineEnd: number): Refusal | null {
    if (this.#lineRead) return null;
    this.#lineRead = true;
    const line = new LoneRequestLine(bytes.toString('latin1', 0, lineEnd + 2));
    return line.refusal === 0 ? null : { status: line.refusal, findings: line.findings };
  }
}

/** A method begins with a visible character of ASCII; a CR may become an empty line. */
function beginning(bytes: Buffer): Refusal | null {
  const first = bytes[0];
  const possible = first === undefined || first === CR || (first > 32 && first < 127);
  return possible ? null : { status: 400, findings: Finding.BadMethod };
}
