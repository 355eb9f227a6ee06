/** Capacities from ratios, and numbers as people read them. */

/** Ratios of doubles may end a hair above a whole number, where no further task is meant. */
const ROUNDING_SLACK = 1e-9;

/** The next whole number, without being misled by the rounding of doubles. */
export const ceil = (value: number): number => Math.ceil(value - ROUNDING_SLACK) + 0;

export const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value));

/** At most two decimals, none where they are zero: `74`, `61.2`, `0.03`. */
export function short(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 && value !== 0 ? value.toPrecision(2) : String(rounded);
}

export const list = (values: readonly number[]): string => values.map(short).join(', ');
