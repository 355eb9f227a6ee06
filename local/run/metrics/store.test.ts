import test from 'ava';
import fc from 'fast-check';
import { createManualClock } from '../clock.ts';
import { createMetricStore } from './store.ts';

const START_MS = Date.UTC(2026, 0, 1);
const base = { namespace: 'AWS/ApplicationELB', name: 'TargetResponseTime', dimensions: { LoadBalancer: 'app/x/1' } };
const minute = { startMs: START_MS, endMs: START_MS + 60_000, periodSeconds: 60 };

const storeOf = (maximumSeries?: number) => {
  const clock = createManualClock(START_MS);
  return { clock, store: createMetricStore({ clock, ...(maximumSeries ? { maximumSeries } : {}) }) };
};

test('statistics of one period', (t) => {
  const { store } = storeOf();
  for (const value of [1, 2, 3, 4]) store.put({ ...base, value });
  store.put({ ...base, value: 10, count: 6 });
  const read = (statistic: string) => store.query({ ...base, ...minute, statistic })[0]?.value;
  t.is(read('Sum'), 70);
  t.is(read('Average'), 7);
  t.is(read('Minimum'), 1);
  t.is(read('Maximum'), 10);
  t.is(read('SampleCount'), 10);
  t.true(Math.abs(read('p40')! - 4) <= 0.08);
  t.is(read('p100'), 10);
});

test('periods are aligned, and periods without samples are absent', (t) => {
  const { store } = storeOf();
  store.put({ ...base, value: 1, atMs: START_MS + 59_000 });
  store.put({ ...base, value: 1, atMs: START_MS + 60_000 });
  store.put({ ...base, value: 1, atMs: START_MS + 200_000 });
  const points = store.query({
    ...base,
    startMs: START_MS + 30_000,
    endMs: START_MS + 300_000,
    periodSeconds: 60,
    statistic: 'Sum',
  });
  t.deepEqual(
    points.map((p) => [(p.startMs - START_MS) / 1000, p.value]),
    [
      [0, 1],
      [60, 1],
      [180, 1],
    ],
  );
});

test('periods may begin anywhere: five minutes to the newest minute', (t) => {
  const { store } = storeOf();
  for (let minute = 0; minute < 12; minute++) store.put({ ...base, value: minute, atMs: START_MS + minute * 60_000 });
  const endMs = START_MS + 12 * 60_000;
  const points = store.query({
    ...base,
    startMs: endMs - 600_000,
    endMs,
    periodSeconds: 300,
    anchorMs: endMs,
    statistic: 'Sum',
  });
  t.deepEqual(
    points.map((p) => [(p.startMs - START_MS) / 60_000, p.value]),
    [
      [2, 2 + 3 + 4 + 5 + 6],
      [7, 7 + 8 + 9 + 10 + 11],
    ],
  );
});

test('the end is exclusive and late samples find their second', (t) => {
  const { store } = storeOf();
  store.put({ ...base, value: 5, atMs: START_MS + 60_000 });
  store.put({ ...base, value: 1, atMs: START_MS + 10_000 });
  store.put({ ...base, value: 2, atMs: START_MS + 5_000 });
  t.deepEqual(
    store.query({ ...base, ...minute, statistic: 'Sum' }).map((p) => p.value),
    [3],
  );
});

test('dimensions in any order are one series; other dimensions are another', (t) => {
  const { store } = storeOf();
  store.put({ ...base, dimensions: { A: '1', B: '2' }, value: 1 });
  store.put({ ...base, dimensions: { B: '2', A: '1' }, value: 1 });
  const sum = (dimensions: Record<string, string>) =>
    store.query({ ...base, ...minute, dimensions, statistic: 'Sum' })[0]?.value;
  t.is(sum({ B: '2', A: '1' }), 2);
  t.is(sum({ A: '1' }), undefined);
  t.is(store.list({ name: 'TargetResponseTime' }).length, 1);
  t.is(store.list({ namespace: 'AWS/ECS' }).length, 0);
});

test('three hours are kept, older slots go', async (t) => {
  const { clock, store } = storeOf();
  store.put({ ...base, value: 1 });
  for (let hour = 0; hour < 5; hour++) {
    await clock.advance(3_600_000);
    store.put({ ...base, value: 1 });
  }
  const all = store.query({
    ...base,
    startMs: START_MS,
    endMs: clock.now() + 1,
    periodSeconds: 3600,
    statistic: 'Sum',
  });
  t.is(all[0]?.startMs, START_MS + 2 * 3_600_000);
});

test('the silent series goes first when there are too many', async (t) => {
  const { clock, store } = storeOf(2);
  store.put({ ...base, dimensions: { n: 'old' }, value: 1 });
  await clock.advance(1000);
  store.put({ ...base, dimensions: { n: 'a' }, value: 1 });
  store.put({ ...base, dimensions: { n: 'b' }, value: 1 });
  t.deepEqual(
    store.list().map((m) => m.dimensions['n']),
    ['a', 'b'],
  );
});

test('a wrong statistic or period is refused by name', (t) => {
  const { store } = storeOf();
  t.throws(() => store.query({ ...base, ...minute, statistic: 'p101' }), { message: /p101/ });
  t.throws(() => store.query({ ...base, ...minute, statistic: 'Median' }), { message: /Median/ });
  t.throws(() => store.query({ ...base, ...minute, periodSeconds: 0, statistic: 'Sum' }), { message: /period/ });
});

test('percentiles are within 1 % of the exact nearest rank, spread over slots', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const { store } = storeOf();
        values.forEach((value, i) => void store.put({ ...base, value, atMs: START_MS + (i % 7) * 1000 }));
        const exact = values.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * values.length) - 1]!;
        const [point] = store.query({ ...base, ...minute, statistic: `p${percent}` });
        return Math.abs(point!.value - exact) <= exact * 0.0101;
      },
    ),
  );
  t.pass();
});
