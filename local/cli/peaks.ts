/** What the peak of a load about scaling must reach, where a command says so. */
import type { Profile } from '../../loadtest/profiles.ts';
import type { Peaks } from '../../loadtest/scale-profiles.ts';
import { type Problem, throwIfAny } from '../errors.ts';

/** So many tasks or instances are no longer one machine's. */
export const MAX_PEAK = 10_000;

export interface PeakFlags {
  readonly profile?: string;
  readonly peakTasks?: number;
  readonly peakInstances?: number;
}

/** @throws CutoverError BAD_FLAG where the profile is not about scaling */
export function peaksOf({ profile: name, peakTasks, peakInstances }: PeakFlags, profile: Profile | undefined): Peaks {
  const given = { '--peak-tasks': peakTasks, '--peak-instances': peakInstances };
  const idle: Problem[] = Object.entries(given)
    .filter(([, value]) => value !== undefined && !profile?.scaling)
    .map(([address, value]) => ({
      ...{ code: 'BAD_FLAG' as const, address, value },
      message: `profile ${profile?.name ?? name} is not about scaling`,
      fix: 'leave it out, or take --profile ramp, spike, soak or sawtooth',
    }));
  throwIfAny(idle);
  return {
    ...(peakTasks === undefined ? {} : { peakTasks }),
    ...(peakInstances === undefined ? {} : { peakInstances }),
  };
}
