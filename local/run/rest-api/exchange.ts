/** One request, from its head to the last byte of its answer. What is decided is decided in `decide-*.ts`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Place } from '../place.ts';
import type { Random } from '../random.ts';
import { readBody } from './body.ts';
import type { Operation } from './compile-api.ts';
import { admit } from './decide-admission.ts';
import { type Answer, answerOf, OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { mockOf } from './decide-response.ts';
import { type Routed, routeOf } from './decide-route.ts';
import { contextValue, type Facts } from './facts.ts';
import type { Incoming } from './incoming.ts';
import { callFunction, callHost, type IntegrationContext } from './integrate.ts';
import { type RecordOptions, recordRequest } from './record.ts';
import type { Served } from './registry.ts';
import type { Sources } from './values.ts';

export interface ExchangeContext extends RecordOptions, IntegrationContext {
  readonly random: Random;
  readonly place: Place;
  /** Told once for each period of a key. */
  quotaUsedUp(facts: Facts): void;
}

const isOwn = (answer: Answer | OwnAnswer): answer is OwnAnswer => 'type' in answer;

/**
 * Never rejects. A client that leaves before its request is whole is neither answered nor counted; one that leaves later is
 * counted like any other, since what is behind answers all the same.
 * @param signal aborted when the API is closed
 */
export async function serve(
  context: ExchangeContext,
  incoming: Incoming,
  res: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { facts } = incoming;
  const beganMs = context.clock.monotonicMs();
  const decided = await decide(context, incoming, signal)
    .then(whole)
    .catch(() => OWN_ANSWERS.API_CONFIGURATION_ERROR);
  if (decided === null || signal.aborted) return;
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

/** An interim status ends no request: the caller would wait for ever. */
const whole = (answer: Answer | OwnAnswer | null): Answer | OwnAnswer | null =>
  answer !== null && !isOwn(answer) && answer.status < 200 ? OWN_ANSWERS.API_CONFIGURATION_ERROR : answer;

/** Null where the client has left. */
async function decide(
  context: ExchangeContext,
  incoming: Incoming,
  signal: AbortSignal,
): Promise<Answer | OwnAnswer | null> {
  const { facts, req } = incoming;
  const { served } = facts;
  if (served.api.endpointDisabled) return OWN_ANSWERS.FORBIDDEN;
  const routed = routeOf(served.picture.routes, facts.httpMethod, incoming.path);
  if (!routed) return OWN_ANSWERS.MISSING_AUTHENTICATION_TOKEN;
  facts.routed = routed;
  const refusal = admission(context, facts, routed);
  if (refusal) return refusal;
  const body = await readBody(req);
  if (body === 'gone') return null;
  if (body === 'too-large') return OWN_ANSWERS.REQUEST_TOO_LARGE;
  const { integration } = routed.operation;
  const sources = sourcesOf(incoming, served, body);
  if (integration.integration === 'MOCK') return mockOf(routed.operation, sources);
  // Accepted without effect: nobody answers there.
  if (integration.isCutOff) return OWN_ANSWERS.INTEGRATION_FAILURE;
  return integration.integration === 'AWS_PROXY'
    ? callFunction(context, incoming, { routed, sources, signal })
    : callHost(context, incoming, { routed, sources, signal });
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
    ...(isKept(incoming.req) ? [] : [['Connection', 'close']]),
  ] as const;
  const names = new Set(own.map(([name]) => name?.toLowerCase()));
  const sendable = answer.headers.filter(([name, value]) => !names.has(name.toLowerCase()) && isSendable(name, value));
  res.writeHead(answer.status, [...sendable, ...own].flat() as string[]);
  res.end(hasBody ? answer.body : undefined);
}

/** So much of a refused request's body is read and thrown away, so that its client can go on using the connection. */
const DRAINED_BYTES = 65_536;

function isKept({ complete, headers }: IncomingMessage): boolean {
  return (
    complete || (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= DRAINED_BYTES)
  );
}

/** What Node would refuse to write is left out: a mapping may be made of whatever a caller sent. */
const isSendable = (name: string, value: string): boolean =>
  /^[\w.!#$%&'*+^`|~-]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
