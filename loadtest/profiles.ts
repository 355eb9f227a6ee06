/** Load profiles as data. Scenarios contain no numbers: they import these. Also imported by k6, so no Node modules here. */
import { LIMITS } from './limits.ts';

/** One step of an arrival-rate curve: go linearly to `ratePerSecond` within `seconds`. */
export interface ProfileStep {
  readonly seconds: number;
  readonly ratePerSecond: number;
}

export interface Profile {
  readonly name: string;
  readonly summary: string;
  /** Orders per second at the start; also throughout where `steps` is empty. */
  readonly ratePerSecond: number;
  /** Empty: constant rate. Repeated (from the last rate) for as long as the run lasts where `repeat` is set. */
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
  mixMaxAgeMs: 100,
  settleSeconds: 4,
  maxDrainSeconds: 90,
} as const;

export const PROFILES: Readonly<Record<string, Profile>> = {
  rehearsal: {
    ...BASE,
    name: 'rehearsal',
    summary: 'constant 120 orders/s through every stage',
    ratePerSecond: 120,
  },
  smoke: {
    ...BASE,
    name: 'smoke',
    summary: 'constant 40 orders/s, short stages, for CI',
    ratePerSecond: 40,
    durationSeconds: 10,
    warmUpSeconds: 3,
    holdSeconds: 3,
    settleSeconds: 2,
    maxSeconds: 300,
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
};

/** What is wrong with one field of a profile. */
export interface ProfileProblem {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
}

type NumberRule = readonly [field: keyof Profile, min: number, max: number, integer: boolean];

const NUMBER_RULES: readonly NumberRule[] = [
  ['ratePerSecond', 0.1, LIMITS.maxRatePerSecond, false],
  ['durationSeconds', 1, LIMITS.maxDurationSeconds, false],
  ['maxSeconds', 1, LIMITS.maxDurationSeconds, false],
  ['warmUpSeconds', 0, LIMITS.maxDurationSeconds, false],
  ['holdSeconds', 0, LIMITS.maxDurationSeconds, false],
  ['steadyTimeoutSeconds', 1, LIMITS.maxDurationSeconds, false],
  ['startVirtualUsers', 1, LIMITS.maxVirtualUsers, true],
  ['maxVirtualUsers', 1, LIMITS.maxVirtualUsers, true],
  ['timeoutSeconds', LIMITS.minTimeoutSeconds, LIMITS.maxTimeoutSeconds, false],
  ['mixMaxAgeMs', 0, 200, true],
  ['settleSeconds', 0.5, 60, false],
  ['maxDrainSeconds', 1, LIMITS.maxDurationSeconds, false],
];

/** @returns every problem of a profile; empty where it is valid. */
export function validateProfile(profile: Profile): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  for (const [field, min, max, integer] of NUMBER_RULES) {
    const value = profile[field];
    const ok = typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value));
    if (!ok) problems.push({ field, value, rule: `a${integer ? ' whole' : ''} number from ${min} to ${max}` });
  }
  profile.steps.forEach((step, i) => {
    if (!(step.seconds > 0 && step.seconds <= LIMITS.maxDurationSeconds)) {
      problems.push({
        field: `steps[${i}].seconds`,
        value: step.seconds,
        rule: `above 0, at most ${LIMITS.maxDurationSeconds}`,
      });
    }
    if (!(step.ratePerSecond >= 0 && step.ratePerSecond <= LIMITS.maxRatePerSecond)) {
      problems.push({
        field: `steps[${i}].ratePerSecond`,
        value: step.ratePerSecond,
        rule: `from 0 to ${LIMITS.maxRatePerSecond}`,
      });
    }
  });
  problems.push(...validateTogether(profile));
  return problems;
}

function validateTogether(profile: Profile): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  if (profile.maxVirtualUsers < profile.startVirtualUsers) {
    problems.push({
      field: 'maxVirtualUsers',
      value: profile.maxVirtualUsers,
      rule: `at least startVirtualUsers (${profile.startVirtualUsers})`,
    });
  }
  if (profile.durationSeconds > profile.maxSeconds) {
    problems.push({
      field: 'durationSeconds',
      value: profile.durationSeconds,
      rule: `at most maxSeconds (${profile.maxSeconds})`,
    });
  }
  const orders = Math.ceil(ordersWithin(profile, profile.durationSeconds));
  if (orders > LIMITS.maxOrders) {
    problems.push({
      field: 'durationSeconds',
      value: profile.durationSeconds,
      rule: `rate × duration at most ${LIMITS.maxOrders} orders; this is ${orders}`,
    });
  }
  return problems;
}

/** Upper bound of the orders that a profile sends within `seconds`: the highest rate throughout. */
export function ordersWithin(profile: Profile, seconds: number): number {
  return Math.max(profile.ratePerSecond, ...profile.steps.map((step) => step.ratePerSecond)) * seconds;
}

/** The steps repeated until they fill `seconds`; a constant profile has one step. */
export function stepsFor(profile: Profile, seconds: number): ProfileStep[] {
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
