/** A running endpoint over in-memory controllers that keep the contracts' rules. */
import { createClock } from '../../clock.ts';
import { ApiError, type EcsControl, type LogStore, type MetricStore, type ParameterStore } from '../../contracts.ts';
import { createEventLog } from '../../events.ts';
import { createRandom } from '../../random.ts';
import { makeMaterial } from '../../topics/testing/builders.ts';
import { createTopics } from '../../topics/topics.ts';
import { createApi } from '../api.ts';
import type { ApiOptions, BalancerView } from '../ports.ts';
import * as build from './builders.ts';

export function fakeEcs(): EcsControl {
  let service = build.serviceState();
  const tasks = [build.taskState(1), build.taskState(2)];
  const definitions = [build.taskDefinition];
  return {
    services: () => [service],
    tasks: () => tasks,
    instances: () => [build.instanceState],
    taskDefinitions: () => definitions,
    runTask(input) {
      if (input.launchType === 'FARGATE')
        return { tasks: [], failures: [{ arn: 'x', reason: 'RESOURCE:MEMORY', detail: 'none' }] };
      const group = input.group ?? 'family:orders';
      const made = Array.from({ length: input.count }, (_, index) =>
        build.taskState(tasks.length + index + 1, {
          group,
          startedBy: input.startedBy ?? null,
          lastStatus: 'PROVISIONING',
        }),
      );
      tasks.push(...made);
      return { tasks: made, failures: [] };
    },
    stopTask(_cluster, task, reason) {
      const index = tasks.findIndex((one) => one.id === task);
      const stopped = {
        ...tasks[index]!,
        desiredStatus: 'STOPPED' as const,
        lastStatus: 'DEACTIVATING' as const,
        stoppedReason: reason,
      };
      tasks[index] = stopped;
      return stopped;
    },
    updateService(_cluster, _service, change) {
      if (change.taskDefinition === 'none')
        throw new ApiError('ClientException', 'Unable to describe task definition.');
      service = { ...service, desiredCount: change.desiredCount ?? service.desiredCount };
      return service;
    },
    registerTaskDefinition(definition) {
      const revision =
        1 + Math.max(0, ...definitions.filter((one) => one.family === definition.family).map((one) => one.revision));
      const made = {
        ...definition,
        revision,
        arn: build.arn('ecs', `task-definition/${definition.family}:${revision}`),
      };
      definitions.push(made);
      return made;
    },
  };
}

export function fakeBalancer(): BalancerView {
  return {
    loadBalancers: () => [build.loadBalancer],
    listeners: () => [build.listener],
    rules: () => [build.rule],
    targetGroups: () => [build.targetGroup],
    health: () => [
      {
        target: {
          id: 'i-1',
          port: 32769,
          endpoint: { host: '127.20.0.1', port: 32769 },
          zone: 'us-east-1a',
          securityGroupIds: [],
        },
        state: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        description: 'Health checks failed with these codes: [500]',
      },
    ],
  };
}

export function fakeParameters(): ParameterStore {
  const all = new Map<string, NonNullable<ReturnType<ParameterStore['get']>>>();
  const find = (wanted: string) => [...all.values()].find((one) => one.name === wanted || one.arn === wanted) ?? null;
  return {
    get: find,
    put(name, value, type = 'String') {
      const version = (find(name)?.version ?? 0) + 1;
      const arn = build.arn('ssm', `parameter/${name.replace(/^\//, '')}`);
      all.set(name, { name, arn, type, value, version, lastModifiedMs: build.START_MS });
      return version;
    },
    list: () => [...all.values()],
    remove: (name) => all.delete(name),
  };
}

export function fakeLogs(): LogStore {
  const groups = new Map<string, Parameters<LogStore['putGroup']>[1]>();
  const records: { seq: number; group: string; stream: string; timestampMs: number; message: string }[] = [];
  return {
    putGroup: (name, retentionDays) => void groups.set(name, retentionDays),
    removeGroup: (name) => void groups.delete(name),
    groups: () =>
      [...groups].map(([name, retentionDays]) => ({ name, retentionDays, createdMs: build.START_MS, storedBytes: 0 })),
    streams: (group) =>
      [...new Set(records.filter((one) => one.group === group).map((one) => one.stream))].map((name) => {
        const times = records.filter((one) => one.stream === name).map((one) => one.timestampMs);
        return { name, createdMs: build.START_MS, firstMs: Math.min(...times), lastMs: Math.max(...times) };
      }),
    append(group, stream, message) {
      records.push({ seq: records.length + 1, group, stream, timestampMs: build.START_MS + records.length, message });
    },
    read: (query) =>
      records
        .filter((one) => one.group === query.group && one.seq > (query.afterSeq ?? 0))
        .filter((one) => query.stream === undefined || one.stream === query.stream)
        .filter(
          (one) =>
            one.timestampMs >= (query.startMs ?? 0) && one.timestampMs <= (query.endMs ?? Number.POSITIVE_INFINITY),
        )
        .slice(0, query.limit ?? 1000),
    subscribe: () => () => undefined,
    close: async () => undefined,
  };
}

export function fakeMetrics(): MetricStore & { readonly samples: Parameters<MetricStore['put']>[0][] } {
  const samples: Parameters<MetricStore['put']>[0][] = [];
  return {
    samples,
    put: (sample) => void samples.push(sample),
    query({ name, startMs, periodSeconds, statistic }) {
      const values = samples
        .filter((one) => one.name === name)
        .flatMap((one) => Array.from({ length: one.count ?? 1 }, () => one.value));
      const sum = values.reduce((total, value) => total + value, 0);
      if (values.length === 0) return [];
      const value = statistic === 'Sum' ? sum : sum / values.length;
      return [0, 1, 2].map((index) => ({
        startMs: startMs + index * periodSeconds * 1000,
        value: value + index,
        samples: values.length,
      }));
    },
    list: (filter) => samples.filter((one) => filter?.namespace === undefined || one.namespace === filter.namespace),
  };
}

/** @returns the endpoint's URL and its controllers; call `close` when done */
export async function startApi(change: Partial<ApiOptions> = {}) {
  const clock = createClock();
  const events = createEventLog(clock);
  const { material, dispose } = await makeMaterial();
  const where = { region: build.REGION, accountId: build.ACCOUNT };
  const shared = { clock, events, random: createRandom('test'), ...where };
  const topics = createTopics({
    ...shared,
    localise: (text) => text,
    awsEndpoint: 'http://127.0.0.1:1',
    signing: material,
  });
  const parts = { parameters: fakeParameters(), logs: fakeLogs(), metrics: fakeMetrics(), topics };
  const repository = {
    ...build.base('aws_ecr_repository', 'shop-orders'),
    arn: build.arn('ecr', 'repository/shop-orders'),
    name: 'shop-orders',
    url: `${build.ACCOUNT}.dkr.ecr.${build.REGION}.amazonaws.com/shop-orders`,
  };
  const api = createApi({
    ...shared,
    ...parts,
    ecs: fakeEcs(),
    balancer: fakeBalancer(),
    resources: () => ({
      clusters: [build.cluster],
      capacityProviders: [],
      autoScalingGroups: [],
      repositories: [repository],
    }),
    tablesEndpoint: () => null,
    ...change,
  });
  const port = await api.listen(0);
  const close = async (): Promise<void> => {
    await api.close();
    await topics.close(0);
    await dispose();
  };
  return { ...parts, events, port, endpoint: `http://127.0.0.1:${port}`, close };
}

/** What every SDK client of the tests is made with. */
export function clientConfig(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint, region: build.REGION, credentials, maxAttempts: 1 };
}
