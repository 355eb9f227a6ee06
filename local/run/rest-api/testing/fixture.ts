/** A REST API that runs, and something behind it that answers: real sockets on loopback, ports of the system's choice. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { RestTopology } from '../../../topology-rest-api.ts';
import { createClock } from '../../clock.ts';
import type { Endpoint } from '../../contracts.ts';
import { createEventLog } from '../../events.ts';
import { createMetricStore } from '../../metrics/store.ts';
import { DEFAULT_PLACE } from '../../place.ts';
import { createRandom } from '../../random.ts';
import type { Journal } from '../../topics/journal.ts';
import { createRestApis, type RestApis } from '../rest-api.ts';
import type { UsageKind } from '../usage.ts';
import { base, restApi } from './builders.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Behind {
  readonly authority: string;
  readonly seen: Seen[];
}

/** @param answer default: 200, the body that was sent, and a header of its own */
export async function behind(
  t: ExecutionContext,
  answer: (seen: Seen, res: ServerResponse) => void = (seen, res) =>
    res.writeHead(200, { 'x-own': 'yes' }).end(seen.body),
): Promise<Behind> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      const one = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body };
      seen.push(one);
      answer(one, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { authority: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

type Parts = { readonly [K in keyof RestTopology]?: RestTopology[K] };

export interface Fixture {
  readonly apis: RestApis;
  /** With the stage v1. */
  readonly url: string;
  readonly put: (parts: Parts) => Promise<void>;
  readonly metrics: ReturnType<typeof createMetricStore>;
  readonly lines: string[];
  readonly codes: () => string[];
  readonly events: unknown[];
}

const ORDER = [
  'restApis',
  'restResources',
  'restMethods',
  'restIntegrations',
  'restMethodResponses',
  'restIntegrationResponses',
  'restGatewayResponses',
  'restDeployments',
  'restStages',
  'restMethodSettings',
  'restApiKeys',
  'restUsagePlans',
  'restUsagePlanKeys',
] as const;

export const stage = (deploymentId = 'd1', change: object = {}) => ({
  ...base('aws_api_gateway_stage'),
  address: 's/stage',
  apiId: 'api1',
  id: 'ags-api1-v1',
  name: 'v1',
  deploymentId,
  variables: {},
  accessLog: null,
  ...change,
});

export const deployment = (id = 'd1') => ({
  ...base('aws_api_gateway_deployment'),
  address: 's/deployment',
  apiId: 'api1',
  id,
  stageName: null,
  variables: {},
});

export interface FixtureOptions {
  readonly clockRate?: number;
  /** What a function returns, or a promise of it. */
  readonly invoke?: (event: unknown) => unknown;
  readonly journal?: Journal<UsageKind>;
  /** Of every load balancer. */
  readonly listener?: Endpoint;
}

export async function fixture(
  t: ExecutionContext,
  parts: Parts,
  { clockRate = 1, invoke, journal, listener = { host: '127.0.0.1', port: 1 } }: FixtureOptions = {},
): Promise<Fixture> {
  const clock = createClock(clockRate);
  const metrics = createMetricStore({ clock });
  const log = createEventLog(clock);
  const lines: string[] = [];
  const events: unknown[] = [];
  const apis = createRestApis({
    clock,
    random: createRandom('rest-api'),
    events: log,
    metrics,
    logs: { append: (_group: string, _stream: string, line: string) => void lines.push(line) } as never,
    functions: {
      async invoke(_name, event) {
        events.push(event);
        const payload = await invoke?.(event);
        return { requestId: 'r', outcome: 'returned', payload, error: null, durationMs: 1, logTail: '' };
      },
    },
    addresses: {
      localise: (text) => text,
      listener: () => listener,
      restApi: () => ({ host: '127.0.0.1', port: 0 }),
    },
    place: DEFAULT_PLACE,
    ...(journal ? { journal } : {}),
  });
  t.teardown(() => apis.close());
  const put = async (some: Parts): Promise<void> => {
    const signal = new AbortController().signal;
    for (const kind of ORDER)
      for (const next of some[kind] ?? [])
        await (apis.handlers[kind].put as (...args: unknown[]) => unknown)(next, null, signal);
  };
  await put({ restApis: [restApi()], restDeployments: [deployment()], restStages: [stage()], ...parts });
  const { port } = apis.reading().apis[0]!.endpoint;
  return {
    apis,
    url: `http://127.0.0.1:${port}/v1`,
    put,
    metrics,
    lines,
    codes: () => log.since(0).map(({ code }) => code),
    events,
  };
}
