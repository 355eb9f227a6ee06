/** What a function gets of a request, and what its answer becomes (API Gateway set-up-lambda-proxy-integrations). Pure. */
import { isObject } from '../../read/json.ts';
import { type Answer, OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { decoded } from './decide-route.ts';
import type { Sources } from './values.ts';

export interface FunctionCall {
  readonly resourcePath: string;
  readonly httpMethod: string;
  /** Below the stage. */
  readonly path: string;
  /** The caller's, and those that API Gateway adds. */
  readonly rawHeaders: readonly (readonly [string, string])[];
}

/** Event of payload format 1.0. */
export function functionEvent(call: FunctionCall, sources: Sources): unknown {
  const { query, pathParameters, stageVariables, body } = sources;
  const headers = grouped(call.rawHeaders);
  const queries = grouped([...query]);
  const parameters = Object.fromEntries(Object.entries(pathParameters).map(([name, raw]) => [name, decoded(raw)]));
  const said = (name: string): string => sources.context(name) ?? '';
  return {
    resource: call.resourcePath,
    path: call.path,
    httpMethod: call.httpMethod,
    headers: last(headers),
    multiValueHeaders: orNull(headers),
    queryStringParameters: last(queries),
    multiValueQueryStringParameters: orNull(queries),
    pathParameters: orNull(parameters),
    stageVariables: orNull(stageVariables),
    requestContext: {
      accountId: said('accountId'),
      apiId: said('apiId'),
      domainName: said('domainName'),
      domainPrefix: said('domainPrefix'),
      extendedRequestId: said('extendedRequestId'),
      httpMethod: call.httpMethod,
      path: said('path'),
      protocol: said('protocol'),
      requestId: said('requestId'),
      requestTime: said('requestTime'),
      requestTimeEpoch: Number(said('requestTimeEpoch')),
      resourceId: said('resourceId'),
      resourcePath: call.resourcePath,
      stage: said('stage'),
      deploymentId: said('deploymentId'),
      identity: {
        sourceIp: said('identity.sourceIp'),
        userAgent: sources.context('identity.userAgent') ?? null,
        apiKey: sources.context('identity.apiKey') ?? null,
        apiKeyId: sources.context('identity.apiKeyId') ?? null,
      },
    },
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
  };
}

const grouped = (pairs: readonly (readonly [string, string])[]): Record<string, string[]> =>
  Object.fromEntries([...Map.groupBy(pairs, ([name]) => name)].map(([name, own]) => [name, own.map(([, v]) => v)]));

const orNull = <T extends object>(values: T): T | null => (Object.keys(values).length === 0 ? null : values);

const last = (values: Readonly<Record<string, string[]>>): Record<string, string> | null =>
  orNull(Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ''])));

/** @param payload what the handler returned; anything but the form of a proxy integration is API Gateway's 502 */
export function functionAnswer(payload: unknown): Answer | OwnAnswer {
  if (!isObject(payload)) return OWN_ANSWERS.BAD_FUNCTION;
  const { statusCode, body = '', headers = {}, multiValueHeaders = {}, isBase64Encoded = false } = payload;
  const status = Number(statusCode);
  const isForm = Number.isInteger(status) && status >= 200 && status <= 599 && typeof (body ?? '') === 'string';
  const [one, many] = [headers ?? {}, multiValueHeaders ?? {}];
  if (!isForm || !isObject(one) || !isObject(many)) return OWN_ANSWERS.BAD_FUNCTION;
  const single = Object.entries(one).map(([name, value]): [string, unknown[]] => [name, [value]]);
  const several = Object.entries(many).map(([name, value]): [string, unknown[]] => [name, [value].flat()]);
  const merged = new Map([...single, ...several]);
  const all = [...merged].flatMap(([name, values]) => values.map((value) => [name, String(value)] as const));
  const sendable = all.filter(([name, value]) => /^[\w.!#$%&'*+^`|~-]+$/.test(name) && !/[\r\n\0]/.test(value));
  const isTyped = sendable.some(([name]) => name.toLowerCase() === 'content-type');
  const own = sendable.filter(
    ([name]) => !['content-length', 'transfer-encoding', 'connection'].includes(name.toLowerCase()),
  );
  return {
    status,
    headers: isTyped ? own : [['Content-Type', 'application/json'], ...own],
    body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
