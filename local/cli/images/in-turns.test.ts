import test from 'ava';
import fc from 'fast-check';
import { inTurns } from './in-turns.ts';

test('every item once, results in order, never more at a time than asked for', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 3 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (items, jobs) => {
        let [now, most] = [0, 0];
        const results = await inTurns(items, jobs, async (ticks, index) => {
          most = Math.max(most, ++now);
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
          now -= 1;
          return [index, ticks];
        });
        t.deepEqual(
          results,
          items.map((ticks, index) => [index, ticks]),
        );
        t.true(most <= jobs);
        t.is(now, 0);
      },
    ),
    { numRuns: 50 },
  );
});

test('after an error nothing begins, and it is told when what had begun has ended', async (t) => {
  const begun: number[] = [];
  const ended: number[] = [];
  const error = await t.throwsAsync(
    inTurns([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('one');
      for (let tick = 0; tick < 20; tick++) await Promise.resolve();
      ended.push(item);
    }),
  );
  t.is(error?.message, 'one');
  t.deepEqual([begun, ended], [[1, 2], [2]]);
});
