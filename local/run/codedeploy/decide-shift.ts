/** How production traffic moves: all at once, canary, linear (CD deployment-configurations). Pure. */
import type { TrafficRouting } from '../../topology.ts';

const MINUTE_MS = 60_000;

export interface Shift {
  /** Green's share. */
  readonly percent: number;
  /** When the next increment is due; null where none is. */
  readonly nextAtMs: number | null;
}

/**
 * @param shift green's share so far, below 100, and when this increment was due: increments keep their distance to
 * when they were due, so that late looks at the clock do not add up
 */
export function nextShift(routing: TrafficRouting, shift: Shift, nowMs: number): Shift {
  if (routing.type === 'AllAtOnce') return { percent: 100, nextAtMs: null };
  const canaryRest = routing.type === 'TimeBasedCanary' && shift.percent > 0;
  const percent = canaryRest ? 100 : Math.min(100, shift.percent + routing.percentage);
  const intervalMs = routing.intervalMinutes * MINUTE_MS;
  const dueMs = (shift.nextAtMs ?? nowMs) + intervalMs;
  return { percent, nextAtMs: percent === 100 ? null : dueMs > nowMs ? dueMs : nowMs + intervalMs };
}
