/** Keeps web pages and rebound names out: the endpoint needs no credentials, so a browser must not be able to use it. */
import type { IncomingMessage } from 'node:http';

/** Names that always mean this machine. */
const LOCAL_NAMES = new Set(['localhost', 'localhost.localstack.cloud', 'host.docker.internal', '[::1]']);

/**
 * Why a request is refused, or null where it may pass.
 * A Host that is no loopback name is DNS rebinding; an Origin that is none, or a cross-site fetch, is a foreign page.
 */
export function refuseForeign(req: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): string | null {
  const { host, origin } = req.headers;
  if ((req.headersDistinct['host'] ?? []).length > 1) return 'more than one Host header';
  if (host === undefined || !isLocal(host))
    return `the Host header ${JSON.stringify(host ?? '')} is not a loopback name`;
  if (origin !== undefined && !isLocalOrigin(origin)) return `requests from ${JSON.stringify(origin)} are not allowed`;
  const site = req.headers['sec-fetch-site'];
  if (site === 'cross-site') return 'cross-site requests are not allowed';
  return null;
}

function isLocalOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && isLocal(url.host);
}

function isLocal(host: string): boolean {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/.exec(host);
  const name = match?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return LOCAL_NAMES.has(name) || name.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(name);
}
