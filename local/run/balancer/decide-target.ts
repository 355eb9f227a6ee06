/**
 * Which target of a group, and which group of a weighted action, takes a request. Pure but for the turn counters that
 * the caller owns and passes in (ELB load-balancer-target-groups, "Routing algorithm", "Slow start mode").
 */

export interface Selectable {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';
  /** Requests under way at it. */
  readonly outstanding: number;
  /** Control time at which it entered slow start; null outside of it. */
  readonly slowStartSinceMs: number | null;
}

/**
 * The targets that may take requests: the healthy ones; where there are none, all registered ones (fail-open,
 * ELB target-group-health-checks). Draining and unused ones never.
 */
export function decideEligible<T extends Selectable>(targets: readonly T[]): readonly T[] {
  const healthy = targets.filter((target) => target.state === 'healthy');
  if (healthy.length > 0) return healthy;
  return targets.filter((target) => target.state === 'unhealthy' || target.state === 'initial');
}

/** Whose turn it is; owned by the group. */
export interface Turn {
  next: number;
}

export interface TargetRule {
  readonly algorithm: 'round_robin' | 'least_outstanding_requests';
  /** 0 is off. */
  readonly slowStartMs: number;
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** @param eligible from {@link decideEligible}; @returns null where it is empty */
export function decideTarget<T extends Selectable>(eligible: readonly T[], turn: Turn, rule: TargetRule): T | null {
  const count = eligible.length;
  if (count === 0) return null;
  if (rule.algorithm === 'least_outstanding_requests') return leastOutstanding(eligible, turn);
  for (let tries = 0; tries < count; tries++) {
    const target = eligible[turn.next++ % count] as T;
    if (target.slowStartSinceMs === null || rule.slowStartMs <= 0) return target;
    // Linear: a target that has had a tenth of its slow start takes a tenth of its turns.
    const share = (rule.nowMs - target.slowStartSinceMs) / rule.slowStartMs;
    if (share >= 1 || rule.random() < share) return target;
  }
  return eligible[turn.next++ % count] as T;
}

/** Ties go round, so that idle targets share alike. */
function leastOutstanding<T extends Selectable>(eligible: readonly T[], turn: Turn): T {
  const start = turn.next++ % eligible.length;
  let best = eligible[start] as T;
  for (let step = 1; step < eligible.length; step++) {
    const target = eligible[(start + step) % eligible.length] as T;
    if (target.outstanding < best.outstanding) best = target;
  }
  return best;
}

/** One group of a weighted forward action; `current` belongs to {@link decideGroup}. */
export interface Share {
  /** 0–999. */
  readonly weight: number;
  current: number;
}

/**
 * Smooth weighted turns: over any run of requests each group has its share, within one request a group.
 * ≈ AWS does not publish how it draws; the shares are what it promises.
 * @returns null where every weight is 0
 */
export function decideGroup<T extends Share>(shares: readonly T[]): T | null {
  let total = 0;
  let best: T | null = null;
  for (const share of shares) {
    if (share.weight <= 0) continue;
    total += share.weight;
    share.current += share.weight;
    if (best === null || share.current > best.current) best = share;
  }
  if (best !== null) best.current -= total;
  return best;
}
