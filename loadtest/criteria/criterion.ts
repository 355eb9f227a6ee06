/** One thing that a run must hold to. */

/** Names are part of verdict.json. */
export type CriterionName =
  | 'lost-orders'
  | 'duplicated-orders'
  | 'rejected-orders'
  | 'dead-lettered-orders'
  | 'error-rate'
  | 'server-errors'
  | 'latency-p95'
  | 'latency-p99'
  | 'dropped-iterations'
  | 'generator-cpu'
  | 'steady-stages'
  | 'failed-deployments'
  | 'rollback-clean'
  | 'tasks-sharing-an-instance'
  | 'host-ports-clashing'
  | 'host-ports-out-of-range'
  | 'host-ports-without-traffic'
  | 'forum-failed-requests'
  | 'forum-failed-checks'
  | 'forum-latency-p95'
  | 'forum-latency-p99'
  | 'forum-dropped-iterations'
  | 'version-mix'
  | 'green-before-hook'
  | 'failed-hooks'
  | 'blue-kept'
  | 'right-guard'
  | 'rollback-time'
  | 'errors-before-scale-out'
  | 'scale-out-minutes'
  | 'scale-in-minutes'
  | 'short-of-peak'
  | 'not-as-before'
  | 'scaling-flaps'
  | 'capacity-limits'
  | 'ports-reused-unsafely'
  | 'latency-p95-scaled-out'
  | 'recovery-minutes'
  | 'not-recovered'
  | 'failed-at-the-kill';

export type Unit =
  | 'orders'
  | 'requests'
  | 'percent'
  | 'points'
  | 'ms'
  | 'seconds'
  | 'minutes'
  | 'turns'
  | 'stages'
  | 'deployments'
  | 'hooks'
  | 'services'
  | 'tasks'
  | 'ports';

export interface Criterion {
  readonly name: CriterionName;
  readonly title: string;
  readonly unit: Unit;
  /** `max`: value ≤ bound passes. `min`: value ≥ bound passes. */
  readonly direction: 'max' | 'min';
  readonly bound: number;
  /** Fewer samples than this (but not none) leave it undecided. No samples at all fail. */
  readonly minSamples: number;
  /** What a value past the bound means: the system's failure, or a run that proves nothing. */
  readonly onMiss: 'FAIL' | 'INCONCLUSIVE';
}

/** Most criteria: anything at all fails. */
export const FAILS_ABOVE_ZERO = { direction: 'max', bound: 0, minSamples: 1, onMiss: 'FAIL' } as const;
