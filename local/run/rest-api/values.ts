/** Reads mappings and templates at one request (API Gateway request-response-data-mappings). Pure. */
import type { RestTemplate, RestValue } from '../../topology-rest-api.ts';
import { decoded } from './decide-route.ts';

/** Names in lower case, each with its values in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** What values are read from. */
export interface Sources {
  /** Percent-encoded, as the client sent them. */
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Undefined where there is no such name. */
  context(name: string): string | undefined;
  /** Of the request while it is mapped, of the response behind while that is. */
  readonly body: Buffer;
  readonly responseHeaders: Headers;
}

/** Where there is nothing to read from. */
export const NO_SOURCES: Sources = {
  pathParameters: {},
  query: new URLSearchParams(),
  headers: new Map(),
  stageVariables: {},
  context: () => undefined,
  body: Buffer.alloc(0),
  responseHeaders: new Map(),
};

/** Names come from callers: what every object inherits is nobody's value. */
export const ownOf = <T>(values: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** Undefined where there is nothing to hand on. */
export function readValue(value: RestValue, sources: Sources): string | undefined {
  switch (value.from) {
    case 'text':
      return value.text;
    case 'path':
      return decodedParameter(ownOf(sources.pathParameters, value.name));
    case 'querystring':
      return sources.query.getAll(value.name).at(-1);
    case 'header':
      return sources.headers.get(value.name.toLowerCase())?.at(-1);
    case 'multi-querystring':
      return joined(sources.query.getAll(value.name));
    case 'multi-header':
      return joined(sources.headers.get(value.name.toLowerCase()) ?? []);
    case 'param':
      return (
        decodedParameter(ownOf(sources.pathParameters, value.name)) ??
        sources.query.getAll(value.name).at(-1) ??
        sources.headers.get(value.name.toLowerCase())?.at(-1)
      );
    case 'body':
      return bodyValue(value.path, value.as, sources.body);
    case 'context':
      return sources.context(value.name);
    case 'stage-variable':
      return ownOf(sources.stageVariables, value.name);
    case 'response-header':
      return joined(sources.responseHeaders.get(value.name.toLowerCase()) ?? []);
  }
}

const decodedParameter = (raw: string | undefined): string | undefined => (raw === undefined ? raw : decoded(raw));
const joined = (values: readonly string[]): string | undefined => (values.length === 0 ? undefined : values.join(','));

function bodyValue(path: readonly string[], as: 'json' | 'text', body: Buffer): string | undefined {
  const whole = body.toString('utf8');
  if (path.length === 0 && as === 'text') return whole;
  let found: unknown;
  try {
    found = JSON.parse(whole);
  } catch {
    return as === 'json' ? '{}' : undefined;
  }
  for (const name of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, name) ? (found as never)[name] : undefined;
  if (found === undefined) return as === 'json' ? '""' : undefined;
  return as === 'text' && typeof found === 'string' ? found : JSON.stringify(found);
}

/** What is not there is left out. */
export const render = (template: RestTemplate, sources: Sources, missing = ''): string =>
  template.map((value) => readValue(value, sources) ?? missing).join('');

/** `application/json` of `application/json; charset=utf-8`; JSON where none was sent. */
export const mediaTypeOf = (headers: Headers): string =>
  headers.get('content-type')?.[0]?.split(';')[0]?.trim().toLowerCase() || 'application/json';
