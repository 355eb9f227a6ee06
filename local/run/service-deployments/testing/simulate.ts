/** A service deployment over revisions and hooks that are only told to be so, decided until it is over. */
import fc from 'fast-check';
import type { DeploymentStrategy } from '../../../topology.ts';
import { answered, withHook } from '../decide-hooks.ts';
import { decideStage } from '../decide-stage.ts';
import { hooksOf, isOver, type ServiceDeployment } from '../service-deployment.ts';
import type { Observed, RevisionObserved } from '../step.ts';

type Trouble = 'alarm' | 'breaker' | 'ROLLBACK' | 'ABORT';

export interface World {
  readonly strategy: DeploymentStrategy;
  readonly hasBlue: boolean;
  /** What hooks answer, one after another; then SUCCEEDED. */
  readonly answers: readonly unknown[];
  readonly troubles: readonly { readonly atMs: number; readonly what: Trouble; readonly rollsBack: boolean }[];
  readonly step: number | null;
  /** Until green is healthy. */
  readonly startMs: number;
}

const STAGES_OF_HOOKS = [
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
] as const;
const minutes = fc.integer({ min: 0, max: 30 });
const hooks = fc.array(
  fc.record({
    functionArn: fc.constantFrom('arn:aws:lambda:r:1:function:a', 'arn:aws:lambda:r:1:function:b'),
    roleArn: fc.constant('role'),
    stages: fc.uniqueArray(fc.constantFrom(...STAGES_OF_HOOKS), { minLength: 1 }),
    details: fc.constant(null),
  }),
  { maxLength: 2 },
);
const tenths = (from: number): fc.Arbitrary<number> => fc.integer({ min: from, max: 1000 }).map((n) => n / 10);
export const strategies: fc.Arbitrary<DeploymentStrategy> = fc
  .record({
    kind: fc.constantFrom('BLUE_GREEN', 'LINEAR', 'CANARY'),
    bakeTimeMinutes: minutes,
    hooks,
    intervalMinutes: minutes,
    linear: tenths(30),
    canary: tenths(1),
  })
  .map(({ kind, bakeTimeMinutes, hooks: own, intervalMinutes, linear, canary }): DeploymentStrategy => {
    const common = { bakeTimeMinutes, hooks: own };
    if (kind === 'LINEAR')
      return { ...common, type: 'LINEAR', routing: { type: 'TimeBasedLinear', percentage: linear, intervalMinutes } };
    if (kind === 'CANARY')
      return { ...common, type: 'CANARY', routing: { type: 'TimeBasedCanary', percentage: canary, intervalMinutes } };
    return { ...common, type: 'BLUE_GREEN', routing: { type: 'AllAtOnce' } };
  });

export const worlds: fc.Arbitrary<World> = fc
  .record({
    strategy: strategies,
    hasBlue: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    answers: fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constant({ hookStatus: 'SUCCEEDED' }) },
        {
          weight: 2,
          arbitrary: fc.record({
            hookStatus: fc.constant('IN_PROGRESS'),
            callBackDelay: fc.integer({ min: 0, max: 300 }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom({ hookStatus: 'FAILED' }, { hookStatus: 'WHAT' }, null, 'yes', [], {}),
        },
      ),
      { maxLength: 6 },
    ),
    troubles: fc.array(
      fc.record({
        atMs: fc.integer({ min: 0, max: 3_600_000 }),
        what: fc.constantFrom<Trouble>('alarm', 'breaker', 'ROLLBACK', 'ABORT'),
        rollsBack: fc.boolean(),
      }),
      { maxLength: 1 },
    ),
    startMs: fc.integer({ min: 0, max: 600_000 }),
  })
  .map((world) => ({
    ...world,
    step: world.strategy.routing.type === 'TimeBasedLinear' ? world.strategy.routing.percentage : null,
  }));

function deploymentOf({ strategy, hasBlue }: World): ServiceDeployment {
  return {
    id: 'd',
    arn: 'arn:d',
    serviceArn: 'arn:aws:ecs:r:1:service/c/s',
    strategy,
    status: 'PENDING',
    statusReason: null,
    createdAtMs: 0,
    updatedAtMs: 0,
    finishedAtMs: null,
    stoppedAtMs: null,
    green: { id: 'ecs-svc/2', taskDefinitionArn: 't:2' },
    blue: hasBlue ? { id: 'ecs-svc/1', taskDefinitionArn: 't:1' } : null,
    pairs: [{ blueGroupArn: 'b', greenGroupArn: 'g', productionRuleArn: 'p', testRuleArn: 't' }],
    stage: 'PRE_SCALE_UP',
    stageSinceMs: 0,
    worked: false,
    hooks: hooksOf(strategy, 'PRE_SCALE_UP'),
    shift: { percent: 0, nextAtMs: null },
    tested: false,
    bakeUntilMs: null,
    rollback: null,
    stop: null,
    triggeredAlarms: [],
  };
}

const TASKS = 2;
/** How far time goes where nothing is to be done. */
const LOOK_MS = 20_000;
const MAX_LOOKS = 10_000;

export function simulate(world: World) {
  let d = deploymentOf(world);
  let nowMs = 0;
  let [greenFrom, greenTasks, blueTasks] = [null as number | null, 0, world.hasBlue ? TASKS : 0];
  let [answer, hookFailed, alarmed, shiftedAtMs] = [0, false, false, null as number | null];
  const ending = { blue: false, green: false };
  const shifts: { percent: number; inRollback: boolean }[] = [];
  const ended: { side: string; atMs: number }[] = [];

  const side = (tasks: number, healthy: boolean, draining: boolean, scaled: boolean): RevisionObserved => ({
    steady: healthy,
    draining,
    scaled,
    desiredCount: scaled && !draining ? TASKS : 0,
    healthyTargets: healthy ? tasks : 0,
    failedTasks: 0,
    tasks,
  });
  function observe(): Observed {
    const now = world.troubles.filter(({ atMs }) => atMs <= nowMs && greenFrom !== null);
    const on = (what: Trouble): boolean => now.some((one) => one.what === what);
    const rollsBack = now.some((one) => one.rollsBack);
    const stop = on('ROLLBACK') ? 'ROLLBACK' : on('ABORT') ? 'ABORT' : null;
    if (stop && d.stage !== 'CLEAN_UP' && !isOver(d) && d.rollback === null) d = { ...d, stop };
    if (on('alarm') && d.stage !== 'CLEAN_UP' && !isOver(d)) alarmed = true;
    const isUp = greenFrom !== null && nowMs >= greenFrom + world.startMs;
    return {
      nowMs,
      freshId: (index) => `${nowMs}-${index}`,
      blue: world.hasBlue ? side(blueTasks, true, ending.blue, true) : null,
      green: side(greenTasks, isUp, ending.green, greenFrom !== null),
      leftovers: { tasks: 0, draining: true },
      productionRoutes: 1,
      testRoutes: 1,
      tripped: on('breaker'),
      alarms: on('alarm') ? ['errors'] : [],
      rollsBackOn: { breaker: rollsBack, alarms: rollsBack },
    };
  }

  let looks = 0;
  for (; looks < MAX_LOOKS && !isOver(d); looks++) {
    const step = decideStage(d, observe());
    if (step === null) {
      nowMs += LOOK_MS;
      if (ending.green) greenTasks = 0;
      if (ending.blue) blueTasks = 0;
      continue;
    }
    const before = d;
    d = { ...d, ...step.patch };
    for (const effect of step.effects ?? []) {
      if (effect.do === 'scale-up') [greenFrom, greenTasks] = [nowMs, TASKS];
      if (effect.do === 'shift' && effect.percent !== effect.from)
        shifts.push({ percent: effect.percent, inRollback: d.rollback !== null });
      if (effect.do === 'shift' && effect.percent === 100) shiftedAtMs = nowMs;
      if (effect.do === 'end') {
        ending[effect.side] = true;
        ended.push({ side: effect.side, atMs: nowMs });
      }
      if (effect.do !== 'invoke') continue;
      const payload = answer < world.answers.length ? world.answers[answer++] : { hookStatus: 'SUCCEEDED' };
      const result = { requestId: 'r', outcome: 'returned', payload, error: null, durationMs: 1, logTail: '' } as const;
      const hook = d.hooks[effect.index]!;
      const change = answered(hook, result, nowMs);
      if (change.status === 'FAILED' && before.rollback === null) hookFailed = true;
      d = { ...d, hooks: withHook(d.hooks, effect.index, change) };
    }
  }
  return {
    end: d,
    isOver: isOver(d),
    looks,
    shifts,
    ended,
    shiftedAtMs,
    hookFailed,
    alarmed,
    greenTasks,
    blueTasks,
    strategy: world.strategy,
  };
}
