/** Builders of blue/green steps and of the answers under them. */
import type { BlueGreenStep, LifecycleRecord, ShiftReading } from '../verdict/blue-green-record.ts';
import type { ForumRequest } from '../verdict/forum-record.ts';
import { request, START_MS } from './records.ts';

const DEPLOYMENT_ID = 'd-NEW000001';
export const GREEN_VERSION = 'threads/v2';
export const BLUE_VERSION = 'threads/latest';

/** Seconds of the run → wall ms. */
export const at = (seconds: number): number => START_MS + seconds * 1_000;

export function reading(seconds: number, change: Partial<ShiftReading> = {}): ShiftReading {
  return {
    atMs: at(seconds),
    beforeMs: at(seconds - 0.2),
    status: 'InProgress',
    rollbackStatus: null,
    greenPercent: 0,
    blueTasks: 2,
    greenTasks: 2,
    ...change,
  };
}

export function event(
  name: string,
  from: number,
  to: number | null,
  change: Partial<LifecycleRecord> = {},
): LifecycleRecord {
  return {
    deploymentId: DEPLOYMENT_ID,
    name,
    status: to === null ? 'InProgress' : 'Succeeded',
    startedAtMs: at(from),
    endedAtMs: to === null ? null : at(to),
    hook: null,
    message: null,
    ...change,
  };
}

/** A canary that succeeds: 10 % from second 10, all from second 40, blue gone at second 70 (clock rate 10: 300 s). */
export function canary(change: Partial<BlueGreenStep> = {}): BlueGreenStep {
  return {
    kind: 'deploy',
    fault: 'none',
    expectedGuards: [],
    service: 'threads',
    tag: 'v2',
    greenVersion: GREEN_VERSION,
    deploymentId: DEPLOYMENT_ID,
    application: 'threadsApp',
    group: 'threadsDG',
    config: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
    blueWaitMinutes: 5,
    startedAtMs: START_MS,
    faultAtMs: null,
    settledAtMs: at(71),
    problem: null,
    status: 'Succeeded',
    error: null,
    rollback: null,
    lifecycle: [
      event('BeforeAllowTraffic', 8, 9.9, { hook: 'CodeDeployHook_pre-traffic-hook' }),
      event('AllowTraffic', 10, 40),
      event('AfterAllowTraffic', 40, 40),
    ],
    readings: [
      reading(0, { beforeMs: null }),
      reading(10, { greenPercent: 10 }),
      reading(40, { greenPercent: 100 }),
      reading(42, { greenPercent: 100, status: 'Succeeded' }),
      reading(70.1, { greenPercent: 100, status: 'Succeeded', blueTasks: 0 }),
    ],
    taskDefinitionBefore: 'threads:1',
    taskDefinitionAfter: 'threads:2',
    ...change,
  };
}

/** A drill that its hook refused: back as it was after 3 s of wall time. */
export function refused(change: Partial<BlueGreenStep> = {}): BlueGreenStep {
  return canary({
    kind: 'drill',
    expectedGuards: ['hook'],
    tag: 'broken-500',
    greenVersion: 'threads/broken-500',
    status: 'Failed',
    error: { code: 'HOOK_EXECUTION_FAILURE', message: 'a hook answered Failed' },
    rollback: { deploymentId: 'd-BACK00001', status: 'Succeeded' },
    settledAtMs: at(12),
    lifecycle: [
      event('Install', 1, 5),
      event('BeforeAllowTraffic', 8, 9, {
        hook: 'CodeDeployHook_pre-traffic-hook',
        status: 'Failed',
        message: 'the hook answered Failed',
      }),
    ],
    readings: [
      reading(0, { beforeMs: null }),
      reading(9, { status: 'Failed', rollbackStatus: 'InProgress' }),
      reading(12, { status: 'Failed', rollbackStatus: 'Succeeded', greenTasks: 0 }),
    ],
    taskDefinitionAfter: 'threads:1',
    ...change,
  });
}

export interface Answers {
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
  /** Every n-th is answered by the new version; 0: none. */
  readonly greenEvery: number;
}

/** Answers of threads, evenly spread. */
export function answers(parts: readonly Answers[]): ForumRequest[] {
  return parts.flatMap(({ from, to, perSecond, greenEvery }) =>
    Array.from({ length: Math.round((to - from) * perSecond) }, (_, n) => {
      const sentAtMs = at(from) + (n * 1_000) / perSecond;
      const green = greenEvery > 0 && n % greenEvery === 0;
      return request(n, { sentAtMs, version: green ? GREEN_VERSION : BLUE_VERSION });
    }),
  );
}
