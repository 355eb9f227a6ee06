/** Builders of records for tests: a good run, and what to change of it. */
import { FORUM_PROFILES, PROFILES, type Profile } from '../profiles.ts';
import { type ForumLoad, type ForumRequest, packRequests } from '../verdict/forum-record.ts';
import {
  type DeploymentRecord,
  type OrderLoad,
  type Outcome,
  RECORD_VERSION,
  type RunRecord,
  type ServiceSnapshot,
  type Snapshot,
  type StageRecord,
  type TaskSnapshot,
} from '../verdict/record.ts';

export const START_MS = Date.UTC(2026, 0, 1);
const INSTANCE = 'i-0000000000000000a';

export function outcome(n: number, change: Partial<Outcome> = {}): Outcome {
  return {
    id: `id-${n}`,
    path: '/order/',
    sentAtMs: START_MS + n * 8,
    latencyMs: 5,
    status: 200,
    error: null,
    ...change,
  };
}

export function outcomes(count: number, change: Partial<Outcome> = {}): Outcome[] {
  return Array.from({ length: count }, (_, n) => outcome(n, change));
}

export function task(n: number, change: Partial<TaskSnapshot> = {}): TaskSnapshot {
  return {
    arn: `arn:task/${n}`,
    pid: 1_000 + n,
    address: '127.20.0.1',
    hostPort: 40_000 + n,
    containerPort: 5_000,
    instanceId: INSTANCE,
    taskDefinition: 'monolith:1',
    ...change,
  };
}

export function snapshot(tasks: readonly TaskSnapshot[], served: number, change: Partial<Snapshot> = {}): Snapshot {
  const service: ServiceSnapshot = {
    cluster: 'main',
    name: 'monolith',
    launchType: 'EC2',
    desiredCount: tasks.length,
    runningCount: tasks.length,
    taskDefinition: 'monolith:1',
    tasks,
  };
  return {
    label: 'monolith',
    atMs: START_MS,
    services: [service],
    instances: [{ id: INSTANCE, zone: 'us-east-1a', portRange: [32_768, 60_999] }],
    served: Object.fromEntries(tasks.map((t) => [`${t.instanceId}:${t.hostPort}`, served])),
    ...change,
  };
}

export function stage(change: Partial<StageRecord> = {}): StageRecord {
  const tasks = [task(1), task(2)];
  return {
    name: 'monolith',
    startedAtMs: START_MS,
    steadyAtMs: START_MS + 1_000,
    problem: null,
    steady: snapshot(tasks, 1),
    leaving: snapshot(tasks, 50),
    ...change,
  };
}

export function deployment(change: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    id: 'ecs-svc/1',
    service: 'monolith',
    taskDefinition: 'monolith:1',
    desiredCount: 2,
    failedTasks: 0,
    rolloutState: 'COMPLETED',
    reason: 'ECS deployment ecs-svc/1 completed.',
    firstSeenMs: START_MS,
    lastSeenMs: START_MS + 10_000,
    ...change,
  };
}

/** Of the run, or, by the same names, of its orders. */
export type RecordChange = Partial<RunRecord> & Partial<OrderLoad>;

/** A run that passes: 1,000 orders, each fulfilled once. */
export function record(change: RecordChange = {}): RunRecord {
  const { scenario, profile, signed, generator, outcomes: sent, ledger, ...run } = change;
  const orders = orderLoad({
    ...(scenario ? { scenario } : {}),
    ...(profile ? { profile } : {}),
    ...(signed === undefined ? {} : { signed }),
    ...(generator ? { generator } : {}),
    ...(sent ? { outcomes: sent } : {}),
    ...(ledger ? { ledger } : {}),
  });
  return {
    version: RECORD_VERSION,
    system: 'logistics',
    target: 'plane',
    startedAtMs: START_MS,
    endedAtMs: START_MS + 10_000,
    clockRate: 10,
    environment: { platform: 'linux', cores: 2, memoryMiB: 4_096, node: '24.0.0', k6: '1.1.0' },
    orders,
    forum: null,
    stages: [stage()],
    deployments: [deployment()],
    samples: [1, 2, 3, 4].map((n) => ({
      atMs: START_MS + n * 1_000,
      running: { monolith: 2 },
      generatorCores: n === 1 ? null : 0.2,
    })),
    events: [],
    drill: null,
    blueGreen: null,
    fidelity: [],
    interrupted: false,
    ...run,
  };
}

const GENERATOR = {
  exitCode: 105,
  droppedIterations: 0,
  startedAtMs: START_MS,
  endedAtMs: START_MS + 9_000,
  problem: null,
};

export function orderLoad(change: Partial<OrderLoad> = {}): OrderLoad {
  const sent = change.outcomes ?? outcomes(1_000);
  const ids = sent.map((o) => o.id);
  return {
    scenario: 'orders',
    profile: PROFILES['rehearsal'] as Profile,
    signed: true,
    generator: GENERATOR,
    outcomes: sent,
    ledger: {
      available: true,
      stored: ids,
      effects: Object.fromEntries(ids.map((id) => [id, 1])),
      deliveries: [],
    },
    ...change,
  };
}

export function request(n: number, change: Partial<ForumRequest> = {}): ForumRequest {
  const sentAtMs = change.sentAtMs ?? START_MS + n * 5;
  return {
    path: '/api/threads',
    sentAtMs,
    endedAtMs: sentAtMs + 4,
    latencyMs: 3,
    status: 200,
    failedCheck: null,
    version: 'threads/latest',
    error: null,
    ...change,
  };
}

export function requests(count: number, change: Partial<ForumRequest> = {}): ForumRequest[] {
  return Array.from({ length: count }, (_, n) => request(n, change));
}

export function forumLoad(sent: readonly ForumRequest[], change: Partial<ForumLoad> = {}): ForumLoad {
  return {
    profile: FORUM_PROFILES['rehearsal'] as Profile,
    generator: GENERATOR,
    requests: packRequests(sent, START_MS),
    ...change,
  };
}

/** A run of the forum alone that passes: 1,000 requests. */
export function forumRecord(
  sent: readonly ForumRequest[] = requests(1_000),
  change: Partial<RunRecord> = {},
): RunRecord {
  return { ...record(), system: 'forum', orders: null, forum: forumLoad(sent), ...change };
}
