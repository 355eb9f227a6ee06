/** A status that has something in every section of the page, with a name of the test's choice wherever a name goes. */
import type { BlueGreenStatusEntry, ServiceStatus, Status, TaskStatusEntry } from '../../../status.ts';

const BLUE = 'ecs-svc/1';
const GREEN = 'ecs-svc/2';
const AT = '2026-01-01T10:00:00.000Z';

export const emptyStatus = (change: Partial<Status> = {}): Status => ({
  version: 1,
  stage: null,
  clockRate: 1,
  state: 'running',
  pid: 4711,
  portBase: 4566,
  addressMode: 'loopback',
  region: 'us-east-1',
  loadBalancers: [],
  targetGroups: [],
  instances: [],
  services: [],
  tasks: [],
  topics: [],
  blueGreen: [],
  restApis: [],
  usagePlans: [],
  alarms: [],
  outputs: [],
  endpoints: { aws: 'http://127.0.0.1:4566', console: 'http://127.0.0.1:4567' },
  lastEventId: 0,
  ...change,
});

/** @param name of everything that stacks may name */
export function busyStatus(name = 'orders'): Status {
  return emptyStatus({
    stage: 'microservices',
    loadBalancers: [balancerOf(name)],
    targetGroups: [
      {
        name,
        arn: `arn:tg/${name}`,
        targets: [
          { id: 'i-1', address: '127.20.0.1', port: 40_001, state: 'healthy', reason: null, requests: 12 },
          { id: 'i-1', address: '127.20.0.1', port: 40_002, state: 'unhealthy', reason: `500 ${name}`, requests: 0 },
        ],
      },
    ],
    instances: [instanceOf(name)],
    services: [serviceOf(name), failedOf(name), blueGreenOf(name)],
    blueGreen: [shiftOf(name)],
    restApis: [apiOf(name)],
    usagePlans: [{ plan: name, key: name, used: 900, limit: 1000, period: 'DAY', endsAt: '2026-01-02T00:00:00.000Z' }],
    alarms: [
      { name, state: 'ALARM', reason: `Threshold crossed: ${name}` },
      { name: 'quiet', state: 'OK', reason: 'Threshold not crossed' },
    ],
  });
}

function balancerOf(name: string): Status['loadBalancers'][number] {
  const groups = [
    { arn: `arn:tg/${name}`, weight: 1 },
    { arn: 'arn:tg/other', weight: 3 },
  ];
  const forward = { type: 'forward' as const, stickinessSeconds: null, targetGroups: groups };
  const condition = { field: 'path-pattern' as const, values: [`/${name}/*`] };
  const rules = [
    { priority: 1, conditions: [condition], actions: [forward] },
    { priority: 'default' as const, conditions: [], actions: [forward] },
  ];
  const listeners = [{ port: 80, url: 'http://127.10.0.1:80', rules }];
  return { name, arn: 'arn:lb', dnsName: '127.10.0.1', awsDnsName: 'shop.elb', listeners };
}

function instanceOf(name: string): Status['instances'][number] {
  return {
    id: 'i-1fba4e633867e66c4',
    address: '127.20.0.1',
    zone: 'us-east-1a',
    instanceType: 't3.small',
    status: 'ACTIVE',
    cpuUnits: 2048,
    memoryMiB: 2048,
    registered: { cpuUnits: 2048, memoryMiB: 2048 },
    remaining: { cpuUnits: 1024, memoryMiB: 512 },
    ports: Array.from({ length: 12 }, (_, i) => 40_012 - i),
    processes: [{ name, pid: 99, state: 'running' }],
  };
}

const taskOf = (name: string, lastStatus: string): TaskStatusEntry => ({
  arn: `arn:task/shop/${lastStatus}`,
  pid: 4711,
  address: '127.30.0.1',
  hostPort: 3000,
  containerPort: 3000,
  instanceId: null,
  lastStatus,
  healthStatus: 'UNKNOWN',
  taskDefinition: `${name}:1`,
  deploymentId: BLUE,
  startedAt: AT,
  stoppedReason: null,
});

const deploymentOf = (name: string, failedTasks: number): ServiceStatus['deployments'][number] => ({
  id: 'ecs-svc/0',
  status: 'PRIMARY',
  taskDefinition: `${name}:1`,
  desiredCount: 2,
  runningCount: 1,
  pendingCount: 1,
  failedTasks,
  rolloutState: failedTasks > 0 ? 'FAILED' : 'COMPLETED',
  rolloutStateReason: `tasks of ${name} failed to start`,
});

const serviceOf = (name: string): ServiceStatus => ({
  cluster: 'shop',
  name,
  launchType: 'FARGATE',
  desiredCount: 2,
  runningCount: 1,
  pendingCount: 1,
  taskDefinition: `${name}:1`,
  steady: true,
  deploymentController: 'ECS',
  taskSets: [],
  deployments: [deploymentOf(name, 0)],
  events: [],
  tasks: ['RUNNING', 'PENDING', 'STOPPED'].map((state) => taskOf(name, state)),
});

const failedOf = (name: string): ServiceStatus => ({
  ...serviceOf(name),
  name: 'broken',
  steady: false,
  deployments: [deploymentOf(name, 3)],
});

function blueGreenOf(name: string): ServiceStatus {
  const set = { taskDefinition: `${name}:1`, computedDesiredCount: 2, runningCount: 2, pendingCount: 0 } as const;
  const same = { stability: 'STEADY_STATE', targetGroupArn: null, externalId: null } as const;
  return {
    ...serviceOf(name),
    name: 'threads',
    deploymentController: 'CODE_DEPLOY',
    deployments: [],
    taskSets: [
      { id: BLUE, status: 'PRIMARY', ...set, ...same },
      { id: GREEN, status: 'ACTIVE', ...set, ...same },
    ],
  };
}

function shiftOf(name: string): BlueGreenStatusEntry {
  const event = { status: 'Succeeded', startedAt: AT, endedAt: AT, hook: null, message: null };
  return {
    id: 'd-AAAAAAAA1',
    application: 'threadsApp',
    group: 'threadsDG',
    config: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
    cluster: 'shop',
    service: 'threads',
    creator: 'user',
    status: 'InProgress',
    createdAt: AT,
    completedAt: null,
    taskDefinition: `${name}:2`,
    error: { code: 'HOOK_FAILED', message: `the hook said ${name}` },
    rollbackDeploymentId: null,
    triggeringDeploymentId: null,
    lifecycleEvents: [
      { name: 'BeforeInstall', ...event },
      { name: 'AfterAllowTestTraffic', ...event, hook: name, message: name, status: 'Failed' },
      { name: 'AllowTraffic', ...event, status: 'InProgress', endedAt: null },
    ],
    blue: { targetGroup: name, taskSet: BLUE, taskDefinition: `${name}:1`, trafficPercent: 90 },
    green: { targetGroup: name, taskSet: GREEN, taskDefinition: `${name}:2`, trafficPercent: 10 },
    readyUntil: null,
    blueEndsAt: null,
  };
}

function apiOf(name: string): Status['restApis'][number] {
  const url = 'http://127.10.0.3';
  const methods = ['GET /', `POST /${name}`, 'ANY /v1/{proxy+}'];
  const stages = [{ name: 'v1', url: `${url}/v1`, deploymentId: 'dep1', methods }];
  return { name, id: 'a1b2c3d4e5', awsUrl: 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com', url, stages };
}
