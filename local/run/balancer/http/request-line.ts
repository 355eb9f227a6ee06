/** The first line of a request: method, target, version (RFC 9112 §3). */
import { Finding } from '../decide-desync.ts';

/** ELB load-balancer-limits, "HTTP headers". */
export const LINE_LIMIT = 16_384;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export abstract class RequestLine {
  /** The head with its line ends, without the empty line. */
  readonly text: string;
  method = '';
  /** As sent on: origin form, or `*`. */
  target = '';
  /** As sent, without the query. */
  path = '';
  /** Without the `?`; empty where there is none. */
  query = '';
  /** 0 for HTTP/1.0, else 1. */
  minorVersion = 1;
  /** As received, of the first Host field, or of an absolute target; null where there is none. */
  hostField: string | null = null;
  keepAlive = true;
  /** Bits of {@link Finding}. */
  findings = 0;
  /** Status the load balancer answers itself; 0 where it has no objection. */
  refusal = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The first objection holds. @returns false */
  protected refuse(status: number, finding = 0): false {
    if (this.refusal === 0) this.refusal = status;
    this.findings |= finding;
    return false;
  }

  /** Something in the head is neither visible ASCII nor a line end. */
  protected odd(lineEnd: number): void {
    const line = this.text.slice(0, lineEnd);
    const fields = this.text.slice(lineEnd + 2);
    if (/[\0\r\n]/.test(line)) this.refuse(400, Finding.BadUri);
    else if (/[^\x20-\x7e]/.test(line)) this.findings |= Finding.AmbiguousUri;
    if (/\0|\r[^\n]|[^\r]\n/.test(fields)) this.refuse(400, Finding.BadHeader);
    else if (/[^\t\r\n\x20-\x7e]/.test(fields)) this.findings |= Finding.NonCompliantHeader;
  }

  /** @returns whether the fields are worth reading */
  protected requestLine(lineEnd: number): boolean {
    const { text } = this;
    if (lineEnd > LINE_LIMIT) return this.refuse(414);
    const first = text.indexOf(' ');
    const last = text.lastIndexOf(' ', lineEnd - 1);
    if (first <= 0 || first > lineEnd) return this.refuse(400, Finding.BadMethod);
    if (last <= first) return this.refuse(400, Finding.BadVersion);
    this.method = text.slice(0, first);
    this.target = text.slice(first + 1, last);
    if (!TOKEN.test(this.method)) return this.refuse(400, Finding.BadMethod);
    const version = text.slice(last + 1, lineEnd);
    if (version !== 'HTTP/1.1') {
      if (version === 'HTTP/1.0') this.minorVersion = 0;
      else if (/^HTTP\/[023456789]\.\d$/.test(version)) return this.refuse(505, Finding.NonCompliantVersion);
      else if (/^HTTP\/1\.\d$/.test(version)) this.findings |= Finding.NonCompliantVersion;
      else return this.refuse(400, Finding.BadVersion);
    }
    this.keepAlive = this.minorVersion === 1;
    if (this.target.includes(' ')) this.findings |= Finding.SpaceInUri;
    return this.#split();
  }

  /** Origin form, absolute form and `*` (RFC 9112 §3.2). */
  #split(): boolean {
    if (this.target.charCodeAt(0) !== 47) {
      const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(this.target);
      if (absolute) {
        this.hostField = absolute[1] ?? '';
        const rest = absolute[2] ?? '';
        this.target = rest.startsWith('/') ? rest : `/${rest}`;
      } else if (this.target !== '*' || this.method !== 'OPTIONS') return this.refuse(400, Finding.BadUri);
    }
    const question = this.target.indexOf('?');
    this.path = question === -1 ? this.target : this.target.slice(0, question);
    this.query = question === -1 ? '' : this.target.slice(question + 1);
    if (this.method === 'TRACE') return this.refuse(405);
    return true;
  }
}

/** The first line of a head whose fields have not all come. @param text the line with its CRLF */
export class LoneRequestLine extends RequestLine {
  constructor(text: string) {
    super(text);
    const lineEnd = text.length - 2;
    this.odd(lineEnd);
    this.requestLine(lineEnd);
  }
}
