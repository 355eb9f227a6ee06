/** A run begins in balance: with the tasks that its first minute needs, within the bounds of the scalable target. */
import { clamp } from '../run/autoscaler/numbers.ts';
import type { SimulatedService } from './contracts.ts';

/** @param share of the peak at the beginning, 0–1 */
export function startCount({ scaling, desiredCount }: SimulatedService, share: number): number {
  if (!scaling) return desiredCount;
  return clamp(Math.ceil(scaling.maxCapacity * share), scaling.minCapacity, scaling.maxCapacity);
}
