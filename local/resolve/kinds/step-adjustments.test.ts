import test from 'ava';
import fc from 'fast-check';
import type { StepAdjustment } from '../../topology.ts';
import { stepProblems } from './step-adjustments.ts';

/** Steps between the bounds, with open ends. */
const between = (bounds: readonly number[]): StepAdjustment[] =>
  [null, ...bounds].map((lowerBound, i) => ({ lowerBound, upperBound: bounds[i] ?? null, adjustment: i }));

const bounds = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 8 });

test('property: steps side by side over the whole line are right, in any order', (t) => {
  fc.assert(
    fc.property(
      bounds.chain((list) => fc.shuffledSubarray(between(list.sort((a, b) => a - b)), { minLength: list.length + 1 })),
      (steps) => t.deepEqual(stepProblems(steps), []),
    ),
  );
});

test('property: moving one bound makes a gap or an overlap', (t) => {
  fc.assert(
    fc.property(bounds, fc.nat(), fc.constantFrom(-0.5, 0.5), (list, at, by) => {
      const steps = between(list.sort((a, b) => a - b));
      const i = at % list.length;
      const moved = steps.map((s, j) => (j === i ? { ...s, upperBound: (s.upperBound ?? 0) + by } : s));
      t.true(stepProblems(moved).some((p) => /overlap|gap/.test(p)));
    }),
  );
});

test('one side alone needs its open end, the other may be missing', (t) => {
  const step = (lowerBound: number | null, upperBound: number | null) => ({ lowerBound, upperBound, adjustment: 1 });
  t.deepEqual(stepProblems([step(0, null)]), []);
  t.deepEqual(stepProblems([step(null, 0)]), []);
  t.deepEqual(stepProblems([step(null, null)]), []);
  t.deepEqual(stepProblems([]), []);
  t.is(stepProblems([step(0, 10)]).length, 1);
  t.is(stepProblems([step(-10, 0)]).length, 1);
  t.is(stepProblems([step(5, 5), step(5, null)]).length, 1);
  t.true(stepProblems([step(null, null), step(0, null)]).length > 0);
});
