/** Builders of records for tests: a good run, and what to change of it. */
import { PROFILES, type Profile } from '../profiles.ts';
import {
  type DeploymentRecord,
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

/** A run that passes: 1,000 orders, each fulfilled once. */
export function record(change: Partial<RunRecord> = {}): RunRecord {
  const sent = change.outcomes ?? outcomes(1_000);
  const ids = sent.map((o) => o.id);
  return {
    version: RECORD_VERSION,
    scenario: 'orders',
    system: 'logistics',
    profile: PROFILES['rehearsal'] as Profile,
    signed: true,
    target: 'plane',
    startedAtMs: START_MS,
    endedAtMs: START_MS + 10_000,
    clockRate: 10,
    environment: { platform: 'linux', cores: 2, memoryMiB: 4_096, node: '24.0.0', k6: '1.1.0' },
    generator: {
      exitCode: 105,
      droppedIterations: 0,
      startedAtMs: START_MS,
      endedAtMs: START_MS + 9_000,
      problem: null,
    },
    outcomes: sent,
    stages: [stage()],
    deployments: [deployment()],
    samples: [1, 2, 3, 4].map((n) => ({
      atMs: START_MS + n * 1_000,
      running: { monolith: 2 },
      generatorCores: n === 1 ? null : 0.2,
    })),
    events: [],
    ledger: {
      available: true,
      stored: ids,
      effects: Object.fromEntries(ids.map((id) => [id, 1])),
      deliveries: [],
    },
    drill: null,
    fidelity: [],
    interrupted: false,
    ...change,
  };
}
