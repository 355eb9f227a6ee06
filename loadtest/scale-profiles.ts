/**
 * Load profiles that make services scale, as data: phases in minutes of control time, since autoscaling waits in those
 * (three minutes out, fifteen in; AAS target-tracking-scaling-policy-overview), whatever the clock rate makes of them.
 * Also imported by k6, so no Node modules here.
 */
import type { Profile, ProfileStep } from './profiles.ts';

/** One stretch of the load's curve: go linearly to `ratePerSecond` within `minutes` of control time. */
export interface ScalePhase {
  readonly name: 'base' | 'rise' | 'peak' | 'fall' | 'low';
  readonly minutes: number;
  readonly ratePerSecond: number;
}

/** What a profile is about, where it is about scaling. */
export interface ScaleShape {
  /** Control seconds per wall second, unless the user says otherwise. */
  readonly clockRate: number;
  /** The first one is the baseline; the last rate stays until everything is as it was. */
  readonly phases: readonly ScalePhase[];
  /** Of the service that scales most, at its peak, at least. */
  readonly peakTasks: number;
  /** Container instances at their peak, at least, where a service that scales runs on them. */
  readonly peakInstances: number;
  /** Everything must be as before within so many minutes of control time after the last phase. */
  readonly returnMinutes: number;
}

/** What another stack, or other sizes, are to reach. */
export type Peaks = Partial<Pick<ScaleShape, 'peakTasks' | 'peakInstances'>>;

type ShapeName = 'ramp' | 'spike' | 'soak' | 'sawtooth';

/** Fifteen minutes until tasks go, cooldowns between, fifteen more until their instances go, a drain, and some to spare. */
const RETURN_MINUTES = 55;
const CLOCK_RATE = 20;

const shape = (
  peak: Pick<ScaleShape, 'peakTasks' | 'peakInstances'>,
  phases: readonly (readonly [ScalePhase['name'], number, number])[],
): ScaleShape => ({
  clockRate: CLOCK_RATE,
  returnMinutes: RETURN_MINUTES,
  ...peak,
  phases: phases.map(([name, minutes, ratePerSecond]) => ({ name, minutes, ratePerSecond })),
});

/**
 * At the scale `small` a task's share is ten requests a second and the monolith has two tasks: 12 a second are the
 * baseline, 65 ask for seven tasks, and an instance holds four.
 */
export const ORDER_SHAPES: Readonly<Record<ShapeName, ScaleShape>> = {
  ramp: shape({ peakTasks: 6, peakInstances: 2 }, [
    ['base', 2, 12],
    ['rise', 3, 65],
    ['peak', 8, 65],
    ['fall', 1, 12],
  ]),
  spike: shape({ peakTasks: 6, peakInstances: 2 }, [
    ['base', 2, 12],
    ['rise', 0.2, 65],
    ['peak', 8, 65],
    ['fall', 0.2, 12],
  ]),
  soak: shape({ peakTasks: 3, peakInstances: 1 }, [
    ['base', 2, 12],
    ['rise', 2, 28],
    ['peak', 40, 28],
    ['fall', 1, 12],
  ]),
  sawtooth: shape({ peakTasks: 5, peakInstances: 2 }, [
    ['base', 2, 12],
    ['rise', 5, 60],
    ['fall', 1, 12],
    ['low', 3, 12],
    ['rise', 5, 60],
    ['fall', 1, 12],
    ['low', 3, 12],
    ['rise', 5, 60],
    ['fall', 1, 12],
  ]),
};

/** A third of the forum's requests are posts', a quarter users': 45 a second are the baseline of two tasks each. */
export const FORUM_SHAPES: Readonly<Record<ShapeName, ScaleShape>> = {
  ramp: shape({ peakTasks: 5, peakInstances: 0 }, [
    ['base', 2, 45],
    ['rise', 3, 180],
    ['peak', 8, 180],
    ['fall', 1, 45],
  ]),
  spike: shape({ peakTasks: 5, peakInstances: 0 }, [
    ['base', 2, 45],
    ['rise', 0.2, 180],
    ['peak', 8, 180],
    ['fall', 0.2, 45],
  ]),
  soak: shape({ peakTasks: 3, peakInstances: 0 }, [
    ['base', 2, 45],
    ['rise', 2, 90],
    ['peak', 40, 90],
    ['fall', 1, 45],
  ]),
  sawtooth: shape({ peakTasks: 4, peakInstances: 0 }, [
    ['base', 2, 45],
    ['rise', 5, 170],
    ['fall', 1, 45],
    ['low', 3, 45],
    ['rise', 5, 170],
    ['fall', 1, 45],
    ['low', 3, 45],
    ['rise', 5, 170],
    ['fall', 1, 45],
  ]),
};

export const SHAPE_SUMMARIES: Readonly<Record<ShapeName, string>> = {
  ramp: 'slowly up, kept, and down: services and instances scale out and back in',
  spike: 'up within seconds: what scaling is too slow for, and how it recovers',
  soak: 'a little more than the baseline for forty minutes of control time: nothing may flap',
  sawtooth: 'up and down every nine minutes of control time: scale-in may not follow each tooth',
};

/** The steps in wall seconds. @param clockRate control seconds per wall second, above 0 */
export function stepsOf({ phases }: Pick<ScaleShape, 'phases'>, clockRate: number): ProfileStep[] {
  return phases.map(({ minutes, ratePerSecond }) => ({ seconds: (minutes * 60) / clockRate, ratePerSecond }));
}

/** Length of all phases, and of the return, in wall seconds. */
export function scaleSeconds(
  { phases, returnMinutes }: ScaleShape,
  clockRate: number,
): { readonly phases: number; readonly back: number } {
  const minutes = phases.reduce((sum, phase) => sum + phase.minutes, 0);
  return { phases: (minutes * 60) / clockRate, back: (returnMinutes * 60) / clockRate };
}

/** At the longest, wall seconds; the load ends as soon as everything is as before. */
export function longestSeconds(shape: ScaleShape, clockRate: number): number {
  const { phases, back } = scaleSeconds(shape, clockRate);
  return Math.ceil(phases + back);
}

/** The profile with its curve as long as that clock makes it; other profiles as they are. */
export function atClockRate(profile: Profile, clockRate: number): Profile {
  if (!profile.scaling) return profile;
  return {
    ...profile,
    steps: stepsOf(profile.scaling, clockRate),
    durationSeconds: Math.max(1, Math.ceil(scaleSeconds(profile.scaling, clockRate).phases)),
    maxSeconds: longestSeconds(profile.scaling, clockRate) + SPARE_SECONDS,
  };
}

/** For what comes before the first phase and after the last: k6's start, and the end of what is in flight. */
const SPARE_SECONDS = 60;

/** Other profiles as they are. */
export function withPeaks(profile: Profile, peaks: Peaks = {}): Profile {
  return profile.scaling ? { ...profile, scaling: { ...profile.scaling, ...peaks } } : profile;
}
