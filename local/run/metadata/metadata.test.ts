import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { TaskDefinition } from '../../topology.ts';
import { createManualClock } from '../clock.ts';
import type { TaskState } from '../contracts.ts';
import { createMetadataRoute } from './metadata.ts';

const container = (name: string, pid: number | null): TaskState['containers'][number] => ({
  name,
  image: `${name}:latest`,
  pid,
  lastStatus: 'RUNNING',
  exitCode: null,
  reason: null,
  healthStatus: 'UNKNOWN',
  bindings: [{ hostPort: 32_768, containerPort: 5000, bindHost: '127.20.0.1', bindPort: 32_768 }],
  logGroup: '/ecs/shop',
  logStream: `shop/${name}/1`,
});
const task: TaskState = {
  arn: 'arn:aws:ecs:us-east-1:000000000000:task/main/abc123',
  id: 'abc123',
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/main',
  group: 'service:shop',
  startedBy: null,
  taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/shop:7',
  launchType: 'EC2',
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  healthStatus: 'UNKNOWN',
  deploymentId: null,
  instanceId: 'i-1',
  containerInstanceArn: null,
  address: '127.20.0.1',
  zone: 'us-east-1a',
  cpuUnits: 256,
  memoryMiB: 512,
  containers: [container('app', 42), container('side', null)],
  createdAtMs: 0,
  startedAtMs: 1_000,
  stoppingAtMs: null,
  stoppedAtMs: null,
  stopCode: null,
  stoppedReason: null,
};
const definition = {
  arn: task.taskDefinitionArn,
  networkMode: 'bridge',
  memoryMiB: null,
  containers: [
    {
      name: 'app',
      cpuUnits: 128,
      memoryMiB: null,
      memoryReservationMiB: 128,
      logConfiguration: { region: 'us-east-1' },
    },
  ],
} as unknown as TaskDefinition;

async function start(t: ExecutionContext) {
  const route = createMetadataRoute({
    view: { tasks: () => [task], taskDefinitions: () => [definition] },
    processes: { usage: async (pid) => (pid === 42 ? { cpuSeconds: 1.5, rssMiB: 64 } : null) },
    clock: createManualClock(),
  });
  const server = createServer((req, res) => {
    if (!route(req, res)) res.writeHead(418).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (path: string, init?: RequestInit) => {
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

test('container and task, as the SDKs read them', async (t) => {
  const get = await start(t);
  const { body } = await get('/_metadata/v4/abc123');
  t.like(body, {
    Name: 'app',
    Image: 'app:latest',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 128, Memory: 128 },
    StartedAt: '1970-01-01T00:00:01.000Z',
    LogDriver: 'awslogs',
    Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['127.20.0.1'] }],
  });
  t.regex(String(body['DockerId']), /^[0-9a-f]{64}$/);
  const whole = (await get('/_metadata/v4/abc123/task')).body;
  t.like(whole, {
    TaskARN: task.arn,
    Family: 'shop',
    Revision: '7',
    ServiceName: 'shop',
    Limits: { CPU: 0.25, Memory: 512 },
  });
  t.deepEqual(
    (whole['Containers'] as { Name: string }[]).map((one) => one.Name),
    ['app', 'side'],
  );
  t.is((await get('/_metadata/v4/abc123?container=side')).body['Name'], 'side');
});

test('stats of a process that runs, null of one that does not', async (t) => {
  const get = await start(t);
  t.like((await get('/_metadata/v4/abc123/stats')).body, {
    cpu_stats: { cpu_usage: { total_usage: 1_500_000_000 } },
    memory_stats: { usage: 64 * 2 ** 20 },
  });
  const all = (await get('/_metadata/v4/abc123/task/stats')).body;
  t.deepEqual(
    Object.values(all).map((one) => one === null),
    [false, true],
  );
});

test('what is not there, not allowed, not ours', async (t) => {
  const get = await start(t);
  for (const path of [
    '/_metadata/v4/other',
    '/_metadata/v4/abc123/else',
    '/_metadata/v3/abc123',
    '/_metadata/v4/abc123?container=no',
  ])
    t.is((await get(path)).status, 404, path);
  t.is((await get('/_metadata/v4/abc123', { method: 'POST' })).status, 405);
  t.is((await get('/_metadata/v4/abc123', { headers: { origin: 'https://evil.example' } })).status, 403);
  t.is((await get('/other')).status, 418);
});
