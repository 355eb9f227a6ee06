import test from 'ava';
import fc from 'fast-check';
import { request } from '../testing/records.ts';
import { answers, at, BLUE_VERSION, canary, event, GREEN_VERSION, reading, refused } from '../testing/shifts.ts';
import type { BlueGreenStep, Guard } from './blue-green-record.ts';
import { answersBeforeTraffic, blueKeptSeconds, failedAtMs, guardOf, phaseMixes, weightPhases } from './shift.ts';

test('a phase begins at the first reading of its weight and ends at the last one before the next', (t) => {
  const step = canary({
    readings: [
      reading(0, { beforeMs: null }),
      // Something else changed: the weight's phase goes on.
      reading(4, { greenTasks: 1 }),
      reading(10, { greenPercent: 10, beforeMs: at(9) }),
      reading(40, { greenPercent: 100, beforeMs: at(39.4) }),
    ],
  });
  t.deepEqual(weightPhases(step, at(60)), [
    { greenPercent: 0, fromMs: at(0), toMs: at(9) },
    { greenPercent: 10, fromMs: at(10), toMs: at(39.4) },
    { greenPercent: 100, fromMs: at(40), toMs: at(60) },
  ]);
});

test('before the deployment began the new version had nothing, whatever was read first', (t) => {
  const late = canary({
    startedAtMs: at(0),
    readings: [reading(3, { beforeMs: null }), reading(10, { greenPercent: 100 })],
  });
  t.is(weightPhases(late, at(20))[0]?.fromMs, at(0));
  const shifted = canary({ startedAtMs: at(0), readings: [reading(3, { beforeMs: null, greenPercent: 10 })] });
  t.is(weightPhases(shifted, at(20))[0]?.fromMs, at(3), 'what was read first need not have been so before');
});

test('a stretch in which the listener forwards to neither is no phase, and neither is one that was seen once', (t) => {
  const step = canary({
    readings: [
      reading(0, { beforeMs: null }),
      reading(5, { greenPercent: null, beforeMs: at(4) }),
      reading(6, { greenPercent: 50, beforeMs: at(5.5) }),
      reading(6.1, { greenPercent: 100, beforeMs: at(6) }),
    ],
  });
  t.deepEqual(
    weightPhases(step, at(10)).map((phase) => phase.greenPercent),
    [0, 100],
  );
});

test('shares are of the service alone, and of what lies wholly inside the phase', (t) => {
  const sent = [
    ...answers([
      { from: 0, to: 9, perSecond: 100, greenEvery: 0 },
      { from: 10, to: 39, perSecond: 100, greenEvery: 10 },
      { from: 40, to: 60, perSecond: 100, greenEvery: 1 },
    ]),
    // Begun under one weight, ended under another; another service; no answer; still in flight.
    request(1, { sentAtMs: at(9.5), endedAtMs: at(10.5), version: GREEN_VERSION }),
    request(2, { sentAtMs: at(20), version: 'users/latest' }),
    request(3, { sentAtMs: at(20), version: null, status: 502 }),
    request(4, { sentAtMs: at(20), endedAtMs: null, latencyMs: null, status: null, version: GREEN_VERSION }),
    // A service whose name only begins alike.
    request(5, { sentAtMs: at(20), version: 'threads-admin/latest' }),
  ];
  const mixes = phaseMixes(canary(), sent, at(60));
  t.deepEqual(
    mixes.map((m) => [m.greenPercent, m.answers, m.greenSharePercent]),
    [
      [0, 900, 0],
      [10, 2_900, 10],
      [100, 2_000, 100],
    ],
  );
});

test('answers of the new version count as early until traffic was allowed, and always where it never was', (t) => {
  const early = request(1, { sentAtMs: at(9), version: GREEN_VERSION });
  const late = request(2, { sentAtMs: at(11), version: GREEN_VERSION });
  const old = request(3, { sentAtMs: at(9), version: BLUE_VERSION });
  // Sent before, answered after: the weights had moved in between.
  const across = request(4, { sentAtMs: at(9.99), endedAtMs: at(10.01), version: GREEN_VERSION });
  const before = request(5, { sentAtMs: at(-1), version: BLUE_VERSION });
  t.deepEqual(answersBeforeTraffic(canary(), [early, late, old, across, before]), { answers: 2, green: 1 });
  const never = canary({ lifecycle: [event('BeforeAllowTraffic', 8, 9, { status: 'Failed', hook: 'h' })] });
  t.deepEqual(answersBeforeTraffic(never, [late]), { answers: 1, green: 1 });
  // A roll-back's AllowTraffic is not the deployment's own.
  const rollback = event('AllowTraffic', 5, 6, { deploymentId: 'd-BACK00001' });
  t.deepEqual(answersBeforeTraffic(canary({ lifecycle: [rollback] }), [late]), { answers: 1, green: 1 });
});

test('blue is kept from the last event until its last task is gone, in control seconds', (t) => {
  t.is(Math.round(blueKeptSeconds(canary(), 10) ?? 0), 301);
  t.is(blueKeptSeconds(canary({ readings: canary().readings.slice(0, -1) }), 10), null);
  t.is(blueKeptSeconds(canary({ lifecycle: [] }), 10), null);
});

const GUARDS: readonly (readonly [string, Partial<BlueGreenStep>, Guard | null])[] = [
  ['nothing, where it succeeded', { status: 'Succeeded', error: null }, null],
  ['nothing, while it is under way', { status: 'InProgress', error: null }, null],
  ['the hook', {}, 'hook'],
  ['an alarm', { status: 'Stopped', error: { code: 'ALARM_ACTIVE', message: '' } }, 'alarm'],
  ['a stop', { status: 'Stopped', error: { code: 'MANUAL_STOP', message: '' } }, 'stop'],
  [
    'the wait for its tasks',
    { lifecycle: [event('Install', 1, 5, { status: 'Failed', message: 'tasks failed to start' })] },
    'install',
  ],
  [
    "a hook's time-out",
    {
      lifecycle: [
        event('BeforeAllowTraffic', 8, 9, {
          status: 'Failed',
          hook: 'h',
          message: 'the function did not report its status within one hour.',
        }),
      ],
    },
    'hook-timeout',
  ],
  ['something else', { lifecycle: [event('AllowTraffic', 8, 9, { status: 'Failed' })] }, 'other'],
  [
    "not a failed event of the roll-back's",
    { lifecycle: [event('Install', 8, 9, { status: 'Failed', deploymentId: 'd-BACK00001' })] },
    'other',
  ],
];

for (const [title, change, guard] of GUARDS) {
  test(`taken back by ${title}`, (t) => {
    t.is(guardOf(refused(change)), guard);
  });
}

test('it failed when something was done to it, else at the last reading before it was seen failed', (t) => {
  t.is(failedAtMs(refused()), at(8.8));
  t.is(failedAtMs(refused({ faultAtMs: at(3) })), at(3));
  t.is(failedAtMs(canary()), null);
});

test('phases never overlap, are in order, and no answer is in two of them', (t) => {
  const readings = fc
    .array(fc.record({ gap: fc.integer({ min: 1, max: 30 }), percent: fc.constantFrom(null, 0, 10, 20, 100) }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((steps) => {
      let seconds = 0;
      return steps.map(({ gap, percent }) => {
        seconds += gap;
        return reading(seconds, { greenPercent: percent, beforeMs: at(seconds - 0.5) });
      });
    });
  fc.assert(
    fc.property(readings, (list) => {
      const step = canary({ readings: list });
      const phases = weightPhases(step, at(400));
      phases.forEach((phase, i) => {
        t.true(phase.fromMs < phase.toMs);
        const next = phases[i + 1];
        if (next) t.true(phase.toMs < next.fromMs);
      });
      const sent = answers([{ from: 0, to: 400, perSecond: 2, greenEvery: 3 }]);
      const counted = phaseMixes(step, sent, at(400)).reduce((sum, mix) => sum + mix.answers, 0);
      t.true(counted <= sent.length);
    }),
    { numRuns: 100 },
  );
});
