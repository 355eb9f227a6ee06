/**
 * The head of a request, read in one pass: what routing, framing and forwarding need, and a block of the fields that go
 * to the target as they are. Strict where two servers could read it differently (RFC 9112).
 */
import type { RouteRequest } from '../conditions.ts';
import { Finding } from '../decide-desync.ts';
import { LINE_LIMIT, RequestLine } from './request-line.ts';
import {
  ConnectionOptions,
  countItems,
  headerValues,
  isPlain,
  listItems,
  NAME_BAD,
  NAME_ODD,
  nameKind,
  parseLength,
  sliceTrimmed,
  withoutFields,
} from './text.ts';

/** ELB load-balancer-limits, "HTTP headers". */
export const HEAD_LIMIT = 65_536;
/** ELB load-balancer-troubleshooting, 463. */
const FORWARDED_FOR_LIMIT = 30;

/** How the head is read; from the load balancer's attributes. */
export interface HeadRules {
  readonly dropInvalidHeaderFields: boolean;
  readonly preserveHostHeader: boolean;
}

/** RFC 3986 §3.2: a name, or an address in brackets, and a port; nothing at all, too. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d{0,5})?$/i;
/** Fields that Connection may not take away: without them the message would be framed or attributed differently. */
const NOT_NOMINATED = new Set(['host', 'content-length', 'transfer-encoding', 'cookie', 'authorization']);

export class RequestHead extends RequestLine implements RouteRequest {
  readonly sourceIp: string;
  /** Lower case, without port. */
  host = '';
  /** -1 where there is none. */
  contentLength = -1;
  chunked = false;
  expectsContinue = false;
  /** Protocol to upgrade to, e.g. `websocket`. */
  upgrade: string | null = null;
  forwardedFor: string | null = null;
  traceId: string | null = null;
  cookie: string | null = null;
  acceptsTrailers = false;
  /** Fields that are sent on as they came, each with its line end. */
  kept = '';
  /** Fields whose names are not `[-A-Za-z0-9]+`. */
  invalidFields = 0;
  #hosts = 0;
  #connection: ConnectionOptions | null = null;
  #upgradeField: string | null = null;
  #transferEncodings = 0;

  constructor(text: string, sourceIp: string, rules: HeadRules) {
    super(text);
    this.sourceIp = sourceIp;
    const lineEnd = text.indexOf('\r\n');
    if (!isPlain(text)) this.odd(lineEnd);
    if (!this.requestLine(lineEnd)) return;
    this.#fields(lineEnd + 2, rules);
    this.#settle(rules);
  }

  header(name: string): readonly string[] {
    return headerValues(this.text, name);
  }

  /** Does a body follow? */
  get hasBody(): boolean {
    return this.chunked || this.contentLength > 0;
  }

  #fields(from: number, rules: HeadRules): void {
    const { text } = this;
    let runStart = from;
    for (let at = from; at < text.length; ) {
      const end = text.indexOf('\r\n', at);
      const colon = text.indexOf(':', at);
      if (end - at > LINE_LIMIT) this.refuse(400);
      if (colon === -1 || colon >= end) {
        // Also a folded line: what belongs to which field then has two readings.
        this.refuse(400, Finding.BadHeader);
        return;
      }
      const kind = nameKind(text, at, colon);
      let keep = true;
      if (kind === NAME_BAD) this.refuse(400, Finding.BadHeader);
      else if (kind === NAME_ODD) keep = this.#oddName(at, colon, rules);
      else keep = this.#field(at, colon, end, rules);
      if (!keep) {
        if (runStart < at) this.kept += text.slice(runStart, at);
        runStart = end + 2;
      }
      at = end + 2;
    }
    if (runStart < text.length) this.kept += text.slice(runStart);
  }

  #oddName(at: number, colon: number, rules: HeadRules): boolean {
    this.invalidFields++;
    const normal = this.text
      .slice(at, colon)
      .toLowerCase()
      .replace(/[^a-z]/g, '');
    if (normal === 'contentlength' || normal === 'transferencoding') this.findings |= Finding.SuspiciousHeader;
    return !rules.dropInvalidHeaderFields;
  }

  /** @returns whether the field is sent on as it is */
  #field(at: number, colon: number, end: number, rules: HeadRules): boolean {
    const { text } = this;
    switch (colon - at) {
      // Only names of these lengths matter; all others are sent on unread.
      case 2:
      case 4:
      case 6:
      case 7:
      case 10:
      case 14:
      case 15:
      case 16:
      case 17:
        break;
      default:
        return true;
    }
    const value = (): string => sliceTrimmed(text, colon + 1, end);
    switch (text.slice(at, colon).toLowerCase()) {
      case 'host':
        if (this.#hosts++ === 0) this.hostField = rules.preserveHostHeader ? value() : (this.hostField ?? value());
        return rules.preserveHostHeader;
      case 'cookie':
        this.cookie = this.cookie === null ? value() : `${this.cookie}; ${value()}`;
        return true;
      case 'connection':
        this.#connection ??= new ConnectionOptions();
        this.#connection.add(value());
        return false;
      case 'content-length':
        this.#contentLength(value());
        return false;
      case 'transfer-encoding':
        this.#transferEncoding(value().toLowerCase());
        return false;
      case 'x-forwarded-for':
        this.forwardedFor = this.forwardedFor === null ? value() : `${this.forwardedFor}, ${value()}`;
        return false;
      case 'x-amzn-trace-id':
        this.traceId ??= value();
        return false;
      case 'expect':
        this.expectsContinue = true;
        return false;
      case 'upgrade':
        this.#upgradeField = value();
        return false;
      case 'te':
        this.acceptsTrailers = listItems(value()).includes('trailers');
        return false;
      case 'keep-alive':
      case 'proxy-connection':
      case 'http2-settings':
      case 'x-forwarded-port':
      case 'x-forwarded-proto':
        return false;
      default:
        return true;
    }
  }

  #contentLength(value: string): void {
    const length = parseLength(value);
    if (length === -1) this.refuse(400, Finding.BadContentLength);
    else if (this.contentLength === -1) this.contentLength = length;
    else if (this.contentLength !== length) this.refuse(400, Finding.MultipleContentLength);
    else this.findings |= Finding.DuplicateContentLength;
  }

  #transferEncoding(value: string): void {
    if (this.#transferEncodings++ > 0) this.refuse(400, Finding.MultipleTransferEncodingChunked);
    else if (value === 'chunked') this.chunked = true;
    else if (value === '' || /[^\x20-\x7e]/.test(value)) this.refuse(400, Finding.BadTransferEncoding);
    else if (value !== 'identity') this.refuse(501);
  }

  /** What takes more than one field to say. */
  #settle(rules: HeadRules): void {
    const bodyless = this.method === 'GET' || this.method === 'HEAD';
    if (this.chunked) {
      if (this.minorVersion === 0) this.refuse(400, Finding.BadTransferEncoding);
      if (this.contentLength !== -1) this.findings |= Finding.BothTeClPresent;
      if (bodyless) this.findings |= Finding.UndefinedTransferEncodingSemantics;
      this.contentLength = -1;
    } else if (bodyless && this.contentLength >= 0)
      this.findings |=
        this.contentLength === 0 ? Finding.GetHeadZeroContentLength : Finding.UndefinedContentLengthSemantics;
    const hostWanted = this.minorVersion === 1 || this.hostField !== null;
    if (hostWanted && (this.hostField === null || !HOST.test(this.hostField))) this.refuse(400);
    if (this.#hosts > 1 && !rules.preserveHostHeader) this.refuse(400);
    if (this.hostField !== null) this.host = withoutPort(this.hostField).toLowerCase();
    if (this.forwardedFor !== null && countItems(this.forwardedFor) > FORWARDED_FOR_LIMIT) this.refuse(463);
    if (this.#connection !== null) this.#applyConnection(this.#connection);
  }

  #applyConnection(options: ConnectionOptions): void {
    if (options.close) this.keepAlive = false;
    else if (options.keepAlive) this.keepAlive = true;
    // h2c is a way round the rules of a proxy that does not speak it.
    if (options.upgrade && this.minorVersion === 1 && this.#upgradeField && !/^h2c?$/i.test(this.#upgradeField))
      this.upgrade = this.#upgradeField;
    if (options.names === null) return;
    const named = new Set(options.names.filter((name) => !NOT_NOMINATED.has(name)));
    this.kept = withoutFields(this.kept, named);
  }
}

/** `[::1]:80` → `[::1]`, `a:80` → `a`. */
export function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host;
}
