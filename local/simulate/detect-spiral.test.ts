import test from 'ava';
import { detectSpirals, type SpiralMinute, type SpiralSettings } from './detect-spiral.ts';

const minute = (i: number, change: Partial<SpiralMinute> = {}): SpiralMinute => ({
  atMs: i * 60_000,
  desired: 10,
  running: 10,
  started: 0,
  killed: 0,
  neverHealthy: 0,
  held: null,
  ...change,
});
const settings = (change: Partial<SpiralSettings> = {}): SpiralSettings => ({
  graceSeconds: 60,
  startSeconds: 30,
  instanceSeconds: 0,
  intervalSeconds: 10,
  unhealthyThreshold: 2,
  maxCapacity: 20,
  scaleOutCooldownSeconds: 300,
  policies: 1,
  ...change,
});
const timeline = (...changes: Partial<SpiralMinute>[]): SpiralMinute[] =>
  [{}, ...changes, {}, {}, {}, {}].map((change, i) => minute(i, change));

test('a calm service, a deployment and a single sick task are no spirals', (t) => {
  t.deepEqual(detectSpirals(timeline({}, {}), settings()), []);
  t.deepEqual(detectSpirals(timeline({ started: 10 }, { started: 3 }), settings()), []);
  t.deepEqual(detectSpirals(timeline({ killed: 1, running: 9 }, { started: 1 }), settings()), []);
  t.deepEqual(detectSpirals([], settings()), []);
});

test('tasks that are ended faster than they come are one, with its numbers', (t) => {
  const [spiral, ...more] = detectSpirals(
    timeline({ killed: 4, running: 6 }, { killed: 4, started: 2, running: 4 }, { killed: 3, started: 2, running: 3 }),
    settings(),
  );
  t.is(more.length, 0);
  t.like(spiral, { fromMs: 60_000, killed: 11, started: 4, runningBefore: 10, lowestRunning: 3 });
  t.regex(spiral?.message ?? '', /ended 11 tasks while 4 began to serve: 10 → 3 running/);
});

const LOSING = [
  { killed: 4, running: 6 },
  { killed: 4, running: 4 },
  { killed: 3, running: 3 },
];
const first = (minutes: readonly Partial<SpiralMinute>[], change: Partial<SpiralSettings> = {}) =>
  detectSpirals(timeline(...minutes), settings(change))[0]?.suggestions ?? [];
const all = (change: Partial<SpiralMinute>) => LOSING.map((m) => ({ ...m, ...change }));

test('never healthy, and a grace period shorter than a start: the grace period', (t) => {
  const [suggestion] = first(
    LOSING.map((m) => ({ ...m, neverHealthy: m.killed })),
    { graceSeconds: 10, startSeconds: 45 },
  );
  t.like(suggestion, { setting: 'health_check_grace_period_seconds', value: 10, suggested: 70 });
});

test('at the maximum: max_capacity', (t) => {
  t.like(first(all({ held: 'maximum' }))[0], { setting: 'max_capacity', value: 20, suggested: 40 });
});

test('busy tasks are ended before scaling can help: the threshold, or with ten not enough, the interval', (t) => {
  // 180 s to ask, 30 s to start: 210 s
  t.like(first(LOSING, { intervalSeconds: 30 })[0], {
    setting: 'health_check.unhealthy_threshold',
    value: 2,
    suggested: 7,
  });
  t.like(first(LOSING), [
    { setting: 'health_check.unhealthy_threshold', suggested: 10 },
    { setting: 'health_check.interval', value: 10, suggested: 25 },
  ]);
  t.like(first(LOSING, { intervalSeconds: 30, instanceSeconds: 60 })[0], { suggested: 9 });
  t.deepEqual(first(LOSING, { intervalSeconds: 30, unhealthyThreshold: 7 }), []);
});

test('held back by the cooldown: the cooldown', (t) => {
  const suggestions = first(all({ held: 'cooldown' }), { intervalSeconds: 30, unhealthyThreshold: 10 });
  t.like(suggestions, [{ setting: 'scale_out_cooldown', value: 300, suggested: 60 }]);
});

test('a service that nothing scales: a scalable target', (t) => {
  t.deepEqual(
    first(LOSING, { maxCapacity: null }).map((s) => s.setting),
    ['aws_appautoscaling_target'],
  );
});

test('a scalable target without a policy: a policy, whatever else', (t) => {
  t.deepEqual(
    first(LOSING, { policies: 0, scaleOutCooldownSeconds: null }).map((s) => s.setting),
    ['aws_appautoscaling_policy'],
  );
});
