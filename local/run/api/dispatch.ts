/** Which service, operation and protocol a request means. */
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../contracts.ts';
import type { Operation, ServiceTable } from './operation.ts';
import { cborProtocol, parseCbor } from './protocols/cbor.ts';
import { ec2Protocol } from './protocols/ec2.ts';
import { jsonProtocol, parseJson } from './protocols/json.ts';
import type { Protocol } from './protocols/protocol.ts';
import { parseQuery, queryProtocol } from './protocols/query.ts';
import { type RestParts, type Route, restInput, restProtocol } from './protocols/rest.ts';
import { SERVICES } from './services/index.ts';

/** What was asked. `service` and `operation` are null where there is none of that name: the protocol still answers. */
export interface Asked {
  readonly protocol: Protocol;
  readonly service: ServiceTable | null;
  readonly operationName: string;
  readonly operation: Operation | null;
  readonly input: () => unknown;
  /** AWS's code for an unknown operation in this protocol. */
  readonly unknownCode: string;
}

const RPC_PATH = /^\/service\/([^/]{1,100})\/operation\/([^/]{1,100})$/;

export function identify(req: IncomingMessage, body: Buffer): Asked {
  const url = urlOf(req);
  if (req.headers['smithy-protocol'] !== undefined) return identifyRpc(req, url, body);
  const target = req.headers['x-amz-target'];
  if (typeof target === 'string') return identifyJson(target, body);
  const rest = routeOf(req.method, url.pathname);
  if (rest) return identifyRest(rest, req, url, body);
  return identifyQuery(req, url, body);
}

interface Routed {
  readonly service: ServiceTable;
  readonly route: Route;
  readonly path: RestParts['path'];
}

/** Is it a call of a REST service? These alone use PUT and DELETE. */
export function isRestCall(req: IncomingMessage): boolean {
  return routeOf(req.method, urlOf(req).pathname) !== null;
}

/** The target as a path of this endpoint, whatever form it has: `//name/` names no host here. A target that is none: `/`. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  const origin = 'http://127.0.0.1';
  return URL.parse(url.startsWith('/') ? origin + url : url) ?? new URL(origin);
}

function routeOf(method: string | undefined, pathname: string): Routed | null {
  for (const service of SERVICES)
    for (const route of service.routes ?? []) {
      const match = route.method === method ? route.path.exec(pathname) : null;
      if (match) return { service, route, path: { ...match.groups } };
    }
  return null;
}

function identifyRest({ service, route, path }: Routed, req: IncomingMessage, url: URL, body: Buffer): Asked {
  return {
    protocol: restProtocol,
    service,
    operationName: route.operation,
    operation: find(service, route.operation),
    input: () =>
      restInput(route, {
        path: Object.fromEntries(Object.entries(path).map(([key, value]) => [key, decoded(value)])),
        query: Object.fromEntries(url.searchParams),
        headers: req.headers,
        body,
      }),
    unknownCode: 'UnknownOperationException',
  };
}

/** @throws ApiError SerializationException */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('SerializationException', 'The path is not valid percent-encoding.');
  }
}

function identifyRpc(req: IncomingMessage, url: URL, body: Buffer): Asked {
  const [, id, operationName = ''] = RPC_PATH.exec(url.pathname) ?? [];
  const cbor = req.headers['smithy-protocol'] === 'rpc-v2-cbor';
  const service = cbor ? (SERVICES.find((candidate) => candidate.targetPrefix === id) ?? null) : null;
  return {
    protocol: cborProtocol,
    service,
    operationName,
    operation: find(service, operationName),
    input: () => parseCbor(body),
    unknownCode: 'UnknownOperationException',
  };
}

function identifyJson(target: string, body: Buffer): Asked {
  const dot = target.lastIndexOf('.');
  const service = SERVICES.find((candidate) => candidate.targetPrefix === target.slice(0, dot)) ?? null;
  const operationName = target.slice(dot + 1);
  return {
    protocol: jsonProtocol(service?.jsonVersion ?? '1.1'),
    service,
    operationName,
    operation: find(service, operationName),
    input: () => parseJson(body),
    unknownCode: 'UnknownOperationException',
  };
}

function identifyQuery(req: IncomingMessage, url: URL, body: Buffer): Asked {
  const parameters = new URLSearchParams(url.search);
  if (req.method === 'POST') {
    for (const [key, value] of new URLSearchParams(body.toString('utf8'))) parameters.append(key, value);
  }
  const operationName = parameters.get('Action') ?? '';
  const scope = scopeOf(req)?.service ?? null;
  const scoped = SERVICES.find((known) => known.name === scope);
  if (operationName === '' && scope !== null && scoped?.version === undefined)
    return foreign(scope, scoped ?? null, `${req.method} ${url.pathname.slice(0, 200)}`);
  const service = queryService(scope, parameters, operationName);
  return {
    protocol: service?.dialect === 'ec2' ? ec2Protocol : queryProtocol,
    service,
    operationName,
    operation: find(service, operationName),
    input: () => {
      parameters.delete('Action');
      parameters.delete('Version');
      return parseQuery(parameters);
    },
    unknownCode: operationName === '' ? 'MissingAction' : 'InvalidAction',
  };
}

/** What the signature names; null where there is none. */
export function scopeOf({ headers }: IncomingMessage): { readonly region: string; readonly service: string } | null {
  const scope = /Credential=[^/\s]+\/\d{8}\/([^/\s]+)\/([^/\s]+)\/aws4_request/.exec(headers.authorization ?? '');
  return scope ? { region: scope[1] ?? '', service: scope[2] ?? '' } : null;
}

/** A call of a REST service, or of a path of one, that is not here. S3's clients read XML, the others JSON. */
function foreign(scope: string, service: ServiceTable | null, call: string): Asked {
  return {
    protocol: scope === 's3' ? queryProtocol : service ? restProtocol : jsonProtocol('1.1'),
    service,
    operationName: service ? call : `the service ${scope}`,
    operation: null,
    input: () => ({}),
    unknownCode: 'UnknownOperationException',
  };
}

/** By the Version parameter; a link such as SubscribeURL carries none, so then by the signature's scope or the action's name. */
function queryService(scope: string | null, parameters: URLSearchParams, action: string): ServiceTable | null {
  const candidates = SERVICES.filter((candidate) => candidate.version !== undefined);
  const version = parameters.get('Version');
  if (version !== null) return candidates.find((candidate) => candidate.version === version) ?? null;
  const scoped = candidates.find((candidate) => candidate.name === scope);
  return scoped ?? candidates.find((candidate) => find(candidate, action) !== null) ?? null;
}

function find(service: ServiceTable | null, name: string): Operation | null {
  if (!service || !Object.hasOwn(service.operations, name)) return null;
  return service.operations[name] ?? null;
}

/** @throws ApiError */
export function unknownOperation({ unknownCode, operationName, service }: Asked): ApiError {
  const where = service ? ` of ${service.name}` : '';
  const known = service ? `; available: ${Object.keys(service.operations).sort().join(', ')}` : '';
  if (unknownCode === 'MissingAction')
    return new ApiError(unknownCode, 'The request must contain the parameter Action');
  return new ApiError(
    unknownCode,
    `The local plane does not offer ${operationName || 'this operation'}${where}${known}.`,
  );
}
