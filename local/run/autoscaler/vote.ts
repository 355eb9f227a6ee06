/** What one policy asks for, before cooldowns, bounds and the other policies have their say. */
import type { NotScaledCode } from './contracts.ts';

export type Vote =
  | {
      readonly direction: 'out' | 'in';
      /** The desired count that the policy asks for. */
      readonly capacity: number;
      /** The count that it was computed from: running tasks (target tracking) or the desired count (step scaling). */
      readonly base: number;
      /** An exact capacity is not an addition to anything. */
      readonly exact: boolean;
      /** The alarm that asks. */
      readonly alarmName: string;
      /** The numbers: `3 of 3 datapoints above 50: 61.2, 74, 80.1`. */
      readonly why: string;
    }
  | {
      readonly direction: 'hold';
      readonly why: string;
      /** Set where the policy would have asked for something. */
      readonly code: NotScaledCode | null;
    };
