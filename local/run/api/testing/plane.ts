/** A running endpoint over in-memory controllers that keep the contracts' rules. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../topology.ts';
import { createAutoscaler } from '../../autoscaler/autoscaler.ts';
import { createClock } from '../../clock.ts';
import { createEventLog } from '../../events.ts';
import { createRandom } from '../../random.ts';
import { createRestApis } from '../../rest-api/rest-api.ts';
import { makeMaterial } from '../../topics/testing/builders.ts';
import { createTopics } from '../../topics/topics.ts';
import { createApi } from '../api.ts';
import type { ApiOptions, EndpointHandlers } from '../ports.ts';
import * as build from './builders.ts';
import { network } from './builders-network.ts';
import { fakeBalancer } from './fake-balancer.ts';
import { fakeCodeDeploy } from './fake-codedeploy.ts';
import { fakeEcs } from './fake-ecs.ts';
import { fakeAlarms, fakeFunctions } from './fake-functions.ts';
import { fakeInstances } from './fake-instances.ts';
import { fakeLogs, fakeMetrics, fakeParameters } from './fake-stores.ts';

let shared: ReturnType<typeof makeMaterial> | null = null;
let users = 0;

/** Key pairs take a second to make: one set for all endpoints of a test file, gone with the last of them. */
async function sharedMaterial(): ReturnType<typeof makeMaterial> {
  users += 1;
  shared ??= makeMaterial();
  const { material, dispose } = await shared;
  return {
    material,
    async dispose() {
      users -= 1;
      if (users > 0) return;
      shared = null;
      await dispose();
    },
  };
}

/** @param options.refusing handlers instead of the in-memory ones. @returns the endpoint's URL and its controllers; call `close` when done */
export async function startApi({
  refusing = {},
  ...change
}: Partial<ApiOptions> & { readonly refusing?: Partial<EndpointHandlers> } = {}) {
  const clock = createClock();
  const events = createEventLog(clock);
  const { material, dispose } = await sharedMaterial();
  const place = { region: build.REGION, accountId: build.ACCOUNT };
  const shared = { clock, events, random: createRandom('test'), place };
  const topics = createTopics({
    ...shared,
    localise: (text) => text,
    awsEndpoint: 'http://127.0.0.1:1',
    signing: material,
  });
  const parts = { parameters: fakeParameters(), logs: fakeLogs(), metrics: fakeMetrics(), topics };
  const { balancer, handlers, traffic, registry } = fakeBalancer();
  const { functions, handler: functionHandler, invoked } = fakeFunctions();
  const { alarms, handler: alarmHandler } = fakeAlarms();
  const codedeploy = fakeCodeDeploy();
  const ecs = fakeEcs();
  const clusters = new Map<string, Cluster>();
  const autoscaler = createAutoscaler({
    ...shared,
    metrics: parts.metrics,
    ecs,
    alarms: { ...alarms, handler: alarmHandler },
  });
  const restApis = createRestApis({
    ...shared,
    metrics: parts.metrics,
    logs: parts.logs,
    functions,
    addresses: {
      localise: (text) => text,
      listener: () => ({ host: '127.0.0.1', port: 0 }),
      restApi: () => ({ host: '127.0.0.1', port: 0 }),
    },
  });
  const packageDir = await mkdtemp(join(tmpdir(), 'cutover-api-'));
  const repository = {
    ...build.base('aws_ecr_repository', 'shop-orders'),
    arn: build.arn('ecr', 'repository/shop-orders'),
    name: 'shop-orders',
    url: `${build.ACCOUNT}.dkr.ecr.${build.REGION}.amazonaws.com/shop-orders`,
  };
  const api = createApi({
    ...shared,
    stackPlace: () => place,
    ...parts,
    ecs,
    codedeploy,
    functions,
    restApis,
    alarms,
    balancer,
    traffic,
    registry,
    autoscaler,
    instances: fakeInstances(),
    addresses: {
      bindPort: (_host, wished) => wished,
      listener: (_arn, port) => ({ host: '127.10.0.1', port }),
      localise: (text) => text,
    },
    packageDir,
    handlers: {
      ...handlers,
      functions: functionHandler,
      alarms: alarmHandler,
      ...autoscaler.handlers,
      restApiKeys: restApis.handlers.restApiKeys,
      restUsagePlanKeys: restApis.handlers.restUsagePlanKeys,
      clusters: {
        put: (next) => void clusters.set(next.arn, next),
        remove: (previous) => void clusters.delete(previous.arn),
      },
      ...refusing,
    },
    resources: () => ({
      clusters: [build.cluster],
      capacityProviders: [],
      autoScalingGroups: [],
      repositories: [repository],
      ...network,
    }),
    images: {
      tags: (url) => (url.endsWith('orders') ? ['0.1', 'latest', 'same'] : []),
      build: async (_url, tag) => ({
        tag,
        digest: `sha256:${tag === 'same' ? 'latest' : tag}`,
        sizeBytes: 1000,
        builtAtMs: build.START_MS,
      }),
    },
    tablesEndpoint: () => null,
    ...change,
  });
  const port = await api.listen(0);
  const close = async (): Promise<void> => {
    await api.close();
    autoscaler.close();
    await restApis.close();
    await topics.close(0);
    await dispose();
    await rm(packageDir, { recursive: true, force: true });
  };
  return {
    ...parts,
    ecs,
    codedeploy,
    balancer,
    invoked,
    alarms,
    autoscaler,
    restApis,
    events,
    restore: () => api.restore(),
    port,
    endpoint: `http://127.0.0.1:${port}`,
    close,
  };
}

/** What every SDK client of the tests is made with. */
export function clientConfig(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint, region: build.REGION, credentials, maxAttempts: 1 };
}
