/** What the benches of services have in common: their options, and one measurement. */
import { parseArgs } from 'node:util';

export interface Sample {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuPer10k: number;
  readonly rssMiB: number;
  readonly coldMs: number;
  readonly failed: number;
}

export interface Rounds {
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  readonly connections: number;
}

/** Load before each measurement, seconds. */
export const WARM_UP_SECONDS = 1;

/** `[--rounds 3] [--seconds S] [--connections 32]`. @throws RangeError where one is no number above 0 */
export function readRounds(defaults: { readonly seconds: number }): Rounds {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: String(defaults.seconds) },
      connections: { type: 'string', default: '32' },
    },
  });
  const number = (name: keyof Rounds): number => {
    const value = Number(values[name]);
    if (!(value > 0 && value <= 1_000))
      throw new RangeError(`--${name}: a number above 0, at most 1000, not ${values[name]}`);
    return value;
  };
  return { rounds: number('rounds'), seconds: number('seconds'), connections: number('connections') };
}
