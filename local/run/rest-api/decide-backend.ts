/** The request that goes to what is behind a method, made of the caller's (API Gateway how-to-integration-settings). Pure. */
import type { RestIntegration, RestTemplate } from '../../topology-rest-api.ts';
import type { Operation } from './compile-api.ts';
import { OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { type Headers, mediaTypeOf, ownOf, readValue, render, type Sources } from './values.ts';

export type Scheme = 'http' | 'https';

export interface BackendRequest {
  readonly scheme: Scheme;
  readonly method: string;
  /** `HOST[:PORT]` of the URI: what is connected to, and the field Host. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** What of a request is of this hop only, or API Gateway's own (API Gateway known issues, RFC 9110 7.6.1). */
const NOT_PASSED_ON = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade host content-length expect max-forwards via'.split(
    ' ',
  ),
);

export interface Sent {
  readonly method: string;
  /** Without `?`; '' for none. */
  readonly query: string;
  /** As they came, in order. */
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** `X-Forwarded-…`, trace and API id: what API Gateway adds. */
  readonly added: readonly (readonly [string, string])[];
  readonly userAgent: string;
}

/** For HTTP_PROXY and HTTP. */
export function backendRequestOf(operation: Operation, sent: Sent, sources: Sources): BackendRequest | OwnAnswer {
  const { integration } = operation;
  const uri = filled(integration, sources);
  const [, scheme, authority, path = ''] = /^(https?):\/\/([^/?#\s]+)([/?][^#\s]*)?$/.exec(uri ?? '') ?? [];
  if (authority === undefined) return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  const isProxy = integration.integration === 'HTTP_PROXY';
  const body = isProxy ? sent.body : bodyOf(integration, sent.body, sources);
  if (!Buffer.isBuffer(body)) return body;
  const own = isProxy ? passedOn(sent.rawHeaders) : customHeaders(sources.headers, body);
  const method =
    integration.backendMethod === 'ANY' || integration.backendMethod === null ? sent.method : integration.backendMethod;
  return {
    scheme: scheme === 'https' ? 'https' : 'http',
    method,
    authority,
    target: targetOf(path, isProxy ? sent.query : '', integration, sources),
    headers: withMapped([...own, ...sent.added], sent.userAgent, integration, sources),
    body,
  };
}

/** Null where a part of the path has no value. */
function filled({ uri, requestParameters }: RestIntegration, sources: Sources): string | null {
  let isWhole = true;
  const text = (uri ?? '')
    .replaceAll(/\$\{stageVariables\.(\w+)\}/g, (_all, name: string) => {
      const value = ownOf(sources.stageVariables, name);
      if (value === undefined) isWhole = false;
      return value ?? '';
    })
    .replaceAll(/\{([\w.-]+)\+?\}/g, (_all, name: string) => {
      const mapping = requestParameters[`path.${name}`];
      // What came in the path goes into the path as it was encoded.
      const raw = mapping?.from === 'path' ? ownOf(sources.pathParameters, mapping.name) : undefined;
      const value = raw ?? (mapping && mapping.from !== 'path' ? encoded(readValue(mapping, sources)) : undefined);
      if (value === undefined) isWhole = false;
      return value ?? '';
    });
  return isWhole ? text : null;
}

const encoded = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : encodeURIComponent(value);

function targetOf(path: string, query: string, { requestParameters }: RestIntegration, sources: Sources): string {
  const at = path.indexOf('?');
  const [own, ownQuery] = at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
  const mapped = Object.entries(requestParameters).flatMap(([name, mapping]) => {
    if (!name.startsWith('querystring.')) return [];
    const value = readValue(mapping, sources);
    return value === undefined ? [] : [[name.slice('querystring.'.length), value] as const];
  });
  const names = new Set(mapped.map(([name]) => name));
  // What is mapped takes the place of what the caller sent by that name.
  const kept = query.split('&').filter((pair) => pair !== '' && !names.has(nameIn(pair)));
  const written = mapped.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const all = [ownQuery, ...kept, ...written].filter((part) => part !== '').join('&');
  return `${own.startsWith('/') ? own : `/${own}`}${all === '' ? '' : `?${all}`}`;
}

const nameIn = (pair: string): string => [...new URLSearchParams(pair).keys()][0] ?? '';

function passedOn(raw: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const listed = raw
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((name) => name.trim());
  const dropped = new Set([...NOT_PASSED_ON, ...listed]);
  return raw.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function customHeaders(headers: Headers, body: Buffer): (readonly [string, string])[] {
  const accept: readonly [string, string] = ['Accept', 'application/json'];
  return body.length === 0
    ? [accept]
    : [accept, ['Content-Type', headers.get('content-type')?.[0] ?? 'application/json']];
}

function withMapped(
  headers: readonly (readonly [string, string])[],
  userAgent: string,
  { requestParameters }: RestIntegration,
  sources: Sources,
): readonly (readonly [string, string])[] {
  const mapped = Object.entries(requestParameters).flatMap(([name, mapping]): (readonly [string, string])[] => {
    if (!name.startsWith('header.')) return [];
    const value = readValue(mapping, sources);
    return value === undefined ? [] : [[name.slice('header.'.length), value]];
  });
  const names = new Set(mapped.map(([name]) => name.toLowerCase()));
  const all = [...headers.filter(([name]) => !names.has(name.toLowerCase())), ...mapped];
  return all.some(([name]) => name.toLowerCase() === 'user-agent') ? all : [...all, ['User-Agent', userAgent]];
}

/** By template, or as it is where the passthrough behaviour lets it (API Gateway integration-passthrough-behaviors). */
export function bodyOf(integration: RestIntegration, body: Buffer, sources: Sources): Buffer | OwnAnswer {
  const { requestTemplates, passthrough } = integration;
  const template: RestTemplate | undefined = ownOf(requestTemplates, mediaTypeOf(sources.headers));
  if (template) return Buffer.from(render(template, sources), 'utf8');
  const hasTemplates = Object.keys(requestTemplates).length > 0;
  const isRefused = passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && hasTemplates);
  return isRefused ? OWN_ANSWERS.UNSUPPORTED_MEDIA_TYPE : body;
}
