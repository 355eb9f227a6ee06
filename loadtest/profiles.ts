/** Load profiles as data. Scenarios contain no numbers: they import these. Also imported by k6, so no Node modules here. */
import { atClockRate, FORUM_SHAPES, ORDER_SHAPES, type ScaleShape, SHAPE_SUMMARIES } from './scale-profiles.ts';

/** One step of an arrival-rate curve: go linearly to `ratePerSecond` within `seconds`. */
export interface ProfileStep {
  readonly seconds: number;
  readonly ratePerSecond: number;
}

export interface Profile {
  readonly name: string;
  readonly summary: string;
  /** Orders (or, for the forum, requests) per second at the start; also throughout where `steps` is empty. */
  readonly ratePerSecond: number;
  /** Empty: constant rate. Repeated from the first for as long as the run lasts; where it scales, the last rate stays. */
  readonly steps: readonly ProfileStep[];
  /** Default length of `./cutover load`; a rehearsal runs for as long as its stages take, at most `maxSeconds`. */
  readonly durationSeconds: number;
  /** Load is stopped, and the run with it, after this long. */
  readonly maxSeconds: number;
  /** Load before the first change, seconds. */
  readonly warmUpSeconds: number;
  /** Load in each further stage after it became steady, seconds. */
  readonly holdSeconds: number;
  /** A stage that is not steady after this long (wall) fails. */
  readonly steadyTimeoutSeconds: number;
  /** Virtual users at the start, and at most. k6 drops an iteration when all are busy. */
  readonly startVirtualUsers: number;
  readonly maxVirtualUsers: number;
  /** One request, seconds. */
  readonly timeoutSeconds: number;
  /** How long a virtual user may go on with a path mix that it has fetched, ms. */
  readonly mixMaxAgeMs: number;
  /** The ledger is read when nothing has changed for this long (wall) … */
  readonly settleSeconds: number;
  /** … or after this long at the latest. */
  readonly maxDrainSeconds: number;
  /** Where the profile is about scaling: its curve in minutes of control time, and what it must bring about. */
  readonly scaling?: ScaleShape;
}

const BASE = {
  steps: [],
  durationSeconds: 30,
  maxSeconds: 600,
  warmUpSeconds: 8,
  holdSeconds: 8,
  steadyTimeoutSeconds: 180,
  startVirtualUsers: 250,
  maxVirtualUsers: 400,
  timeoutSeconds: 20,
  mixMaxAgeMs: 500,
  settleSeconds: 4,
  maxDrainSeconds: 90,
} as const;

/** Short stages, for CI; beside another system, at half the rate, four of them still give the 500 samples of a p99. */
const SHORT = { durationSeconds: 10, warmUpSeconds: 5, holdSeconds: 5, settleSeconds: 2, maxSeconds: 300 } as const;

/** A blue/green deployment outlasts its stage: shift, and blue's five minutes of control time. */
const LONG = { holdSeconds: 5, warmUpSeconds: 5, maxSeconds: 1_800 } as const;

/** A spike comes faster than k6 makes users. */
const SCALE_VIRTUAL_USERS = 120;

/** Orders, by profile name. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  rehearsal: {
    ...BASE,
    name: 'rehearsal',
    summary: 'constant 100 orders/s through every stage',
    ratePerSecond: 100,
  },
  smoke: {
    ...BASE,
    ...SHORT,
    name: 'smoke',
    summary: 'constant 40 orders/s, short stages, for CI',
    ratePerSecond: 40,
  },
  drill: {
    ...BASE,
    name: 'drill',
    summary: 'constant 40 orders/s, long enough before and after for the samples of a drill',
    ratePerSecond: 40,
  },
  burst: {
    ...BASE,
    name: 'burst',
    summary: '60 orders/s with bursts to 300 every 12 s',
    ratePerSecond: 60,
    steps: [
      { seconds: 5, ratePerSecond: 60 },
      { seconds: 1, ratePerSecond: 300 },
      { seconds: 4, ratePerSecond: 300 },
      { seconds: 2, ratePerSecond: 60 },
    ],
    durationSeconds: 36,
    holdSeconds: 12,
    warmUpSeconds: 12,
    maxVirtualUsers: 400,
  },
  shift: {
    ...BASE,
    ...LONG,
    name: 'shift',
    summary: 'constant 60 orders/s, for as long as a blue/green deployment takes',
    ratePerSecond: 60,
  },
  ...scaleProfiles(BASE, ORDER_SHAPES),
};

/** The forum answers in milliseconds, and its paths stay: fewer users, who need not ask for the mix as often. */
const FORUM_BASE = { ...BASE, startVirtualUsers: 120, maxVirtualUsers: 400, mixMaxAgeMs: 2_000 } as const;

/** Requests to the forum, by the same names. */
export const FORUM_PROFILES: Readonly<Record<string, Profile>> = {
  rehearsal: {
    ...FORUM_BASE,
    name: 'rehearsal',
    summary: 'constant 200 requests/s through every stage',
    ratePerSecond: 200,
  },
  smoke: {
    ...FORUM_BASE,
    ...SHORT,
    name: 'smoke',
    summary: 'constant 80 requests/s, short stages, for CI',
    ratePerSecond: 80,
  },
  drill: {
    ...FORUM_BASE,
    name: 'drill',
    summary: 'constant 80 requests/s, long enough before and after for the samples of a drill',
    ratePerSecond: 80,
  },
  burst: {
    ...FORUM_BASE,
    name: 'burst',
    summary: '100 requests/s with bursts to 500 every 12 s',
    ratePerSecond: 100,
    steps: [
      { seconds: 5, ratePerSecond: 100 },
      { seconds: 1, ratePerSecond: 500 },
      { seconds: 4, ratePerSecond: 500 },
      { seconds: 2, ratePerSecond: 100 },
    ],
    durationSeconds: 36,
    holdSeconds: 12,
    warmUpSeconds: 12,
  },
  // A linear step of a minute is 12 s at the default clock rate: 2,000 answers of one service need 170 a second.
  shift: {
    ...FORUM_BASE,
    ...LONG,
    name: 'shift',
    summary: 'constant 250 requests/s, for as long as a blue/green deployment takes',
    ratePerSecond: 250,
  },
  ...scaleProfiles(FORUM_BASE, FORUM_SHAPES),
};

function scaleProfiles(
  base: Omit<Profile, 'name' | 'summary' | 'ratePerSecond'>,
  shapes: typeof ORDER_SHAPES,
): Record<string, Profile> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, scaling]) => {
      const { ratePerSecond } = scaling.phases[0] as (typeof scaling.phases)[number];
      const summary = SHAPE_SUMMARIES[name as keyof typeof shapes];
      // The base phase is the warm-up.
      const own = { warmUpSeconds: 0, settleSeconds: 2, startVirtualUsers: SCALE_VIRTUAL_USERS };
      const profile: Profile = { ...base, name, summary, ratePerSecond, scaling, ...own };
      return [name, atClockRate(profile, scaling.clockRate)];
    }),
  );
}

/** Of its own rate, what a system gets when the other one runs beside it on the same machine. */
const BESIDE_SHARE = 0.5;

/**
 * The profile of a system's load.
 *
 * @param beside true where the other system takes load at the same time
 * @returns undefined where there is no profile of that name
 */
export function profileFor(name: string, system: 'logistics' | 'forum', beside: boolean): Profile | undefined {
  const own = system === 'forum' ? FORUM_PROFILES[name] : PROFILES[name];
  if (!own || !beside) return own;
  const reduced = (rate: number): number => rate * BESIDE_SHARE;
  return {
    ...own,
    summary: `${own.summary}, here at ${BESIDE_SHARE * 100} % of that beside the other system`,
    ratePerSecond: reduced(own.ratePerSecond),
    steps: own.steps.map((step) => ({ ...step, ratePerSecond: reduced(step.ratePerSecond) })),
  };
}

/** The waits of a run with several loads: the longest of each. */
export type Pace = Pick<Profile, 'warmUpSeconds' | 'holdSeconds' | 'steadyTimeoutSeconds'>;

/** @param profiles at least one */
export function paceOf(profiles: readonly Profile[]): Pace {
  const longest = (field: keyof Pace): number => Math.max(...profiles.map((profile) => profile[field]));
  return {
    warmUpSeconds: longest('warmUpSeconds'),
    holdSeconds: longest('holdSeconds'),
    steadyTimeoutSeconds: longest('steadyTimeoutSeconds'),
  };
}

/** The steps repeated until they fill `seconds`; a constant profile has one step, a profile that scales keeps its last rate. */
export function stepsFor(profile: Profile, seconds: number): ProfileStep[] {
  if (profile.scaling) return keptAtTheEnd(profile.steps, seconds);
  if (profile.steps.length === 0) return [{ seconds, ratePerSecond: profile.ratePerSecond }];
  const steps: ProfileStep[] = [];
  let left = seconds;
  for (let i = 0; left > 0; i++) {
    const step = profile.steps[i % profile.steps.length]!;
    steps.push(step);
    left -= step.seconds;
  }
  return steps;
}

function keptAtTheEnd(steps: readonly ProfileStep[], seconds: number): ProfileStep[] {
  const left = seconds - steps.reduce((sum, step) => sum + step.seconds, 0);
  const last = steps.at(-1);
  return last && left > 0 ? [...steps, { seconds: left, ratePerSecond: last.ratePerSecond }] : [...steps];
}
