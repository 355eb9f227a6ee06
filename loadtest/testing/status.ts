/** A status of a small plane for tests: the monolith at stage `monolith`, and the same with iridium behind a rule. */
import type { Status, TargetGroupStatus } from '../../local/status.ts';
import type { Condition } from '../../local/topology.ts';

type TargetState = TargetGroupStatus['targets'][number]['state'];

export function status(url = 'http://127.10.0.1:80'): Status {
  const task = (n: number): Status['services'][number]['tasks'][number] => ({
    arn: `arn:task/${n}`,
    pid: 1_000 + n,
    address: '127.20.0.1',
    hostPort: 40_000 + n,
    containerPort: 5_000,
    instanceId: 'i-a',
    lastStatus: 'RUNNING',
    healthStatus: 'UNKNOWN',
    taskDefinition: 'monolith:1',
    deploymentId: 'ecs-svc/monolith:1',
    startedAt: null,
    stoppedReason: null,
  });
  return {
    version: 1,
    stage: 'monolith',
    clockRate: 10,
    state: 'running',
    pid: 1,
    portBase: 4_566,
    addressMode: 'loopback',
    region: 'us-east-1',
    loadBalancers: [
      {
        name: 'edge',
        arn: 'arn:lb/edge',
        dnsName: '127.10.0.1',
        awsDnsName: 'edge-1.us-east-1.elb.amazonaws.com',
        listeners: [
          { port: 80, url, rules: [{ priority: 'default', conditions: [], actions: [forward('arn:tg/monolith')] }] },
        ],
      },
    ],
    targetGroups: [group('monolith', [40_001, 40_002], 'healthy')],
    instances: [
      {
        id: 'i-a',
        address: '127.20.0.1',
        zone: 'us-east-1a',
        instanceType: 't3.small',
        status: 'ACTIVE',
        cpuUnits: 2_048,
        memoryMiB: 2_048,
        registered: { cpuUnits: 2_048, memoryMiB: 2_048 },
        remaining: { cpuUnits: 1_000, memoryMiB: 1_000 },
        ephemeralPortRange: [32_768, 60_999],
        ports: [40_001, 40_002],
        processes: [],
      },
    ],
    services: [service('monolith', 'monolith:1', [task(1), task(2)])],
    tasks: [],
    topics: [
      {
        name: 'Orders',
        arn: 'arn:aws:sns:us-east-1:1:Orders',
        subscriptions: [
          { protocol: 'http', endpoint: 'http://edge-1.us-east-1.elb.amazonaws.com/order/', confirmed: true },
        ],
      },
    ],
    blueGreen: [],
    restApis: [],
    usagePlans: [],
    alarms: [],
    outputs: [],
    endpoints: { aws: 'http://127.0.0.1:4566', console: 'http://127.0.0.1:4567' },
    lastEventId: 0,
  };
}

/** @param more further conditions of iridium's rule */
export function withIridium(state: TargetState, more: readonly Condition[] = [], url?: string): Status {
  const base = status(url);
  const [lb] = base.loadBalancers;
  const [listener] = lb?.listeners ?? [];
  if (!lb || !listener) throw new Error('the fixture has no listener');
  const conditions = [{ field: 'path-pattern' as const, values: ['/iridium*'] }, ...more];
  const rule = { priority: 10, conditions, actions: [forward('arn:tg/iridium')] };
  return {
    ...base,
    stage: 'strangler',
    loadBalancers: [{ ...lb, listeners: [{ ...listener, rules: [rule, ...listener.rules] }] }],
    targetGroups: [...base.targetGroups, group('iridium', [80], state)],
  };
}

export function service(
  name: string,
  revision: string,
  tasks: Status['services'][number]['tasks'],
): Status['services'][number] {
  return {
    cluster: 'main',
    name,
    launchType: 'EC2',
    desiredCount: tasks.length,
    runningCount: tasks.length,
    pendingCount: 0,
    taskDefinition: revision,
    steady: true,
    deploymentController: 'ECS',
    taskSets: [],
    deployments: [
      {
        id: `ecs-svc/${revision}`,
        status: 'PRIMARY',
        taskDefinition: revision,
        desiredCount: tasks.length,
        runningCount: tasks.length,
        pendingCount: 0,
        failedTasks: 0,
        rolloutState: 'COMPLETED',
        rolloutStateReason: 'completed',
      },
    ],
    events: [],
    tasks,
  };
}

export function forward(
  arn: string,
): Status['loadBalancers'][number]['listeners'][number]['rules'][number]['actions'][number] {
  return { type: 'forward', targetGroups: [{ arn, weight: 1 }], stickinessSeconds: null };
}

export function group(name: string, ports: readonly number[], state: TargetState): TargetGroupStatus {
  const targets = ports.map((port) => ({ id: 'i-a', address: '127.20.0.1', port, state, reason: null, requests: 0 }));
  return { name, arn: `arn:tg/${name}`, targets };
}
