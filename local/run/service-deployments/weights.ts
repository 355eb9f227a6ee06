/** Weights of a pair of target groups. Pure. */
import type { Arn } from '../../topology.ts';
import type { Pair } from './service-deployment.ts';

/**
 * Whole numbers up to 999, as rules take them: of 100, or of 1000 where the share has a tenth (canary_percent and
 * step_percent are multiples of 0.1).
 */
export function weightsOf({ blueGroupArn, greenGroupArn }: Pair, greenPercent: number): Readonly<Record<Arn, number>> {
  const tenths = Math.round(greenPercent * 10);
  const [of, share] = tenths % 10 === 0 ? [100, tenths / 10] : [1000, tenths];
  return { [blueGroupArn]: of - share, [greenGroupArn]: share };
}
