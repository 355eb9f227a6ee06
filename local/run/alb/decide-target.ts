/** Which target of a group gets the request, and which group of a weighted action (ELB). Pure. */
import type { TargetState } from '../contracts.ts';

export interface Candidate {
  readonly state: TargetState;
  /** Requests in flight. */
  readonly outstanding: number;
  /** Control time since the target became healthy, ms. */
  readonly healthyForMs: number;
}

/**
 * Targets that may be chosen: the healthy ones; when there is none, all that are registered and not draining
 * (fail-open; ELB target-group-health-checks).
 */
export function eligible<T extends Candidate>(targets: readonly T[]): readonly T[] {
  const healthy = targets.filter((t) => t.state === 'healthy');
  if (healthy.length > 0) return healthy;
  return targets.filter((t) => t.state !== 'draining');
}

/** @param turn counts the requests of the group; @param random in [0, 1) */
export function chooseTarget<T extends Candidate>(
  targets: readonly T[],
  how: {
    readonly algorithm: 'round_robin' | 'least_outstanding_requests';
    readonly slowStartMs: number;
    readonly turn: number;
    readonly random: number;
  },
): T | null {
  if (targets.length === 0) return null;
  if (how.algorithm === 'least_outstanding_requests') {
    const least = Math.min(...targets.map((t) => t.outstanding));
    const field = targets.filter((t) => t.outstanding === least);
    return field[how.turn % field.length] as T;
  }
  if (how.slowStartMs > 0) {
    const weights = targets.map((t) => slowStartWeight(t.healthyForMs, how.slowStartMs));
    if (weights.some((w) => w < 1)) return pickWeighted(targets, weights, how.random);
  }
  return targets[how.turn % targets.length] as T;
}

/** Linear from the start of slow start to its end. */
export const slowStartWeight = (healthyForMs: number, slowStartMs: number): number =>
  Math.min(1, Math.max(0.01, healthyForMs / slowStartMs));

/** @returns null where every weight is 0 */
export function pickWeighted<T>(items: readonly T[], weights: readonly number[], random: number): T | null {
  const total = weights.reduce((a, b) => a + b, 0);
  if (total <= 0) return null;
  let at = random * total;
  for (let i = 0; i < items.length; i++) {
    at -= weights[i] ?? 0;
    if (at < 0) return items[i] as T;
  }
  return items.findLast((_, i) => (weights[i] ?? 0) > 0) ?? null;
}
