import test from 'ava';
import fc from 'fast-check';
import { CRITERIA } from '../criteria.ts';
import { record } from '../testing/records.ts';
import { START_MS, scaling } from '../testing/scaling.ts';
import { judge } from './judge.ts';
import type { Outcome, RunRecord } from './record.ts';
import { flapsOf, peakOf, portsReusedUnsafely, risesOf, scaledServices, stillChanged, turns } from './scaling.ts';
import type { ScalingRecord } from './scaling-record.ts';

const RATE = 20;
const order = (n: number, second: number, change: Partial<Outcome> = {}): Outcome => ({
  id: `order-${n}`,
  path: '/order/',
  sentAtMs: START_MS + second * 1_000,
  latencyMs: 40,
  status: 200,
  error: null,
  ...change,
});
const ORDERS = Array.from({ length: 1_200 }, (_, n) => order(n, n * 0.1));

function judged(change: Partial<ScalingRecord> = {}, run: { outcomes?: Outcome[]; events?: RunRecord['events'] } = {}) {
  const made = record({
    outcomes: run.outcomes ?? ORDERS,
    clockRate: RATE,
    ...(run.events ? { events: run.events } : {}),
  });
  const verdict = judge({ ...made, scaling: scaling(change) }, CRITERIA);
  const of = (name: string) => verdict.criteria.find((criterion) => criterion.name === name);
  return { verdict, of, value: (name: string) => of(name)?.value, word: (name: string) => of(name)?.verdict };
}

test('a run that scaled out and back passes every criterion, and tells its counts and decisions', (t) => {
  const events = [
    { atMs: START_MS + 17_000, subject: 'web', code: 'SCALED_OUT', message: '2 → 7', level: 'info' as const },
    { atMs: START_MS + 17_000, subject: 'web', code: 'TASKS_STARTED', message: 'five', level: 'info' as const },
  ];
  const { verdict, of } = judged({}, { events });
  for (const name of ['errors-before-scale-out', 'short-of-peak', 'not-as-before', 'scaling-flaps', 'capacity-limits'])
    t.like(of(name), { value: 0, verdict: 'PASS' }, name);
  t.is(of('latency-p95-scaled-out')?.value, 40);
  t.deepEqual(verdict.scaling, {
    service: 'web',
    tasks: { before: 2, peak: 7, after: 2 },
    instances: { before: 1, peak: 2, after: 1 },
    scaleOut: { minutes: 4.7, wallSeconds: 14 },
    scaleIn: { minutes: 27, wallSeconds: 81 },
    waits: [],
    decisions: [{ at: new Date(START_MS + 17_000).toISOString(), minute: 5.7, message: '2 → 7' }],
  });
});

test('times are minutes of control time: from the rise to the last task, from the fall to the counts of before', (t) => {
  const { value } = judged();
  // The rise begins after 6 s of the wall, the seventh task runs at 20 s; the fall begins at 39 s, all is back at 120 s.
  t.is(value('scale-out-minutes'), 4.667);
  t.is(value('scale-in-minutes'), 27);
});

for (const [what, change, name, expected] of [
  [
    'a peak without its tasks and instances',
    { expected: { peakTasks: 8, peakInstances: 3, returnMinutes: 5 } },
    'short-of-peak',
    2,
  ],
  ['counts that stay', { readings: scaling().readings.slice(0, -1), returnedAtMs: null }, 'not-as-before', 1],
  [
    'a service that goes in and out again at the peak',
    {
      readings: [
        ...scaling().readings.slice(0, 4),
        scaling().reading(25, 4, 4),
        scaling().reading(30, 7, 7),
        ...scaling().readings.slice(4),
      ],
    },
    'scaling-flaps',
    2,
  ],
] as const) {
  test(`fails: ${what}`, (t) => {
    const { value, word, verdict } = judged(change as Partial<ScalingRecord>);
    t.is(value(name), expected);
    t.is(word(name), 'FAIL');
    t.is(verdict.verdict, 'FAIL');
  });
}

test('a failed request while it has not scaled out yet fails; one from before the rise is another criterion’s', (t) => {
  const early = ORDERS.map((o, n) => (n === 10 ? { ...o, status: 503 } : o));
  t.is(judged({}, { outcomes: early }).value('errors-before-scale-out'), 0);
  const late = ORDERS.map((o, n) => (n === 100 ? { ...o, status: 503 } : o));
  t.is(judged({}, { outcomes: late }).value('errors-before-scale-out'), 1);
});

test('where nothing scaled, every count is without a sample and fails', (t) => {
  const still = scaling().readings.slice(0, 1);
  const { word, verdict } = judged({ readings: still, returnedAtMs: START_MS + 60_000 });
  t.is(word('scaling-flaps'), 'FAIL');
  t.is(word('short-of-peak'), 'FAIL');
  t.true(verdict.excluded.some((one) => one.name === 'scale-out-minutes'));
});

test('a scale-in right after a scale-out is a flap, however often the load turned', (t) => {
  const { phases, reading } = scaling();
  const teeth = [...phases, ...phases, ...phases];
  const at = (second: number, tasks: number) => reading(second, tasks, tasks);
  // Five minutes are 15 s of the wall.
  const hasty = [at(0, 2), at(20, 7), at(34, 4), at(60, 7), at(74, 2)];
  t.is(flapsOf({ phases: teeth, readings: hasty }, RATE), 2);
  const patient = [at(0, 2), at(20, 7), at(36, 4), at(60, 7), at(76, 2)];
  t.is(flapsOf({ phases: teeth, readings: patient }, RATE), 0);
});

test('what is left at the end is told by name; fewer than before is as good, none and missing ones are not', (t) => {
  const { reading } = scaling();
  const left = (...last: Parameters<typeof reading>) =>
    stillChanged({ readings: [reading(0, 4, 4, 2), reading(...last)] });
  t.deepEqual(left(9, 4, 4, 2), []);
  t.deepEqual(left(9, 2, 2, 1), []);
  t.deepEqual(left(9, 5, 5, 3), ['web', 'instances']);
  t.deepEqual(left(9, 4, 3, 2), ['web']);
  t.deepEqual(left(9, 0, 0, 0), ['web', 'instances']);
});

test('each rise of the load is looked at by itself, and one that brought nothing has no time', (t) => {
  const { phases, reading } = scaling();
  const second = phases.map((phase) => ({ ...phase, startMs: phase.startMs + 42_000, endMs: phase.endMs + 42_000 }));
  const readings = [reading(0, 2, 2), reading(15, 4, 2), reading(18, 4, 4), reading(60, 7, 4), reading(70, 7, 7)];
  const rises = risesOf({ phases: [...phases, ...second], readings });
  t.deepEqual(
    rises.map(({ grew, scaledOutMs, fromMs }) => [grew, scaledOutMs === null ? null : scaledOutMs - fromMs]),
    [
      [true, 12_000],
      [true, 22_000],
    ],
  );
  const [, idle] = risesOf({ phases: [...phases, ...second], readings: readings.slice(0, 3) });
  t.like(idle, { grew: false, scaledOutMs: null });
  const [short] = risesOf({ phases, readings: readings.slice(0, 2) });
  t.like(short, { grew: true, scaledOutMs: null });
});

test('a rise whose tasks never all ran fails for want of a time', (t) => {
  const { word } = judged({ readings: [...scaling().readings.slice(0, 3), ...scaling().readings.slice(5)] });
  t.is(word('scale-out-minutes'), 'FAIL');
});

test('a port is reused safely once nobody answers there any more', (t) => {
  const use = (taskArn: string, firstMs: number, lastMs: number) => ({
    ...{ taskArn, service: 'web', instanceId: 'i-a', hostPort: 40_000 },
    ...{ firstMs, lastMs },
  });
  t.deepEqual(portsReusedUnsafely([use('a', 0, 10), use('b', 11, 20)]), []);
  t.deepEqual(
    portsReusedUnsafely([use('b', 10, 20), use('a', 0, 10)]).map((u) => u.taskArn),
    ['b'],
  );
  t.deepEqual(portsReusedUnsafely([use('a', 0, 10), { ...use('b', 5, 20), instanceId: 'i-b' }]), []);
});

test('every port that was there for a while has answered; which had none is told, the young and the unwatched are not', (t) => {
  const { ports } = scaling();
  const [first, ...others] = ports.map((use) => ({ ...use, requests: 9 }));
  if (!first) return t.fail();
  const value = (...changed: typeof ports) =>
    judged({ ports: [...others, ...changed] }).of('host-ports-without-traffic');
  t.like(value(first), { value: 0, samples: 3, verdict: 'PASS' });
  t.like(value({ ...first, requests: 0 }), { value: 1, verdict: 'FAIL' });
  t.like(value({ ...first, requests: 0, lastMs: first.firstMs + 4_999 }), { value: 0, samples: 2 });
  t.like(value({ ...first, requests: null }), { value: 0, samples: 2 });
});

test('turns: none in what only rises or falls, and one fewer than there are runs', (t) => {
  t.is(turns([2, 2, 7, 7, 2]), 1);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      return (
        turns(sorted) === 0 &&
        turns(values) === turns(values.toReversed()) &&
        turns(values) <= Math.max(0, values.length - 2)
      );
    }),
    { numRuns: 10_000 },
  );
});

test('a run that was not about scaling leaves all of it out', (t) => {
  const verdict = judge(record({ outcomes: ORDERS }), CRITERIA);
  t.is(verdict.scaling, null);
  t.true(verdict.excluded.some((one) => one.name === 'scaling-flaps'));
  t.deepEqual(scaledServices(scaling()), ['web']);
  t.is(peakOf(scaling()).onInstances, true);
});
