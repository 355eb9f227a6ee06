/** A status of a small forum for tests: threads under CodeDeploy behind a rule, everything else behind the catch-all. */
import type { BlueGreenStatusEntry, Status, TaskSetStatusEntry } from '../../local/status.ts';
import { forward, group, service, status } from './status.ts';

export const BLUE = 'threads-tg';
export const GREEN = 'threads-tg-2';
const DEPLOYMENT_ID = 'd-NEW000001';

export interface ForumChange {
  readonly url?: string;
  /** A deployment to v2 with this status; none where it is left out. */
  readonly status?: string;
  /** Weight of the new version's group, 0–100. */
  readonly greenPercent?: number;
  /** Running tasks of the two task sets; a set without any is gone. */
  readonly blueTasks?: number;
  readonly greenTasks?: number;
  readonly deployment?: Partial<BlueGreenStatusEntry>;
  /** Newer deployments, e.g. a roll-back. */
  readonly more?: readonly BlueGreenStatusEntry[];
}

export function threadsStatus(change: ForumChange = {}): { status: Status; taskSet: TaskSetStatusEntry } {
  const { url = 'http://127.10.0.2:80', greenPercent = 0, blueTasks = 2, greenTasks = 0 } = change;
  const taskSet = taskSetOf('blue', blueTasks, greenPercent < 100 ? 'PRIMARY' : 'ACTIVE');
  const green = taskSetOf('green', greenTasks, greenPercent < 100 ? 'ACTIVE' : 'PRIMARY');
  const base = status(url);
  const weights = [
    { arn: `arn:tg/${BLUE}`, weight: 100 - greenPercent },
    { arn: `arn:tg/${GREEN}`, weight: greenPercent },
  ];
  const threads = { type: 'forward' as const, targetGroups: weights, stickinessSeconds: null };
  const conditions = [{ field: 'path-pattern' as const, values: ['/api/threads*'] }];
  const rules = [
    { priority: 3, conditions, actions: [threads] },
    { priority: 'default' as const, conditions: [], actions: [forward('arn:tg/users')] },
  ];
  const seen: Status = {
    ...base,
    stage: 'microservices',
    instances: [],
    topics: [],
    loadBalancers: [
      {
        name: 'forum',
        arn: 'arn:lb/forum',
        dnsName: '127.10.0.2',
        awsDnsName: 'forum-1.us-east-1.elb.amazonaws.com',
        listeners: [
          { port: 8080, url: 'http://127.10.0.2:8080', rules: [] },
          { port: 80, url, rules },
        ],
      },
    ],
    targetGroups: [
      group(BLUE, [3_000, 3_001], 'healthy'),
      group(GREEN, greenTasks > 0 ? [3_002, 3_003] : [], 'healthy'),
      group('users', [3_004], 'healthy'),
    ],
    services: [
      {
        ...service('threads', 'threads:1', []),
        desiredCount: 2,
        runningCount: blueTasks + greenTasks,
        deploymentController: 'CODE_DEPLOY',
        deployments: [],
        taskSets: [taskSet, green].filter((set) => set.runningCount > 0),
        taskDefinition: greenPercent < 100 ? 'threads:1' : 'threads:2',
      },
    ],
    blueGreen: [...(change.more ?? []), ...(change.status ? [deployment(change)] : [])],
    outputs: [{ stack: 'forum', name: 'forum_url', value: 'http://127.10.0.2' }],
  };
  return { status: seen, taskSet };
}

function taskSetOf(name: 'blue' | 'green', running: number, state: TaskSetStatusEntry['status']): TaskSetStatusEntry {
  return {
    id: `ecs-svc/${name}`,
    status: state,
    taskDefinition: name === 'blue' ? 'threads:1' : 'threads:2',
    computedDesiredCount: 2,
    runningCount: running,
    pendingCount: 0,
    stability: 'STEADY_STATE',
    targetGroupArn: `arn:tg/${name === 'blue' ? BLUE : GREEN}`,
    externalId: null,
  };
}

export function deployment({ status: state = 'InProgress', ...change }: ForumChange): BlueGreenStatusEntry {
  const { greenPercent = 0, blueTasks = 2, greenTasks = 0 } = change;
  const side = (name: 'blue' | 'green', tasks: number, trafficPercent: number): BlueGreenStatusEntry['blue'] => ({
    targetGroup: name === 'blue' ? BLUE : GREEN,
    taskSet: tasks > 0 ? `ecs-svc/${name}` : null,
    taskDefinition: tasks > 0 ? `threads:${name === 'blue' ? 1 : 2}` : null,
    trafficPercent,
  });
  return {
    id: DEPLOYMENT_ID,
    application: 'threadsApp',
    group: 'threadsDG',
    config: 'CodeDeployDefault.ECSAllAtOnce',
    cluster: 'main',
    service: 'threads',
    creator: 'user',
    status: state,
    createdAt: '2026-01-01T00:00:00.000Z',
    completedAt: null,
    taskDefinition: 'threads:2',
    error: null,
    rollbackDeploymentId: null,
    triggeringDeploymentId: null,
    lifecycleEvents: [],
    blue: side('blue', blueTasks, 100 - greenPercent),
    green: side('green', greenTasks, greenPercent),
    readyUntil: null,
    blueEndsAt: null,
    ...change.deployment,
  };
}
