/** Every resource type and data source that is known, in one table. */
import type { Kind } from './kind.ts';
import { BALANCING_KINDS } from './kinds-balancing.ts';
import { ECS_KINDS } from './kinds-ecs.ts';
import { INERT_KINDS } from './kinds-inert.ts';
import { OTHER_KINDS } from './kinds-other.ts';

export { DATA_KINDS } from './kinds-inert.ts';

export const KINDS: Readonly<Record<string, Kind>> = {
  ...INERT_KINDS,
  ...BALANCING_KINDS,
  ...ECS_KINDS,
  ...OTHER_KINDS,
};

/** Rows of the fidelity ledger: what each attribute does here. */
export function fidelityTable(): readonly {
  readonly type: string;
  readonly attribute: string;
  readonly effect: string;
}[] {
  return Object.entries(KINDS).flatMap(([type, kind]) => {
    if (kind.noEffect) return [{ type, attribute: '(all)', effect: `no local effect: ${kind.noEffect}` }];
    return [
      ...kind.acts.map((attribute) => ({ type, attribute, effect: 'acts' })),
      ...Object.entries(kind.inert).map(([attribute, reason]) => ({
        type,
        attribute,
        effect: `no local effect: ${reason}`,
      })),
    ];
  });
}
