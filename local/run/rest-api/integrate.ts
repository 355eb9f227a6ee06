/** What is behind a method is called: a host of this machine, or a function. */
import type { Clock } from '../clock.ts';
import type { AddressBook } from '../contracts.ts';
import type { FunctionRunner } from '../contracts-delivery.ts';
import type { Backend, BackendEndpoint } from './backend.ts';
import type { Operation } from './compile-api.ts';
import { type Answer, OWN_ANSWERS, type OwnAnswer } from './decide-answer.ts';
import { backendRequestOf, type Scheme } from './decide-backend.ts';
import { functionAnswer, functionEvent } from './decide-function.ts';
import { responseOf } from './decide-response.ts';
import type { Routed } from './decide-route.ts';
import type { Facts } from './facts.ts';
import type { Incoming } from './incoming.ts';
import { pairsOf } from './raw-headers.ts';
import type { Sources } from './values.ts';

export interface IntegrationContext {
  readonly clock: Clock;
  readonly addresses: Pick<AddressBook, 'localise' | 'listener'>;
  readonly functions: Pick<FunctionRunner, 'invoke'>;
  readonly backend: Backend;
  /** A URI that leads away from this machine was not called. */
  ledAway(facts: Facts, uri: string): void;
}

export interface Work {
  readonly routed: Routed<Operation>;
  readonly sources: Sources;
  /** Ends with the API. A client that leaves ends nothing: API Gateway goes on, too. */
  readonly signal: AbortSignal;
}

/** For HTTP_PROXY and HTTP. */
export async function callHost(
  context: IntegrationContext,
  incoming: Incoming,
  { routed, sources, signal }: Work,
): Promise<Answer | OwnAnswer> {
  const { facts } = incoming;
  const { integration } = routed.operation;
  const apiId = facts.served.api.id;
  const { rawHeaders, added } = passedOn(incoming);
  const sent = {
    method: facts.httpMethod,
    query: incoming.query,
    rawHeaders,
    body: sources.body,
    added: [...added, ['X-Amzn-Apigateway-Api-Id', apiId] as const],
    userAgent: `AmazonAPIGateway_${apiId}`,
  };
  const request = backendRequestOf(routed.operation, sent, sources);
  if ('type' in request) return request;
  // What is behind is not called: its certificate is not trusted.
  if (request.scheme === 'https' && (integration.trust ?? 'trusted') !== 'trusted')
    return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  const to = endpointOf(request, integration.loadBalancerArn, context.addresses);
  if (!to) {
    context.ledAway(facts, `${request.scheme}://${request.authority}`);
    return OWN_ANSWERS.INTEGRATION_FAILURE;
  }
  const limits = { timeoutMs: integration.timeoutMs, signal };
  const outcome = await timed(context.clock, facts, () => context.backend.call(request, to, limits));
  if (outcome === 'timed-out') return OWN_ANSWERS.INTEGRATION_TIMEOUT;
  if (outcome === 'unreachable') return OWN_ANSWERS.INTEGRATION_FAILURE;
  facts.integrationStatus = outcome.status;
  return responseOf(routed.operation, outcome, sources);
}

/** For AWS_PROXY. One that is too late for the integration runs on: its own time-out ends it. */
export async function callFunction(
  { clock, functions }: IntegrationContext,
  incoming: Incoming,
  { routed, sources, signal }: Work,
): Promise<Answer | OwnAnswer> {
  const { facts } = incoming;
  const { integration } = routed.operation;
  const arn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(integration.uri ?? '')?.[1] ?? '';
  const { rawHeaders, added } = passedOn(incoming);
  const { httpMethod } = facts;
  const called = { resourcePath: routed.route.path, httpMethod, path: incoming.path };
  const event = functionEvent({ ...called, rawHeaders: [...rawHeaders, ...added] }, sources);
  const { promise: late, resolve: tellLate } = Promise.withResolvers<'late'>();
  const cancel = clock.afterWall(integration.timeoutMs, () => tellLate('late'));
  const invoked = timed(clock, facts, () => Promise.race([functions.invoke(arn, event, signal), late]));
  const result = await invoked.finally(cancel);
  if (result === 'late') return OWN_ANSWERS.INTEGRATION_TIMEOUT;
  if (result.outcome === 'not-found') return OWN_ANSWERS.API_CONFIGURATION_ERROR;
  if (result.outcome !== 'returned') return OWN_ANSWERS.BAD_FUNCTION;
  facts.integrationStatus = 200;
  return functionAnswer(result.payload);
}

/** Notes how long it took, whatever came of it. */
async function timed<T>(clock: Clock, facts: Facts, work: () => Promise<T>): Promise<T> {
  const beganMs = clock.monotonicMs();
  try {
    return await work();
  } finally {
    facts.integrationLatencyMs = clock.monotonicMs() - beganMs;
  }
}

const LOOPBACK = /^(https?):\/\/(127(?:\.\d{1,3}){3}|localhost)(?::(\d{1,5}))?$/;
const PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** Null where it is not on this machine. */
function endpointOf(
  { scheme, authority }: { readonly scheme: Scheme; readonly authority: string },
  loadBalancerArn: string | null,
  addresses: IntegrationContext['addresses'],
): BackendEndpoint | null {
  if (loadBalancerArn !== null) {
    const port = Number(/:(\d+)$/.exec(authority)?.[1] ?? PORTS[scheme]);
    return { ...addresses.listener(loadBalancerArn, port), tls: scheme === 'https' };
  }
  const [, spoken, host, port] = LOOPBACK.exec(addresses.localise(`${scheme}://${authority}`)) ?? [];
  if (host === undefined) return null;
  // An API of the stacks is `https` to its callers, and speaks HTTP here.
  const tls = spoken === 'https';
  return { host, port: Number(port ?? PORTS[tls ? 'https' : 'http']), tls };
}

/** The caller's fields in order, and those that API Gateway adds about the caller. */
function passedOn({ req, facts, traceId }: Incoming): {
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly added: readonly (readonly [string, string])[];
} {
  const replaced = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id']);
  const before = facts.headers.get('x-forwarded-for') ?? [];
  return {
    rawHeaders: pairsOf(req.rawHeaders).filter(([name]) => !replaced.has(name.toLowerCase())),
    added: [
      ['X-Forwarded-For', [...before, facts.sourceIp].join(', ')],
      // What a caller of the invoke URL uses on AWS.
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Port', '443'],
      ['X-Amzn-Trace-Id', traceId],
    ],
  };
}
