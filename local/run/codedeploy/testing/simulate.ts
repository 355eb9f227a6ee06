/**
 * A deployment run to its end against a model of ECS and the load balancer: what happens to it is a script, time jumps
 * from one due moment to the next. Every step is watched: what must never happen ends the simulation with an error.
 */
import { LIFECYCLE_EVENTS } from '../../contracts-delivery.ts';
import { rollbackOf } from '../create-deployment.ts';
import { decideStep, dueAtMs } from '../decide-step.ts';
import { currentEvent, type DeploymentRecord, eventOf, isOver, pairWeights } from '../deployment.ts';
import type { Effect, Observed, Step } from '../step.ts';
import { BLUE, GREEN, record as newRecord } from './builders.ts';

export interface Script {
  readonly record: Partial<DeploymentRecord>;
  /** Null: green never becomes healthy. */
  readonly greenHealthyAfterMs: number | null;
  /** Green's tasks fail at this time, and come back after the given time, if at all. */
  readonly greenFails: { readonly atMs: number; readonly forMs: number | null } | null;
  readonly blueFails: { readonly atMs: number; readonly forMs: number | null } | null;
  /** What each hook that runs reports, after how long; null: it never reports. */
  readonly hook: { readonly afterMs: number; readonly status: 'Succeeded' | 'Failed' } | null;
  readonly alarmAtMs: number | null;
  readonly stop: { readonly atMs: number; readonly autoRollback: boolean | null } | null;
  readonly continueReadyAtMs: number | null;
  readonly endBlueAtMs: number | null;
  readonly groupGoneAtMs: number | null;
}

export const QUIET: Script = {
  record: {},
  greenHealthyAfterMs: 20_000,
  greenFails: null,
  blueFails: null,
  hook: { afterMs: 1000, status: 'Succeeded' },
  alarmAtMs: null,
  stop: null,
  continueReadyAtMs: null,
  endBlueAtMs: null,
  groupGoneAtMs: null,
};

export interface Outcome {
  /** Oldest first: the deployment, then its rollback. */
  readonly records: readonly DeploymentRecord[];
  /** Green's share of production over time. */
  readonly shares: readonly { readonly atMs: number; readonly percent: number }[];
  readonly test: 'blue' | 'green';
  readonly primary: 'blue' | 'green';
  readonly sets: readonly ('blue' | 'green')[];
  readonly endedAtMs: number;
}

const DESIRED = 2;
const MAX_STEPS = 2000;
const IDLE_MS = 600_000;
const DRAIN_MS = 5000;

interface Model {
  nowMs: number;
  greenPercent: number;
  test: 'blue' | 'green';
  primary: 'blue' | 'green';
  greenMadeAtMs: number | null;
  ends: { blue: number | null; green: number | null };
  gone: { blue: boolean; green: boolean };
  shares: { atMs: number; percent: number }[];
}

/** @throws Error that says what must not have happened */
export function simulate(script: Script): Outcome {
  const model: Model = {
    nowMs: 0,
    greenPercent: 0,
    test: 'blue',
    primary: 'blue',
    greenMadeAtMs: null,
    ends: { blue: null, green: null },
    gone: { blue: false, green: true },
    shares: [],
  };
  const records: DeploymentRecord[] = [];
  let record = newRecord(script.record);
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    record = happen(record, script, model);
    const observed = observe(record, script, model);
    const step = decideStep(record, observed);
    if (step === null) {
      model.nowMs = nextMoment(record, script, model);
      continue;
    }
    watch(record, step, observed);
    const next = { ...record, ...step.patch };
    record = { ...next, ...(step.effect ? perform(next, step.effect, observed, model) : {}) };
    if (!isOver(record)) continue;
    records.push(record);
    if (!step.rollback) {
      const sets = (['blue', 'green'] as const).filter((side) => !model.gone[side]);
      return { records, shares: model.shares, test: model.test, primary: model.primary, sets, endedAtMs: model.nowMs };
    }
    record = rollbackOf(record, { id: 'd-BBBBBBBBB', nowMs: model.nowMs, good: null, blue: undefined });
  }
  throw new Error(`no end after ${MAX_STEPS} steps: ${record.status} ${currentEvent(record)?.name}`);
}

const within = (fails: Script['greenFails'], nowMs: number): boolean =>
  fails !== null && nowMs >= fails.atMs && (fails.forMs === null || nowMs < fails.atMs + fails.forMs);

/** What comes from outside by now. */
function happen(record: DeploymentRecord, script: Script, model: Model): DeploymentRecord {
  let next = record;
  for (const side of ['blue', 'green'] as const) {
    const endMs = model.ends[side];
    if (endMs !== null && model.nowMs >= endMs) model.gone[side] = true;
  }
  const user = record.creator === 'user';
  const running = currentEvent(record);
  if (user && running?.hook && running.startedAtMs !== null && script.hook && record.hook.answer === null)
    if (model.nowMs >= running.startedAtMs + script.hook.afterMs)
      next = { ...next, hook: { answer: script.hook.status, lost: null } };
  if (user && script.stop && model.nowMs >= script.stop.atMs)
    next = { ...next, stop: { autoRollback: script.stop.autoRollback } };
  if (record.status === 'Ready' && script.continueReadyAtMs !== null && model.nowMs >= script.continueReadyAtMs)
    next = { ...next, continued: true, status: 'InProgress', readyUntilMs: null };
  if (running === null && script.endBlueAtMs !== null && model.nowMs >= script.endBlueAtMs)
    next = { ...next, endBlueNow: true };
  return next;
}

function observe(record: DeploymentRecord, script: Script, model: Model): Observed {
  const { nowMs } = model;
  const greenUp =
    script.greenHealthyAfterMs !== null &&
    model.greenMadeAtMs !== null &&
    nowMs >= model.greenMadeAtMs + script.greenHealthyAfterMs &&
    !within(script.greenFails, nowMs);
  const side = (name: 'blue' | 'green', up: boolean): Observed['blue'] =>
    model.gone[name]
      ? null
      : {
          steady: up,
          draining: model.ends[name] !== null,
          desiredCount: DESIRED,
          healthyTargets: up ? DESIRED : 0,
          failedTasks: 0,
        };
  return {
    nowMs,
    freshId: `execution-${nowMs}`,
    group: script.groupGoneAtMs === null || nowMs < script.groupGoneAtMs,
    service: true,
    blue: side('blue', !within(script.blueFails, nowMs)),
    green: side('green', greenUp),
    leftovers: 0,
    blueServes: model.greenPercent < 100,
    productionRoutes: 1,
    testRoutes: record.settings.testListenerArns.length,
    greenPercent: model.greenPercent,
    alarms: { active: script.alarmAtMs !== null && nowMs >= script.alarmAtMs ? ['errors'] : [], unknown: [] },
  };
}

function perform(
  record: DeploymentRecord,
  effect: Effect,
  observed: Observed,
  model: Model,
): Partial<DeploymentRecord> {
  const move = (percent: number): void => {
    const weights = pairWeights(record, percent);
    if ((weights[BLUE.arn] ?? 0) + (weights[GREEN.arn] ?? 0) !== 100) throw new Error('the weights do not sum to 100');
    if (percent > model.greenPercent && !observed.green?.healthyTargets)
      throw new Error('traffic went to a dead green');
    if (percent < model.greenPercent && !observed.blue?.healthyTargets) throw new Error('traffic went to a dead blue');
    model.greenPercent = percent;
    model.shares.push({ atMs: model.nowMs, percent });
  };
  switch (effect.do) {
    case 'associate-green':
      return { before: { production: [], test: [] } };
    case 'create-green':
      model.greenMadeAtMs = model.nowMs;
      model.gone.green = false;
      return { green: { ...record.green, taskSetId: 'ecs-svc/2' } };
    case 'test-to-green':
      if (!observed.green?.healthyTargets) throw new Error('test traffic went to a dead green');
      model.test = 'green';
      return {};
    case 'shift':
      move(effect.greenPercent);
      return {};
    case 'make-green-primary':
      model.primary = 'green';
      return {};
    case 'restore':
      if (model.greenPercent !== 0) move(0);
      model.test = 'blue';
      model.primary = 'blue';
      return {};
    case 'end':
      if ((model.greenPercent === 100 ? 'green' : 'blue') === effect.side)
        throw new Error('the side that serves ended');
      if (effect.side === model.primary) throw new Error('the primary task set ended');
      if (effect.side === 'blue') watchRetention(record, model);
      model.ends[effect.side] = model.nowMs + DRAIN_MS;
      return {};
    case 'invoke':
      return {};
  }
}

function watchRetention(record: DeploymentRecord, { nowMs }: Model): void {
  if (eventOf(record, 'AfterAllowTraffic').status !== 'Succeeded') throw new Error('blue ended before its time');
  if (record.endBlueNow) return;
  const shiftedAtMs = eventOf(record, 'AllowTraffic').endedAtMs ?? Number.POSITIVE_INFINITY;
  if (nowMs < shiftedAtMs + record.settings.blueTermination.waitMinutes * 60_000)
    throw new Error('blue ended before its wait was over');
}

/** An event begins only when those before it are over, and at no time run two. */
function watch(record: DeploymentRecord, step: Step, { nowMs }: Observed): void {
  const events = step.patch.lifecycleEvents;
  if (!events || step.patch.completedAtMs !== undefined) return;
  LIFECYCLE_EVENTS.forEach((name, index) => {
    const was = record.lifecycleEvents[index];
    const is = events[index];
    if (was?.name !== name || is?.name !== name) throw new Error('the events are not in their order');
    if (was.status !== 'Pending' || is.status === 'Pending') return;
    const open = record.lifecycleEvents
      .slice(0, index)
      .find((e) => e.status === 'Pending' || e.status === 'InProgress');
    if (open) throw new Error(`${name} began while ${open.name} was ${open.status}`);
    if (is.startedAtMs !== nowMs) throw new Error(`${name} began at ${is.startedAtMs}, not now`);
  });
}

function nextMoment(record: DeploymentRecord, script: Script, model: Model): number {
  const running = currentEvent(record);
  const moments = [
    dueAtMs(record),
    script.greenHealthyAfterMs === null || model.greenMadeAtMs === null
      ? null
      : model.greenMadeAtMs + script.greenHealthyAfterMs,
    ...[script.greenFails, script.blueFails].flatMap((f) =>
      f ? [f.atMs, f.forMs === null ? null : f.atMs + f.forMs] : [],
    ),
    running?.hook && running.startedAtMs !== null && script.hook ? running.startedAtMs + script.hook.afterMs : null,
    script.alarmAtMs,
    script.stop?.atMs ?? null,
    script.continueReadyAtMs,
    script.endBlueAtMs,
    script.groupGoneAtMs,
    model.ends.blue,
    model.ends.green,
  ].filter((moment) => moment !== null && moment > model.nowMs);
  return Math.min(model.nowMs + IDLE_MS, ...(moments as number[]));
}
