import test from 'ava';
import fc from 'fast-check';
import { decideTracking, LOW_DATAPOINTS, type TrackingInput } from './decide-tracking.ts';

const input = (change: Partial<TrackingInput> = {}): TrackingInput => ({
  targetValue: 50,
  disableScaleIn: false,
  datapoints: [],
  runningCount: 2,
  highAlarm: 'high',
  lowAlarm: 'low',
  ...change,
});
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

/** ceil(running × newest ÷ target), by hand. Source: AAS target-tracking-scaling-policy-overview. */
for (const [running, datapoints, capacity] of [
  [2, [61.2, 74, 80.1], 4], // 2 × 80.1 ÷ 50 = 3.204
  [2, [51, 51, 51], 3], // 2.04
  [4, [100, 100, 100], 8], // 8 exactly
  [3, [90, 80, 66.6], 4], // 3.996
  [10, [50.1, 50.1, 50.1], 11], // 10.02
  [1, [900, 900, 900], 18],
] as const)
  test(`out: ${running} tasks at ${datapoints.join(', ')} of 50 → ${capacity}`, (t) => {
    const vote = decideTracking(input({ runningCount: running, datapoints }));
    t.like(vote, { direction: 'out', capacity, base: running, alarmName: 'high' });
    t.is(vote.why, `3 of 3 datapoints above 50: ${datapoints.join(', ')}`);
  });

/** Below 45 (90 % of 50) for 15 minutes; by the highest of them. */
for (const [running, datapoints, capacity] of [
  [8, times(15, 10), 2], // 1.6
  [8, times(15, 44.9), 8], // 7.184: nothing to take away
  [6, [...times(14, 5), 40], 5], // 4.8
  [6, [40, ...times(14, 5)], 5], // the highest, wherever it is
  [3, times(15, 0), 0],
] as const)
  test(`in: ${running} tasks at ${datapoints[0]}…${datapoints.at(-1)} → ${capacity}`, (t) => {
    const vote = decideTracking(input({ runningCount: running, datapoints }));
    t.like(vote, { direction: 'in', capacity });
    t.regex(vote.why, /^15 of 15 datapoints below 45: /);
  });

for (const [name, change] of [
  ['two datapoints above are not three', { datapoints: [40, 60, 60] }],
  ['on the target is not above it', { datapoints: [50, 50, 50] }],
  ['a missing minute among the three', { datapoints: [60, null, 60] }],
  ['a missing newest minute', { datapoints: [60, 60, 60, null] }],
  ['fourteen low datapoints', { datapoints: times(14, 1) }],
  ['a missing minute among the fifteen', { datapoints: [...times(7, 1), null, ...times(7, 1)] }],
  ['between 90 % and the target', { datapoints: times(15, 46) }],
  ['exactly 90 % of the target', { datapoints: times(15, 45) }],
  ['nothing measured', { datapoints: [] }],
] as const)
  test(`hold: ${name}`, (t) => {
    t.like(decideTracking(input(change)), { direction: 'hold', code: null });
  });

test('hold: scale-in is disabled, scale-out is not', (t) => {
  t.is(decideTracking(input({ datapoints: times(15, 1), disableScaleIn: true })).direction, 'hold');
  t.is(decideTracking(input({ datapoints: times(15, 99), disableScaleIn: true })).direction, 'out');
});

test('hold: no running task to compute from', (t) => {
  t.like(decideTracking(input({ datapoints: times(3, 99), runningCount: 0 })), { code: 'NoRunningTask' });
});

const datapoints = fc.array(fc.option(fc.double({ min: 0, max: 500, noNaN: true })), { maxLength: 20 });

test('property: out only above the target in each of three minutes, never fewer than running; in only below in all fifteen', (t) => {
  fc.assert(
    fc.property(
      datapoints,
      fc.double({ min: 1, max: 200, noNaN: true }),
      fc.integer({ min: 0, max: 500 }),
      (points, targetValue, runningCount) => {
        const vote = decideTracking(input({ datapoints: points, targetValue, runningCount }));
        if (vote.direction === 'hold') return true;
        const count = vote.direction === 'out' ? 3 : LOW_DATAPOINTS;
        const seen = points.slice(-count);
        if (seen.length < count || seen.includes(null)) return false;
        const values = seen as number[];
        if (vote.direction === 'out') return values.every((v) => v > targetValue) && vote.capacity >= runningCount;
        // The smaller count would have held the target in every one of these minutes.
        const load = Math.max(...values) * runningCount;
        return vote.capacity <= runningCount && load <= vote.capacity * targetValue * (1 + 1e-9);
      },
    ),
    { numRuns: 20_000 },
  );
  t.pass();
});
