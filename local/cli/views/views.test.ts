import test from 'ava';
import type { BlueGreenStatusEntry, ServiceStatus, Status, TaskStatusEntry } from '../../status.ts';
import { statusView } from './status-view.ts';
import { tasksView } from './tasks-view.ts';

const BLUE = 'ecs-svc/1';
const GREEN = 'ecs-svc/2';
const arnOf = (name: string): string => `arn:tg/${name}/1`;

const taskOf = (id: string, deploymentId: string): TaskStatusEntry => ({
  arn: `arn:task/shop/${id}`,
  pid: 4711,
  address: '127.30.0.1',
  hostPort: 3000,
  containerPort: 3000,
  instanceId: null,
  lastStatus: 'RUNNING',
  healthStatus: 'UNKNOWN',
  taskDefinition: 'threads:1',
  deploymentId,
  startedAt: null,
  stoppedReason: null,
});

const setOf = (id: string, group: string): ServiceStatus['taskSets'][number] => ({
  id,
  status: id === BLUE ? 'PRIMARY' : 'ACTIVE',
  taskDefinition: id === BLUE ? 'threads:1' : 'threads:2',
  computedDesiredCount: 2,
  runningCount: 1,
  pendingCount: 1,
  stability: 'STABILIZING',
  targetGroupArn: arnOf(group),
  externalId: null,
});

const threads: ServiceStatus = {
  cluster: 'shop',
  name: 'threads',
  launchType: 'FARGATE',
  desiredCount: 2,
  runningCount: 3,
  pendingCount: 1,
  taskDefinition: 'threads:1',
  steady: false,
  deploymentController: 'CODE_DEPLOY',
  taskSets: [setOf(BLUE, 'threads-tg'), setOf(GREEN, 'threads-tg-2')],
  deployments: [],
  events: [],
  tasks: [taskOf('aaaaaaaa', BLUE), taskOf('bbbbbbbb', GREEN)],
};

const shift: BlueGreenStatusEntry = {
  id: 'd-AAAAAAAA1',
  application: 'threadsApp',
  group: 'threadsDG',
  config: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
  cluster: 'shop',
  service: 'threads',
  creator: 'user',
  status: 'InProgress',
  createdAt: '2026-01-01T00:00:00Z',
  completedAt: null,
  taskDefinition: 'threads:2',
  error: null,
  rollbackDeploymentId: null,
  triggeringDeploymentId: null,
  lifecycleEvents: [
    { name: 'BeforeAllowTraffic', status: 'Succeeded', startedAt: null, endedAt: null, hook: 'check', message: null },
    { name: 'AllowTraffic', status: 'InProgress', startedAt: null, endedAt: null, hook: null, message: null },
  ],
  blue: { targetGroup: 'threads-tg', taskSet: BLUE, taskDefinition: 'threads:1', trafficPercent: 90 },
  green: { targetGroup: 'threads-tg-2', taskSet: GREEN, taskDefinition: 'threads:2', trafficPercent: 10 },
  readyUntil: null,
  blueEndsAt: null,
};

function statusOf(change: Partial<Status> = {}): Status {
  const resources = { cpuUnits: 2048, memoryMiB: 2048 };
  return {
    version: 1,
    stage: 'microservices',
    clockRate: 1,
    state: 'running',
    pid: 1,
    portBase: 4566,
    addressMode: 'loopback',
    region: 'us-east-1',
    loadBalancers: [
      {
        name: 'shop',
        arn: 'arn:lb',
        dnsName: '127.10.0.1',
        awsDnsName: 'shop.elb',
        listeners: [
          {
            port: 80,
            url: 'http://127.10.0.1:80',
            rules: [
              {
                priority: 'default',
                conditions: [],
                actions: [
                  {
                    type: 'forward',
                    stickinessSeconds: null,
                    targetGroups: [
                      { arn: arnOf('threads-tg'), weight: 1 },
                      { arn: arnOf('threads-tg-2'), weight: 3 },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    targetGroups: ['threads-tg', 'threads-tg-2'].map((name) => ({ name, arn: arnOf(name), targets: [] })),
    instances: [
      {
        id: 'i-1',
        address: '127.20.0.1',
        zone: 'us-east-1a',
        instanceType: 't3.small',
        status: 'ACTIVE',
        ...resources,
        registered: resources,
        remaining: resources,
        ports: [],
        processes: [{ name: 'app', pid: 99, state: 'running' }],
      },
    ],
    services: [threads],
    tasks: [],
    topics: [],
    blueGreen: [shift],
    restApis: [],
    usagePlans: [],
    alarms: [{ name: 'threads-5xx', state: 'OK', reason: 'Threshold not crossed' }],
    outputs: [],
    endpoints: { aws: 'http://127.0.0.1:4566', console: 'http://127.0.0.1:4567' },
    lastEventId: 0,
    ...change,
  };
}

const line = (text: string, start: string): string => text.split('\n').find((one) => one.startsWith(start)) ?? '';

test('status: a shift shows its task sets with their traffic, the event under way, and who deploys', (t) => {
  const text = statusView(statusOf());
  t.regex(line(text, 'threads '), /d-AAAAAAAA1 InProgress$/);
  t.regex(line(text, BLUE), /threads +PRIMARY +threads:1 +1\/2 +90 % +threads-tg +STABILIZING/);
  t.regex(line(text, GREEN), /ACTIVE +threads:2 +1\/2 +10 % +threads-tg-2/);
  t.regex(line(text, 'd-AAAAAAAA1'), /ECSCanary10Percent5Minutes +AllowTraffic +threads:1 90 % +threads:2 10 %/);
  t.regex(line(text, 'threads-5xx'), /OK +Threshold not crossed/);
  t.regex(line(text, 'i-1'), /app running$/);
});

test('status: of ECS’s own blue/green deployment the stage and green’s share, while it is under way', (t) => {
  const own = {
    arn: 'arn',
    strategy: 'CANARY',
    status: 'IN_PROGRESS',
    statusReason: null,
    lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT',
    greenPercent: 2.5,
    blue: 'threads:1',
    green: 'threads:2',
  };
  const service = { ...threads, deploymentController: 'ECS' as const, taskSets: [] };
  const rollout = (status: string): string =>
    line(statusView(statusOf({ services: [{ ...service, serviceDeployment: { ...own, status } }] })), 'threads ');
  t.regex(rollout('IN_PROGRESS'), /IN_PROGRESS, CANARY PRODUCTION_TRAFFIC_SHIFT, threads:2 2.5 %/);
  t.notRegex(rollout('SUCCESSFUL'), /CANARY/);
});

test('status: a failed deployment says why and what rolls it back; of the finished the newest three are shown', (t) => {
  const failed: BlueGreenStatusEntry = {
    ...shift,
    status: 'Failed',
    error: { code: 'HOOK_EXECUTION_FAILURE', message: 'the hook failed' },
    rollbackDeploymentId: 'd-AAAAAAAA2',
    lifecycleEvents: [{ ...shift.lifecycleEvents[0]!, status: 'Failed' }],
  };
  const others = ['B', 'C', 'D'].map((letter) => ({ ...failed, id: `d-${letter.repeat(9)}` }));
  const text = statusView(statusOf({ blueGreen: [failed, ...others] }));
  const shown = line(text, 'd-AAAAAAAA1');
  t.regex(shown, /BeforeAllowTraffic failed \(check\)/);
  t.regex(shown, /HOOK_EXECUTION_FAILURE rolled back by d-AAAAAAAA2$/);
  t.is(text.split('\n').filter((one) => one.startsWith('d-')).length, 3);
});

test('status: before the first deployment the traffic of a task set is what the listener forwards to its group', (t) => {
  const text = statusView(statusOf({ blueGreen: [] }));
  t.regex(line(text, BLUE), / 25 % /);
  t.regex(line(text, 'threads '), /CODE_DEPLOY$/);
  t.notRegex(text, /DEPLOYMENT /);
});

test('status: REST APIs with their stages and methods, and what is used of quotas', (t) => {
  const url = 'http://127.10.0.9:80';
  const stages = [
    { name: 'v1', url: `${url}/v1`, deploymentId: 'abc123', methods: ['POST /orders', 'GET /orders/{id}'] },
  ];
  const restApis = [{ name: 'shop-front', id: 'a1', awsUrl: 'https://a1.execute-api', url, stages }];
  const usage = { plan: 'partners', key: 'acme', used: 3, limit: 5, period: 'DAY', endsAt: '2026-01-02T00:00:00.000Z' };
  const text = statusView(statusOf({ restApis, usagePlans: [usage] }));
  t.regex(line(text, 'shop-front'), /http:\/\/127\.10\.0\.9:80\/v1$/);
  t.regex(text, /^ {2}GET \/orders\/\{id\}$/m);
  t.regex(line(text, 'acme'), /partners +3\/5 DAY +2026-01-02T00:00:00.000Z/);
});

test('ps: tasks are blue or green while they are deployed, processes of instances are listed', (t) => {
  const text = tasksView(statusOf());
  t.regex(text, /threads +aaaaaaaa +4711 .* blue +FARGATE/);
  t.regex(text, /threads +bbbbbbbb .* green +FARGATE/);
  t.regex(text, /- +app +99 +127\.20\.0\.1 .* user data +i-1/);
  t.regex(tasksView(statusOf({ blueGreen: [] })), /aaaaaaaa .* PRIMARY +FARGATE/);
});
