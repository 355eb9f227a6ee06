import test from 'ava';
import fc from 'fast-check';
import type { ComparisonOperator, StepAdjustment } from '../../topology.ts';
import { decideStep, type StepPolicy } from './decide-step.ts';
import { stepPolicy } from './testing/builders.ts';

const step = (lowerBound: number | null, upperBound: number | null, adjustment: number): StepAdjustment => ({
  lowerBound,
  upperBound,
  adjustment,
});

/** The example of AAS step-scaling-policy-overview: threshold 60, steps 0–10, 10–20, 20–∞; and its mirror below 40. */
const OUT = [step(0, 10, 0), step(10, 20, 10), step(20, null, 30)];
const IN = [step(-10, 0, 0), step(-20, -10, -10), step(null, -20, -30)];

function decide(
  change: Partial<StepPolicy>,
  desiredCount: number,
  values: readonly number[],
  alarm: { threshold: number; comparison: ComparisonOperator },
) {
  const { policy } = stepPolicy('step', change) as { policy: StepPolicy };
  return decideStep({ policy, desiredCount, alarm: { name: 'hot', datapoints: values, ...alarm } });
}

const above = { threshold: 60, comparison: 'GreaterThanOrEqualToThreshold' } as const;
const below = { threshold: 40, comparison: 'LessThanOrEqualToThreshold' } as const;

for (const [value, capacity] of [
  [60, null], // the first step changes nothing
  [69.9, null],
  [70, 11], // lower bound inclusive: 10 % of 10
  [79.9, 11],
  [80, 13],
  [100, 13],
] as const)
  test(`percent, above: ${value} against 60 with 10 tasks → ${capacity ?? 'no change'}`, (t) => {
    const vote = decide({ adjustmentType: 'PercentChangeInCapacity', steps: OUT }, 10, [value], above);
    if (capacity === null) t.is(vote.direction, 'hold');
    else t.like(vote, { direction: 'out', capacity });
  });

for (const [value, capacity] of [
  [40, null],
  [30.1, null],
  [30, 9], // upper bound inclusive below the threshold
  [20.1, 9],
  [20, 7],
  [0, 7],
] as const)
  test(`percent, below: ${value} against 40 with 10 tasks → ${capacity ?? 'no change'}`, (t) => {
    const vote = decide({ adjustmentType: 'PercentChangeInCapacity', steps: IN }, 10, [value], below);
    if (capacity === null) t.is(vote.direction, 'hold');
    else t.like(vote, { direction: 'in', capacity });
  });

/** 12.7 → 12, 0.67 → 1, -0.58 → -1, -6.67 → -6 (same page, "Scaling adjustment types"). */
for (const [desired, percent, capacity] of [
  [127, 10, 139],
  [10, 6.7, 11],
  [10, -5.8, 9],
  [23, -29, 17],
] as const)
  test(`percent of ${desired} by ${percent} % → ${capacity}`, (t) => {
    const steps = [step(null, null, percent)];
    t.like(decide({ adjustmentType: 'PercentChangeInCapacity', steps }, desired, [99], above), { capacity });
  });

test('the least magnitude holds for percentages, in both directions', (t) => {
  const change = { adjustmentType: 'PercentChangeInCapacity', minAdjustmentMagnitude: 2 } as const;
  t.like(decide({ ...change, steps: [step(0, null, 10)] }, 4, [99], above), { capacity: 6 });
  t.like(decide({ ...change, steps: [step(null, 0, -10)] }, 4, [1], below), { capacity: 2 });
});

test('change and exact capacity; never below zero', (t) => {
  t.like(decide({ steps: [step(0, null, 3)] }, 4, [99], above), { capacity: 7, exact: false });
  t.like(decide({ adjustmentType: 'ExactCapacity', steps: [step(0, null, 9)] }, 4, [99], above), {
    capacity: 9,
    exact: true,
  });
  t.like(decide({ steps: [step(null, 0, -9)] }, 4, [1], below), { capacity: 0 });
});

test('the aggregate of the datapoints decides the step', (t) => {
  const values = [62, 75, 90];
  const of = (metricAggregation: StepPolicy['metricAggregation']) =>
    decide({ metricAggregation, steps: [step(0, 10, 1), step(10, 20, 2), step(20, null, 3)] }, 4, values, above);
  t.like(of('Minimum'), { capacity: 5 });
  t.like(of('Average'), { capacity: 6 }); // 75.67
  t.like(of('Maximum'), { capacity: 7 });
});

test('no datapoint and no step that covers the difference are said', (t) => {
  t.like(decide({}, 2, [], above), { direction: 'hold', code: 'NoMetricValue' });
  t.like(decide({ steps: [step(0, 10, 1)] }, 2, [90], above), { direction: 'hold', code: null });
});

test('property: steps without gaps cover every breach exactly once, and a larger breach never adds less', (t) => {
  const bounds = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      bounds,
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (inner, desired, a, b) => {
        const edges = [0, ...[...inner].sort((x, y) => x - y)];
        const steps = edges.map((edge, i) => step(edge, edges[i + 1] ?? null, i + 1));
        const at = (distance: number): number => {
          const vote = decide({ steps }, desired, [60 + distance], above);
          return vote.direction === 'out' ? vote.capacity : Number.NaN;
        };
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        return at(less) > desired && at(more) >= at(less);
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
