/** What a profile must hold to before it is run. Pure. */
import { LIMITS } from './limits.ts';
import type { Profile } from './profiles.ts';

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
  ['mixMaxAgeMs', 0, 2_000, true],
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
