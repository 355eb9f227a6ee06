/** What a run must hold to, as data. The judge evaluates them; k6 reads the latency and error bounds as thresholds. */
import { BLUE_GREEN_CRITERIA } from './criteria/blue-green.ts';
import type { Criterion, CriterionName } from './criteria/criterion.ts';
import { FORUM_CRITERIA } from './criteria/forum.ts';
import { KILL_CRITERIA } from './criteria/kills.ts';
import { ORDER_CRITERIA } from './criteria/orders.ts';
import { SCALING_CRITERIA } from './criteria/scaling.ts';

export type { Criterion, CriterionName, Unit } from './criteria/criterion.ts';

export const CRITERIA: readonly Criterion[] = [
  ...ORDER_CRITERIA,
  ...FORUM_CRITERIA,
  ...BLUE_GREEN_CRITERIA,
  ...SCALING_CRITERIA,
  ...KILL_CRITERIA,
];

/** @throws RangeError where the table has no such criterion (a programming error). */
export function criterion(name: CriterionName, table: readonly Criterion[] = CRITERIA): Criterion {
  const found = table.find((entry) => entry.name === name);
  if (!found) throw new RangeError(`no criterion ${name}`);
  return found;
}
