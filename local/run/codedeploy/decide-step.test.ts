import test from 'ava';
import fc from 'fast-check';
import type { TrafficRouting } from '../../topology.ts';
import { HOOK_EVENTS } from '../contracts-delivery.ts';
import { PREDEFINED_CONFIGS } from './configs.ts';
import { nextShift } from './decide-shift.ts';
import { decideStep, HOOK_TIMEOUT_MS, INSTALL_TIMEOUT_MS } from './decide-step.ts';
import { type DeploymentRecord, eventOf, isOver } from './deployment.ts';
import { ALL_ROLLBACKS, record } from './testing/builders.ts';
import { type Outcome, QUIET, type Script, simulate } from './testing/simulate.ts';

const MINUTE = 60_000;
const settings = (change: Partial<DeploymentRecord['settings']>): Partial<DeploymentRecord> => ({
  settings: { ...record().settings, ...change },
});
const noRollback = { enabled: false, events: [] };
const withHook = (event: (typeof HOOK_EVENTS)[number]): Partial<DeploymentRecord> => ({
  appSpec: { ...record().appSpec, hooks: { [event]: 'check' } },
});
const run = (change: Partial<Script>): Outcome => simulate({ ...QUIET, ...change });
const last = (outcome: Outcome): DeploymentRecord => outcome.records.at(-1) as DeploymentRecord;

// CD deployment-configurations, and custom ones: green's share, minutes after the shift begins.
const CONFIGURATIONS: readonly [string, TrafficRouting, readonly (readonly [minute: number, percent: number])[]][] = [
  ...PREDEFINED_CONFIGS.map(({ name, routing }): [string, TrafficRouting, readonly (readonly [number, number])[]] => [
    name,
    routing,
    expectedOf(name),
  ]),
  [
    'linear 30 % every 2 minutes',
    { type: 'TimeBasedLinear', percentage: 30, intervalMinutes: 2 },
    [
      [0, 30],
      [2, 60],
      [4, 90],
      [6, 100],
    ],
  ],
  [
    'canary 99 %, 1 minute',
    { type: 'TimeBasedCanary', percentage: 99, intervalMinutes: 1 },
    [
      [0, 99],
      [1, 100],
    ],
  ],
];

function expectedOf(name: string): readonly (readonly [number, number])[] {
  const linear = /Linear10PercentEvery(\d)Minutes/.exec(name)?.[1];
  if (linear) return Array.from({ length: 10 }, (_, i) => [i * Number(linear), (i + 1) * 10] as const);
  const canary = /Canary10Percent(\d+)Minutes/.exec(name)?.[1];
  if (canary)
    return [
      [0, 10],
      [Number(canary), 100],
    ];
  return [[0, 100]];
}

for (const [name, routing, steps] of CONFIGURATIONS)
  test(`${name} shifts ${steps.map(([minute, percent]) => `${percent} % at ${minute} min`).join(', ')}`, (t) => {
    const outcome = run({ record: { routing } });
    const startMs = outcome.shares[0]?.atMs ?? 0;
    t.deepEqual(
      outcome.shares.map(({ atMs, percent }) => [(atMs - startMs) / MINUTE, percent]),
      steps.map((step) => [...step]),
    );
    t.is(last(outcome).status, 'Succeeded');
    t.deepEqual([outcome.primary, outcome.test, outcome.sets], ['green', 'green', ['green']]);
  });

test('increments keep their distance to when they were due, not to when the clock was looked at', (t) => {
  const routing: TrafficRouting = { type: 'TimeBasedLinear', percentage: 10, intervalMinutes: 1 };
  t.deepEqual(nextShift(routing, { percent: 10, nextAtMs: MINUTE }, MINUTE + 400), {
    percent: 20,
    nextAtMs: 2 * MINUTE,
  });
  // Held up for longer than an interval: the next one is a whole interval away, not a burst.
  t.deepEqual(nextShift(routing, { percent: 10, nextAtMs: MINUTE }, 10 * MINUTE), {
    percent: 20,
    nextAtMs: 11 * MINUTE,
  });
});

test('a deployment without hooks: every event succeeds, blue ends five minutes after the shift', (t) => {
  const outcome = run({});
  t.true(last(outcome).lifecycleEvents.every((event) => event.status === 'Succeeded'));
  t.is(outcome.endedAtMs, 20_000 + 5 * MINUTE + 5000);
});

test('without a test listener the events of test traffic are skipped, with their hook', (t) => {
  const hooks = { ...record().appSpec, hooks: { AfterAllowTestTraffic: 'check' } };
  const outcome = run({ record: { ...settings({ testListenerArns: [] }), appSpec: hooks }, hook: null });
  t.is(eventOf(last(outcome), 'AllowTestTraffic').status, 'Skipped');
  t.is(eventOf(last(outcome), 'AfterAllowTestTraffic').status, 'Skipped');
  t.is(last(outcome).status, 'Succeeded');
});

for (const event of HOOK_EVENTS)
  test(`a hook at ${event} runs there, and its failure ends the deployment there`, (t) => {
    const passed = run({ record: withHook(event) });
    t.is(eventOf(last(passed), event).hook?.functionName, 'check');
    t.is(last(passed).status, 'Succeeded');
    const failed = run({ record: withHook(event), hook: { afterMs: 1000, status: 'Failed' } });
    const [deployment, rollback] = failed.records;
    t.is(deployment?.status, 'Failed');
    t.is(deployment?.error?.code, 'HOOK_EXECUTION_FAILURE');
    t.is(eventOf(deployment as DeploymentRecord, event).status, 'Failed');
    t.deepEqual([failed.primary, failed.test, failed.sets], ['blue', 'blue', ['blue']]);
    t.true(failed.shares.length === 0 || failed.shares.at(-1)?.percent === 0);
    // "A rollback is not possible at this point" (BeforeInstall).
    if (event === 'BeforeInstall') t.is(rollback, undefined);
    else t.is(rollback?.status, 'Succeeded');
  });

test('a hook that never reports fails the deployment after one hour', (t) => {
  const outcome = run({ record: withHook('AfterAllowTestTraffic'), hook: null });
  const [deployment, rollback] = outcome.records;
  const event = eventOf(deployment as DeploymentRecord, 'AfterAllowTestTraffic');
  t.is((event.endedAtMs ?? 0) - (event.startedAtMs ?? 0), HOOK_TIMEOUT_MS);
  t.regex(event.message ?? '', /did not report its status within one hour/);
  t.is(rollback?.status, 'Succeeded');
});

test('green that never becomes healthy fails the deployment after one hour; no traffic has moved', (t) => {
  const outcome = run({ greenHealthyAfterMs: null });
  t.is(outcome.records[0]?.error?.code, 'TIMEOUT');
  const install = eventOf(outcome.records[0] as DeploymentRecord, 'Install');
  t.is((install.endedAtMs ?? 0) - (install.startedAtMs ?? 0), INSTALL_TIMEOUT_MS);
  t.deepEqual(outcome.shares, []);
  t.deepEqual(outcome.sets, ['blue']);
});

test('an alarm stops the deployment and it is rolled back; without the event it stays as it is', (t) => {
  const canary = { routing: { type: 'TimeBasedCanary', percentage: 10, intervalMinutes: 5 } } as const;
  const alarms = { enabled: true, ignorePollAlarmFailure: false, names: ['errors'] };
  const rolledBack = run({ record: { ...canary, ...settings({ alarms }) }, alarmAtMs: MINUTE });
  t.deepEqual(
    rolledBack.records.map(({ status, error }) => [status, error?.code]),
    [
      ['Stopped', 'ALARM_ACTIVE'],
      ['Succeeded', undefined],
    ],
  );
  t.deepEqual(
    rolledBack.shares.map(({ percent }) => percent),
    [10, 0],
  );
  const left = run({ record: { ...canary, ...settings({ alarms, autoRollback: noRollback }) }, alarmAtMs: MINUTE });
  t.is(left.records.length, 1);
  t.deepEqual(left.sets, ['blue', 'green']);
  t.is(left.shares.at(-1)?.percent, 10);
});

test('an alarm that is in ALARM at the start stops the deployment before it touches anything', (t) => {
  const alarms = { enabled: true, ignorePollAlarmFailure: false, names: ['errors'] };
  const outcome = run({ record: settings({ alarms }), alarmAtMs: 0 });
  t.is(outcome.records.length, 1);
  t.is(last(outcome).error?.code, 'ALARM_ACTIVE');
  t.true(last(outcome).lifecycleEvents.every((event) => event.status === 'Skipped'));
});

for (const [autoRollback, events, rolls] of [
  [null, ALL_ROLLBACKS, true],
  [null, ['DEPLOYMENT_FAILURE'], false],
  [true, [], true],
  [false, ALL_ROLLBACKS, false],
] as const)
  test(`stop with autoRollback ${autoRollback} and ${events.length} rollback events ${rolls ? 'rolls back' : 'leaves everything'}`, (t) => {
    const outcome = run({
      record: {
        routing: { type: 'TimeBasedLinear', percentage: 20, intervalMinutes: 1 },
        ...settings({ autoRollback: { enabled: events.length > 0, events: [...events] } }),
      },
      stop: { atMs: 20_000 + 90_000, autoRollback },
    });
    t.is(outcome.records[0]?.status, 'Stopped');
    t.is(outcome.records.length, rolls ? 2 : 1);
    t.is(outcome.shares.at(-1)?.percent, rolls ? 0 : 40);
  });

test('STOP_DEPLOYMENT waits: continued it goes on, not continued it is stopped', (t) => {
  const ready = { actionOnTimeout: 'STOP_DEPLOYMENT', waitMinutes: 30 } as const;
  const continued = run({ record: settings({ ready }), continueReadyAtMs: 10 * MINUTE });
  t.is(continued.shares[0]?.atMs, 10 * MINUTE);
  t.is(last(continued).status, 'Succeeded');
  const stopped = run({ record: settings({ ready }) });
  t.is(last(stopped).status, 'Stopped');
  t.is(stopped.endedAtMs, 20_000 + 30 * MINUTE);
  t.deepEqual(stopped.shares, []);
});

test('ContinueDeployment TERMINATION_WAIT ends blue at once; KEEP_ALIVE never does', (t) => {
  t.is(run({ endBlueAtMs: MINUTE }).endedAtMs, MINUTE + 5000);
  const kept = run({ record: settings({ blueTermination: { action: 'KEEP_ALIVE', waitMinutes: 0 } }) });
  t.is(last(kept).status, 'Succeeded');
  t.deepEqual(kept.sets, ['blue', 'green']);
});

test('a shift waits while no green task is healthy, and goes on when one is', (t) => {
  const outcome = run({
    record: { routing: { type: 'TimeBasedLinear', percentage: 50, intervalMinutes: 1 } },
    greenFails: { atMs: 20_000 + 30_000, forMs: 10 * MINUTE },
  });
  t.deepEqual(
    outcome.shares.map(({ percent }) => percent),
    [50, 100],
  );
  t.is(outcome.shares[1]?.atMs, 20_000 + 30_000 + 10 * MINUTE);
});

test('a rollback waits while no blue task is healthy', (t) => {
  const outcome = run({
    record: { routing: { type: 'TimeBasedCanary', percentage: 10, intervalMinutes: 5 } },
    blueFails: { atMs: 40_000, forMs: 10 * MINUTE },
    stop: { atMs: 60_000, autoRollback: true },
  });
  t.is(last(outcome).status, 'Succeeded');
  t.deepEqual(outcome.shares.at(-1), { atMs: 40_000 + 10 * MINUTE, percent: 0 });
});

test('a group that is deleted stops its deployment and leaves the rest', (t) => {
  const outcome = run({
    groupGoneAtMs: 30_000,
    record: { routing: { type: 'TimeBasedCanary', percentage: 10, intervalMinutes: 5 } },
  });
  t.is(last(outcome).status, 'Stopped');
  t.is(last(outcome).error?.code, 'DEPLOYMENT_GROUP_MISSING');
  t.is(outcome.records.length, 1);
});

const minutes = fc.integer({ min: 0, max: 200 }).map((n) => n * 30_000);
const fails = fc.option(fc.record({ atMs: minutes, forMs: fc.option(minutes) }));
const routing: fc.Arbitrary<TrafficRouting> = fc.oneof(
  fc.constant({ type: 'AllAtOnce' as const }),
  fc.record({
    type: fc.constantFrom('TimeBasedCanary' as const, 'TimeBasedLinear' as const),
    percentage: fc.integer({ min: 1, max: 99 }),
    intervalMinutes: fc.integer({ min: 1, max: 30 }),
  }),
);
const scripts: fc.Arbitrary<Script> = fc.record({
  record: fc
    .record({
      routing,
      hooks: fc.dictionary(fc.constantFrom(...HOOK_EVENTS), fc.constant('check')),
      rollback: fc.subarray([...ALL_ROLLBACKS]),
      listeners: fc.constantFrom(record().settings.testListenerArns, []),
      wait: fc.integer({ min: 0, max: 120 }),
      action: fc.constantFrom('TERMINATE' as const, 'KEEP_ALIVE' as const),
      ready: fc.constantFrom('CONTINUE_DEPLOYMENT' as const, 'STOP_DEPLOYMENT' as const),
    })
    .map((r) => ({
      routing: r.routing,
      appSpec: { ...record().appSpec, hooks: r.hooks },
      ...settings({
        autoRollback: { enabled: r.rollback.length > 0, events: r.rollback },
        alarms: { enabled: true, ignorePollAlarmFailure: false, names: ['errors'] },
        blueTermination: { action: r.action, waitMinutes: r.wait },
        ready: { actionOnTimeout: r.ready, waitMinutes: r.wait },
        testListenerArns: r.listeners,
      }),
    })),
  greenHealthyAfterMs: fc.option(minutes, { freq: 8 }),
  greenFails: fails,
  blueFails: fails,
  hook: fc.option(fc.record({ afterMs: minutes, status: fc.constantFrom('Succeeded' as const, 'Failed' as const) })),
  alarmAtMs: fc.option(minutes),
  stop: fc.option(fc.record({ atMs: minutes, autoRollback: fc.option(fc.boolean()) })),
  continueReadyAtMs: fc.option(minutes),
  endBlueAtMs: fc.option(minutes),
  groupGoneAtMs: fc.option(minutes, { freq: 1 }),
});

test('property: every run ends, in order, with weights of 100, on living sides, blue kept for its wait', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(scripts, (script) => {
        const { records } = simulate(script);
        return records.every(isOver) && records.length <= 2;
      }),
      { numRuns: 5000 },
    ),
  );
});

test('property: a rollback that succeeds leaves traffic, test route and primary as they were, and only blue', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(scripts, (script) => {
        const { records, shares, primary, test: testRoute, sets } = simulate(script);
        if (records.at(-1)?.creator !== 'codeDeployRollback' || records.at(-1)?.status !== 'Succeeded') return true;
        const percent = shares.at(-1)?.percent ?? 0;
        return percent === 0 && primary === 'blue' && testRoute === 'blue' && sets.join() === 'blue';
      }),
      { numRuns: 5000 },
    ),
  );
});

test('a deployment that is over takes no step', (t) => {
  t.is(decideStep(record({ status: 'Succeeded' }), {} as never), null);
});
