/** Request and response headers as they pass: hop-by-hop ones go, X-Forwarded-* and the trace id come (ELB x-forwarded-headers). */
import type { LoadBalancer } from '../../topology.ts';

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** More than this many addresses in X-Forwarded-For is refused with 463. */
export const MAX_FORWARDED_FOR = 30;

export interface ForwardContext {
  readonly loadBalancer: LoadBalancer;
  readonly clientIp: string;
  readonly clientPort: number;
  readonly listenerPort: number;
  readonly epochSeconds: number;
  readonly random: { hex(length: number): string };
  readonly upgrade: boolean;
}

/** @returns raw header list for the target, and whether a header named in Connection was dropped with it */
export function requestHeaders(raw: readonly string[], context: ForwardContext): string[] {
  const { loadBalancer: lb } = context;
  const named = connectionTokens(raw);
  const out: string[] = [];
  let forwardedFor: string | null = null;
  let trace: string | null = null;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') forwardedFor = forwardedFor === null ? value : `${forwardedFor}, ${value}`;
    else if (lower === 'x-amzn-trace-id') trace = value;
    else if (lower === 'x-forwarded-proto' || lower === 'x-forwarded-port' || lower === 'expect') continue;
    else if (HOP_BY_HOP.has(lower) || named.has(lower)) continue;
    else if (lb.dropInvalidHeaderFields && !/^[A-Za-z0-9-]+$/.test(name)) continue;
    else out.push(name, value);
  }
  const client = lb.xffClientPort ? `${context.clientIp}:${context.clientPort}` : context.clientIp;
  if (lb.xffMode === 'append')
    out.push('X-Forwarded-For', forwardedFor === null ? client : `${forwardedFor}, ${client}`);
  else if (lb.xffMode === 'preserve' && forwardedFor !== null) out.push('X-Forwarded-For', forwardedFor);
  out.push(
    'X-Forwarded-Proto',
    'http',
    'X-Forwarded-Port',
    String(context.listenerPort),
    'X-Amzn-Trace-Id',
    traceId(trace, context),
  );
  if (context.upgrade) out.push('Connection', 'Upgrade', 'Upgrade', headerOf(raw, 'upgrade') ?? 'websocket');
  return out;
}

/** None → a new Root; with a Root → Self before it (ELB load-balancer-request-tracing). */
function traceId(given: string | null, context: ForwardContext): string {
  const fresh = `1-${Math.floor(context.epochSeconds).toString(16).padStart(8, '0')}-${context.random.hex(24)}`;
  if (given === null || given.trim() === '') return `Root=${fresh}`;
  const fields = given
    .split(';')
    .map((f) => f.trim())
    .filter((f) => f !== '' && !/^Self=/i.test(f));
  return fields.some((f) => /^Root=/i.test(f))
    ? [`Self=${fresh}`, ...fields].join(';')
    : [`Root=${fresh}`, ...fields].join(';');
}

/** Response headers for the client: hop-by-hop ones are the load balancer's own business. */
export function responseHeaders(raw: readonly (string | Buffer)[]): string[] {
  const text = raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
  const named = connectionTokens(text);
  const out: string[] = [];
  for (let i = 0; i < text.length; i += 2) {
    const lower = (text[i] as string).toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !named.has(lower)) out.push(text[i] as string, text[i + 1] as string);
  }
  return out;
}

export function headerOf(raw: readonly string[], name: string): string | undefined {
  for (let i = 0; i < raw.length; i += 2) if ((raw[i] as string).toLowerCase() === name) return raw[i + 1];
  return undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Headers that Connection names are for this hop only. */
function connectionTokens(raw: readonly string[]): ReadonlySet<string> {
  const value = headerOf(raw, 'connection');
  if (value === undefined || value === 'keep-alive' || value === 'close') return NONE;
  return new Set(
    value
      .toLowerCase()
      .split(',')
      .map((t) => t.trim())
      .filter((t) => t !== 'keep-alive' && t !== 'close' && t !== 'upgrade'),
  );
}
