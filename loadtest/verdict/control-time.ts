/** Wall time as minutes of control time: what it would have been on AWS. Pure. */

const MS_PER_MINUTE = 60_000;

/** @param clockRate control seconds per wall second */
export function controlMinutes(wallMs: number, clockRate: number): number {
  return (wallMs / MS_PER_MINUTE) * clockRate;
}
