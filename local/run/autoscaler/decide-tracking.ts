/**
 * Target tracking, decided: recent datapoints of the metric → a vote. Pure.
 * (AAS target-tracking-scaling-policy-overview; the numbers of the two alarms are those that AWS makes, ≈)
 */
import { ceil, list, short } from './numbers.ts';
import type { Vote } from './vote.ts';

/** Datapoints are one minute each. */
export const PERIOD_SECONDS = 60;
/** The high alarm: this many datapoints in a row above the target. */
export const HIGH_DATAPOINTS = 3;
/** The low alarm: this many datapoints in a row below its threshold. */
export const LOW_DATAPOINTS = 15;
/** The low alarm's threshold as a share of the target ≈. */
export const LOW_SHARE = 0.9;

export interface TrackingInput {
  readonly targetValue: number;
  readonly disableScaleIn: boolean;
  /** Oldest first, the newest complete minute last; null where the minute has no data. At most LOW_DATAPOINTS are read. */
  readonly datapoints: readonly (number | null)[];
  /** The tasks that the newest datapoint is an average of. */
  readonly runningCount: number;
  /** Names of the policy's two alarms. */
  readonly highAlarm: string;
  readonly lowAlarm: string;
}

/**
 * Out: 3 of 3 above the target, ceil(running × newest ÷ target). In: 15 of 15 below 90 % of it, by the highest of the 15,
 * so that the smaller count would have held the target in each of those minutes ≈ (AAS: scales in more gradually).
 * A minute without data is neither: no action.
 */
export function decideTracking(input: TrackingInput): Vote {
  const high = newest(input.datapoints, HIGH_DATAPOINTS);
  if (high?.every((value) => value > input.targetValue)) return ask(input, 'out', high, high.at(-1) as number);
  const low = newest(input.datapoints, LOW_DATAPOINTS);
  if (low?.every((value) => value < lowThreshold(input.targetValue))) {
    if (input.disableScaleIn) return hold('scale-in is disabled for this policy');
    return ask(input, 'in', low, Math.max(...low));
  }
  return hold(holdReason(input));
}

/** Below this, 15 datapoints in a row ask for scale-in. */
export const lowThreshold = (targetValue: number): number => targetValue * LOW_SHARE;

function ask(input: TrackingInput, direction: 'out' | 'in', datapoints: readonly number[], metric: number): Vote {
  const above = direction === 'out';
  const threshold = above ? input.targetValue : lowThreshold(input.targetValue);
  const why = `${datapoints.length} of ${datapoints.length} datapoints ${above ? 'above' : 'below'} ${short(threshold)}: ${list(datapoints)}`;
  if (input.runningCount === 0)
    return { direction: 'hold', code: 'NoRunningTask', why: `${why}; no task is running to compute a capacity from` };
  return {
    direction,
    capacity: ceil((input.runningCount * metric) / input.targetValue),
    base: input.runningCount,
    exact: false,
    alarmName: above ? input.highAlarm : input.lowAlarm,
    why,
  };
}

/** The newest `count` datapoints; null where one of them is missing. */
function newest(datapoints: readonly (number | null)[], count: number): number[] | null {
  const last = datapoints.slice(-count);
  if (last.length < count || last.includes(null)) return null;
  return last as number[];
}

const hold = (why: string): Vote => ({ direction: 'hold', why, code: null });

function holdReason({ datapoints, targetValue }: TrackingInput): string {
  const last = datapoints.at(-1) ?? null;
  if (last === null) return 'the newest minute has no data';
  return `the newest datapoint is ${short(last)}, the target ${short(targetValue)}`;
}
