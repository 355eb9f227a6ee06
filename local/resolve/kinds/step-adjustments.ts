/** Steps of a step scaling policy: which change goes with which distance from the threshold (AAS step-scaling-policy-overview). Pure. */
import type { StepAdjustment } from '../../topology.ts';

/** What AWS refuses about the steps, each as a message; none where they are right. */
export function stepProblems(steps: readonly StepAdjustment[]): readonly string[] {
  const problems = steps.flatMap((s) =>
    s.lowerBound !== null && s.upperBound !== null && s.lowerBound >= s.upperBound
      ? [`the lower bound ${s.lowerBound} is not below the upper bound ${s.upperBound}`]
      : [],
  );
  if (steps.filter((s) => s.lowerBound === null).length > 1)
    problems.push('two steps have no lower bound: they overlap');
  if (steps.filter((s) => s.upperBound === null).length > 1)
    problems.push('two steps have no upper bound: they overlap');
  const sorted = [...steps].sort((a, b) => low(a) - low(b));
  for (const [i, step] of sorted.entries()) {
    const next = sorted[i + 1];
    // Two open ends were told of above.
    if (!next || (step.upperBound === null && next.upperBound === null) || next.lowerBound === null) continue;
    if (high(step) > low(next)) problems.push(`the steps from ${low(step)} and from ${low(next)} overlap`);
    else if (high(step) < low(next)) problems.push(`there is a gap between ${high(step)} and ${low(next)}`);
  }
  const [first] = sorted;
  if (first && first.lowerBound !== null && first.lowerBound < 0)
    problems.push('a step with a negative lower bound needs one without a lower bound below it');
  const highest = Math.max(...sorted.map(high));
  if (steps.length > 0 && highest > 0 && highest !== Number.POSITIVE_INFINITY)
    problems.push('a step with a positive upper bound needs one without an upper bound above it');
  return problems;
}

const low = (s: StepAdjustment): number => s.lowerBound ?? Number.NEGATIVE_INFINITY;
const high = (s: StepAdjustment): number => s.upperBound ?? Number.POSITIVE_INFINITY;
