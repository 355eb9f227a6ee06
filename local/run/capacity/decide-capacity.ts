/**
 * Managed scaling of a capacity provider, decided: reservation of the last minutes and the group's bounds → a new desired
 * capacity, or why not. Pure. (ECS cluster-auto-scaling, API_ManagedScaling)
 */
import { ceil, clamp, short } from '../autoscaler/numbers.ts';
import type { Reservation } from './decide-reservation.ts';

/** Datapoints, one minute each, below the target before instances go (ECS cluster-auto-scaling). */
export const SCALE_IN_DATAPOINTS = 15;
/** From zero, two instances come (same page) ≈. */
const FROM_ZERO = 2;

export interface CapacityInput {
  readonly managedScaling: {
    readonly targetCapacityPercent: number;
    readonly minimumStep: number;
    readonly maximumStep: number;
  };
  readonly minSize: number;
  readonly maxSize: number;
  /** Desired capacity, launching instances included. */
  readonly desired: number;
  /** Oldest first, the newest minute last; null where a minute has none. */
  readonly reservations: readonly (Pick<Reservation, 'needed' | 'running' | 'percent' | 'why'> | null)[];
  /** Instances launched less than the warm-up ago: until it is over, nothing is taken away. */
  readonly warmingUp: number;
}

export type CapacityDecision =
  | { readonly action: 'out' | 'in'; readonly desired: number; readonly why: string }
  | { readonly action: 'hold'; readonly reason: HoldReason; readonly why: string };

export type HoldReason =
  | 'at-target'
  | 'launching'
  | 'at-maximum'
  | 'at-minimum'
  | 'warming-up'
  | 'needed'
  | 'too-few-datapoints';

export function decideCapacity(input: CapacityInput): CapacityDecision {
  const newest = input.reservations.at(-1);
  if (!newest) return hold('too-few-datapoints', 'the newest minute has no datapoint');
  const target = input.managedScaling.targetCapacityPercent;
  // With nothing there and nothing waiting the metric is 100, which a smaller target must not take for a need.
  if (newest.percent > target && newest.needed > 0) return scaleOut(input, newest);
  return scaleIn(input);
}

/** One datapoint above the target is enough ≈: tasks wait. */
function scaleOut(
  input: CapacityInput,
  { needed, running, percent, why }: Pick<Reservation, 'needed' | 'running' | 'percent' | 'why'>,
): CapacityDecision {
  const { targetCapacityPercent: target, minimumStep, maximumStep } = input.managedScaling;
  const { desired, maxSize, minSize } = input;
  const wanted = running === 0 ? FROM_ZERO : ceil((needed * 100) / target);
  const numbers = `reservation ${short(percent)} above ${short(target)}: ${why}`;
  if (wanted <= desired) return hold('launching', `${numbers}; ${desired} are desired already`);
  if (desired >= maxSize) return hold('at-maximum', `${numbers}; at the maximum of ${maxSize}`);
  const step = clamp(wanted - desired, minimumStep, maximumStep);
  const next = clamp(desired + step, minSize, maxSize);
  return { action: 'out', desired: next, why: `${numbers}; ${desired} → ${next}` };
}

/** 15 in a row below the target; by the highest need among them. */
function scaleIn(input: CapacityInput): CapacityDecision {
  const target = input.managedScaling.targetCapacityPercent;
  const { desired, minSize, warmingUp } = input;
  const window = input.reservations.slice(-SCALE_IN_DATAPOINTS);
  const low = window.flatMap((r) => (r && r.percent < target ? [r] : []));
  const newest = input.reservations.at(-1)?.percent ?? 0;
  if (newest >= target && (input.reservations.at(-1)?.needed ?? 0) > 0)
    return hold('at-target', `reservation ${short(newest)}, target ${short(target)}`);
  if (low.length < SCALE_IN_DATAPOINTS)
    return hold('too-few-datapoints', `${low.length} of ${SCALE_IN_DATAPOINTS} datapoints below ${short(target)}`);
  const needed = Math.max(...low.map((r) => r.needed));
  const wanted = ceil((needed * 100) / target);
  const numbers = `${low.length} of ${low.length} datapoints below ${short(target)}, newest ${short(newest)}; ${needed} needed`;
  if (wanted >= desired) return hold('needed', `${numbers}, ${desired} desired`);
  if (desired <= minSize) return hold('at-minimum', `${numbers}; at the minimum of ${minSize}`);
  if (warmingUp > 0) return hold('warming-up', `${numbers}; ${warmingUp} instances are warming up`);
  const next = clamp(wanted, minSize, input.maxSize);
  return { action: 'in', desired: next, why: `${numbers}; ${desired} → ${next}` };
}

const hold = (reason: HoldReason, why: string): CapacityDecision => ({ action: 'hold', reason, why });
