/** The head of a target's response, read in one pass. Anything malformed makes it a 502 (ELB load-balancer-troubleshooting). */
import {
  ConnectionOptions,
  headerValues,
  isPlain,
  NAME_BAD,
  nameKind,
  parseLength,
  sliceTrimmed,
  withoutFields,
} from './text.ts';

/** ELB load-balancer-limits: the entire response header. */
export const RESPONSE_HEAD_LIMIT = 32_768;

const BAD = /[^\t\r\n\x20-\x7e\x80-\xff]|\r[^\n]|[^\r]\n/;

export class ResponseHead {
  readonly text: string;
  status = 0;
  reason = '';
  /** -1 where there is none. */
  contentLength = -1;
  chunked = false;
  /** Whether the target keeps the connection. */
  keepAlive = true;
  upgrade: string | null = null;
  /** Fields that are sent on as they came, each with its line end. */
  kept = '';
  malformed = false;
  #connection: ConnectionOptions | null = null;

  constructor(text: string) {
    this.text = text;
    const lineEnd = text.indexOf('\r\n');
    this.malformed = (!isPlain(text) && BAD.test(text)) || !this.#statusLine(lineEnd) || !this.#fields(lineEnd + 2);
    if (this.#connection !== null) this.#applyConnection(this.#connection);
  }

  header(name: string): readonly string[] {
    return headerValues(this.text, name);
  }

  #statusLine(lineEnd: number): boolean {
    const { text } = this;
    const minor = text.charCodeAt(7);
    if (!text.startsWith('HTTP/1.') || minor < 48 || minor > 57 || text.charCodeAt(8) !== 32) return false;
    this.keepAlive = minor !== 48;
    const status = parseLength(text.slice(9, 12));
    if (status < 100 || status > 999) return false;
    if (lineEnd > 12 && text.charCodeAt(12) !== 32) return false;
    this.status = status;
    this.reason = text.slice(13, lineEnd);
    return true;
  }

  #fields(from: number): boolean {
    const { text } = this;
    let runStart = from;
    for (let at = from; at < text.length; ) {
      const end = text.indexOf('\r\n', at);
      const colon = text.indexOf(':', at);
      if (colon === -1 || colon >= end || nameKind(text, at, colon) === NAME_BAD) return false;
      const verdict = this.#field(at, colon, end);
      if (verdict === REFUSE) return false;
      if (verdict === DROP) {
        if (runStart < at) this.kept += text.slice(runStart, at);
        runStart = end + 2;
      }
      at = end + 2;
    }
    if (runStart < text.length) this.kept += text.slice(runStart);
    return true;
  }

  #field(at: number, colon: number, end: number): number {
    const { text } = this;
    switch (colon - at) {
      case 7:
      case 10:
      case 14:
      case 16:
      case 17:
        break;
      default:
        return KEEP;
    }
    switch (text.slice(at, colon).toLowerCase()) {
      case 'connection':
        this.#connection ??= new ConnectionOptions();
        this.#connection.add(sliceTrimmed(text, colon + 1, end));
        return DROP;
      case 'keep-alive':
      case 'proxy-connection':
        return DROP;
      case 'upgrade':
        this.upgrade = sliceTrimmed(text, colon + 1, end);
        return DROP;
      case 'content-length': {
        const length = parseLength(sliceTrimmed(text, colon + 1, end));
        if (length === -1 || (this.contentLength !== -1 && this.contentLength !== length)) return REFUSE;
        this.contentLength = length;
        return DROP;
      }
      case 'transfer-encoding': {
        const value = sliceTrimmed(text, colon + 1, end).toLowerCase();
        if (this.chunked || (value !== 'chunked' && value !== 'identity')) return REFUSE;
        this.chunked = value === 'chunked';
        return DROP;
      }
      default:
        return KEEP;
    }
  }

  #applyConnection(options: ConnectionOptions): void {
    if (options.close) this.keepAlive = false;
    else if (options.keepAlive) this.keepAlive = true;
    if (options.names !== null) this.kept = withoutFields(this.kept, new Set(options.names));
  }
}

const KEEP = 0;
const DROP = 1;
const REFUSE = 2;
