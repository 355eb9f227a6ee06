/** One request, from its head to the last byte of its answer. What is decided is decided in `decide-*.ts`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { AddressBook, Endpoint } from '../contracts.ts';
import type { FunctionRunner } from '../contracts-delivery.ts';
import type { Random } from '../random.ts';
import type { Backend } from './backend.ts';
import { readBody } from './body.ts';
import type { Operation } from './compile-api.ts';
import { admit } from './decide-admission.ts';
import { type Answer, answerOf, OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { backendRequestOf, type Sent } from './decide-backend.ts';
import { functionAnswer, functionEvent } from './decide-function.ts';
import { mockOf, responseOf } from './decide-response.ts';
import { type Routed, routeOf } from './decide-route.ts';
import { contextValue, type Facts } from './facts.ts';
import { pairsOf } from './raw-headers.ts';
import { type RecordOptions, recordRequest } from './record.ts';
import type { Served } from './registry.ts';
import type { Sources } from './values.ts';

export interface ExchangeContext extends RecordOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: Pick<AddressBook, 'localise' | 'listener'>;
  readonly functions: Pick<FunctionRunner, 'invoke'>;
  readonly backend: Backend;
  readonly accountId: string;
  /** Told once for each period of a key. */
  quotaUsedUp(facts: Facts): void;
  /** A URI that leads away from this machine was not called. */
  ledAway(facts: Facts, uri: string): void;
}

/** What a request is before anything is decided. */
export interface Incoming {
  readonly req: IncomingMessage;
  readonly facts: Facts;
  /** Below the stage, raw. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  readonly traceId: string;
}

const isOwn = (answer: Answer | OwnAnswer): answer is OwnAnswer => 'type' in answer;

/** Never rejects. @param signal aborted when the client is gone */
export async function serve(
  context: ExchangeContext,
  incoming: Incoming,
  res: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { facts } = incoming;
  const beganMs = context.clock.monotonicMs();
  const decided = await decide(context, incoming, signal).catch(() => OWN_ANSWERS.API_CONFIGURATION_ERROR);
  const own = isOwn(decided) ? decided : null;
  const sources = sourcesOf(incoming, facts.served, Buffer.alloc(0));
  const answer = isOwn(decided) ? answerOf(decided, facts.served.picture.gatewayResponses, sources) : decided;
  write(res, answer, { incoming, hasBody: facts.httpMethod !== 'HEAD' });
  recordRequest(context, facts, {
    status: answer.status,
    bytes: answer.body.length,
    latencyMs: context.clock.monotonicMs() - beganMs,
    error: own && { message: own.message, type: own.type },
  });
}

async function decide(context: ExchangeContext, incoming: Incoming, signal: AbortSignal): Promise<Answer | OwnAnswer> {
  const { facts, req } = incoming;
  const { served } = facts;
  if (served.api.endpointDisabled) return OWN_ANSWERS.FORBIDDEN;
  const routed = routeOf(served.picture.routes, facts.httpMethod, incoming.path);
  if (!routed) return OWN_ANSWERS.MISSING_AUTHENTICATION_TOKEN;
  facts.routed = routed;
  const refusal = admission(context, facts, routed);
  if (refusal) return refusal;
  const body = await readBody(req);
  if (body === 'too-large') return OWN_ANSWERS.REQUEST_TOO_LARGE;
  const { integration } = routed.operation;
  const sources = sourcesOf(incoming, served, body);
  if (integration.integration === 'MOCK') return mockOf(routed.operation, sources);
  // Accepted without effect: nobody answers there.
  if (integration.isCutOff) return OWN_ANSWERS.INTEGRATION_FAILURE;
  return integration.integration === 'AWS_PROXY'
    ? invoke(context, incoming, { routed, sources, signal })
    : call(context, incoming, { routed, sources, signal });
}

function admission(context: ExchangeContext, facts: Facts, routed: Routed<Operation>): OwnAnswer | null {
  const { registry, clock } = context;
  const { api, stage } = facts.served;
  const { method } = routed.operation;
  const caller = {
    apiId: api.id,
    stageName: stage.name,
    path: routed.route.path,
    httpMethod: method.httpMethod,
    keyRequired: method.apiKeyRequired,
    sentKey: facts.headers.get('x-api-key')?.[0],
  };
  const decision = admit(caller, registry, { wallMs: clock.monotonicMs(), controlMs: clock.now() });
  facts.key = decision.key;
  registry.keep(decision.buckets, decision.use);
  if (decision.refusal === 'QUOTA_EXCEEDED') context.quotaUsedUp(facts);
  return decision.refusal ? OWN_ANSWERS[decision.refusal] : null;
}

interface Work {
  readonly routed: Routed<Operation>;
  readonly sources: Sources;
  readonly signal: AbortSignal;
}

async function call(
  context: ExchangeContext,
  incoming: Incoming,
  { routed, sources, signal }: Work,
): Promise<Answer | OwnAnswer> {
  const { facts } = incoming;
  const { integration } = routed.operation;
  const request = backendRequestOf(routed.operation, sentOf(incoming, sources.body), sources);
  if ('type' in request) return request;
  const to = endpointOf(request.authority, integration.loadBalancerArn, context.addresses);
  if (!to) {
    context.ledAway(facts, `http://${request.authority}`);
    return OWN_ANSWERS.INTEGRATION_FAILURE;
  }
  const beganMs = context.clock.monotonicMs();
  const outcome = await context.backend.call(request, to, { timeoutMs: integration.timeoutMs, signal });
  facts.integrationLatencyMs = context.clock.monotonicMs() - beganMs;
  if (outcome === 'timed-out') return OWN_ANSWERS.INTEGRATION_TIMEOUT;
  if (outcome === 'unreachable') return OWN_ANSWERS.INTEGRATION_FAILURE;
  facts.integrationStatus = outcome.status;
  return responseOf(routed.operation, outcome, sources);
}

const LOOPBACK = /^http:\/\/(127(?:\.\d{1,3}){3}|localhost)(?::(\d{1,5}))?$/;

/** Null where it is not on this machine. */
function endpointOf(
  authority: string,
  loadBalancerArn: string | null,
  addresses: ExchangeContext['addresses'],
): Endpoint | null {
  if (loadBalancerArn !== null)
    return addresses.listener(loadBalancerArn, Number(/:(\d+)$/.exec(authority)?.[1] ?? 80));
  const [, host, port] = LOOPBACK.exec(addresses.localise(`http://${authority}`)) ?? [];
  return host === undefined ? null : { host, port: Number(port ?? 80) };
}

async function invoke(
  context: ExchangeContext,
  incoming: Incoming,
  { routed, sources, signal }: Work,
): Promise<Answer | OwnAnswer> {
  const { facts } = incoming;
  const { integration } = routed.operation;
  const arn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(integration.uri ?? '')?.[1] ?? '';
  const rawHeaders = pairsOf(incoming.req.rawHeaders);
  const callOf = { resourcePath: routed.route.path, httpMethod: facts.httpMethod, path: incoming.path, rawHeaders };
  const late = new AbortController();
  const cancel = context.clock.afterWall(integration.timeoutMs, () => late.abort(new Error('timed out')));
  const beganMs = context.clock.monotonicMs();
  const event = functionEvent(callOf, sources);
  const result = await context.functions.invoke(arn, event, AbortSignal.any([signal, late.signal]));
  cancel();
  facts.integrationLatencyMs = context.clock.monotonicMs() - beganMs;
  if (late.signal.aborted) return OWN_ANSWERS.INTEGRATION_TIMEOUT;
  if (result.outcome === 'not-found') return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  if (result.outcome !== 'returned') return OWN_ANSWERS.BAD_FUNCTION;
  facts.integrationStatus = 200;
  return functionAnswer(result.payload);
}

function sourcesOf(incoming: Incoming, served: Served, body: Buffer): Sources {
  const { facts } = incoming;
  return {
    pathParameters: facts.routed?.pathParameters ?? {},
    query: new URLSearchParams(incoming.query),
    headers: facts.headers,
    stageVariables: served.stage.variables,
    context: (name) => contextValue(facts, name),
    body,
    responseHeaders: new Map(),
  };
}

function sentOf({ req, facts, query, traceId }: Incoming, body: Buffer): Sent {
  const forwarded = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id']);
  const before = facts.headers.get('x-forwarded-for') ?? [];
  return {
    method: facts.httpMethod,
    query,
    rawHeaders: pairsOf(req.rawHeaders).filter(([name]) => !forwarded.has(name.toLowerCase())),
    body,
    added: [
      ['X-Forwarded-For', [...before, facts.sourceIp].join(', ')],
      // What a caller of the invoke URL uses on AWS.
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Port', '443'],
      ['X-Amzn-Trace-Id', traceId],
      ['X-Amzn-Apigateway-Api-Id', facts.served.api.id],
    ],
    userAgent: `AmazonAPIGateway_${facts.served.api.id}`,
  };
}

function write(
  res: ServerResponse,
  answer: Answer,
  { incoming, hasBody }: { readonly incoming: Incoming; readonly hasBody: boolean },
): void {
  if (res.destroyed || res.headersSent) return;
  const { facts, traceId } = incoming;
  const own = [
    ['x-amzn-RequestId', facts.requestId],
    ['x-amz-apigw-id', facts.extendedRequestId],
    ['X-Amzn-Trace-Id', traceId],
    ...(hasBody && answer.status !== 204 && answer.status !== 304
      ? [['Content-Length', String(answer.body.length)]]
      : []),
    // A body that is not read to its end ends the connection.
    ...(incoming.req.complete ? [] : [['Connection', 'close']]),
  ] as const;
  const names = new Set(own.map(([name]) => name?.toLowerCase()));
  const sendable = answer.headers.filter(([name, value]) => !names.has(name.toLowerCase()) && isSendable(name, value));
  res.writeHead(answer.status, [...sendable, ...own].flat() as string[]);
  res.end(hasBody ? answer.body : undefined);
}

/** What Node would refuse to write is left out: a mapping may be made of whatever a caller sent. */
const isSendable = (name: string, value: string): boolean =>
  /^[\w.!#$%&'*+^`|~-]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
