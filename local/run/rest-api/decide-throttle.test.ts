import test from 'ava';
import fc from 'fast-check';
import { type Bucket, refilled, takeFromAll } from './decide-throttle.ts';

const LIMIT = { ratePerSecond: 2, burst: 3 };

test('worked by hand: rate 2, burst 3', (t) => {
  const rows: readonly (readonly [atMs: number, passes: boolean, left: number])[] = [
    [0, true, 2],
    [0, true, 1],
    [0, true, 0],
    [0, false, 0],
    [499, false, 0.998],
    [500, true, 0],
    [999, false, 0.998],
    [1000, true, 0],
    [60_000, true, 2],
  ];
  let buckets: ReadonlyMap<string, Bucket> = new Map();
  for (const [atMs, passes, left] of rows) {
    const taken = takeFromAll([{ key: 'k', limit: LIMIT }], buckets, atMs);
    buckets = taken.buckets;
    t.is(taken.refusedBy === null, passes, `at ${atMs}`);
    t.true(Math.abs((buckets.get('k')?.tokens ?? -1) - left) < 1e-9, `at ${atMs}: ${buckets.get('k')?.tokens}`);
  }
});

test('whoever is refused by one bucket takes from none', (t) => {
  const asks = [
    { key: 'wide', limit: { ratePerSecond: 1, burst: 10 } },
    { key: 'narrow', limit: { ratePerSecond: 1, burst: 1 } },
  ];
  const first = takeFromAll(asks, new Map(), 0);
  t.is(first.refusedBy, null);
  const second = takeFromAll(asks, first.buckets, 0);
  t.is(second.refusedBy, 'narrow');
  t.is(second.buckets.get('wide')?.tokens, 9);
});

test('a burst of 0 lets nothing through; a smaller burst cuts what was saved; time that goes back fills nothing', (t) => {
  t.is(takeFromAll([{ key: 'k', limit: { ratePerSecond: 5, burst: 0 } }], new Map(), 0).refusedBy, 'k');
  t.is(refilled({ tokens: 9, atMs: 0 }, { ratePerSecond: 1, burst: 4 }, 10).tokens, 4);
  t.deepEqual(refilled({ tokens: 1, atMs: 1000 }, LIMIT, 0), { tokens: 1, atMs: 1000 });
});

test('in no window do more than burst + rate × window pass, and a waiting caller always gets through', (t) => {
  fc.assert(
    fc.property(
      fc.record({ ratePerSecond: fc.integer({ min: 1, max: 500 }), burst: fc.integer({ min: 1, max: 50 }) }),
      fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 200 }),
      (limit, gaps) => {
        let buckets: ReadonlyMap<string, Bucket> = new Map();
        let now = 0;
        const passed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const before = refilled(buckets.get('k'), limit, now);
          const taken = takeFromAll([{ key: 'k', limit }], buckets, now);
          buckets = taken.buckets;
          const { tokens } = buckets.get('k')!;
          if (tokens < 0 || tokens > limit.burst) return false;
          if ((taken.refusedBy === null) !== before.tokens >= 1) return false;
          if (taken.refusedBy === null) passed.push(now);
        }
        return passed.every((from, i) =>
          passed.slice(i).every((to, n) => n + 1 <= limit.burst + ((to - from) * limit.ratePerSecond) / 1000 + 1e-6),
        );
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});
