/** What only shows in the whole: references between resources, clashes, quotas, what could never work. */
import type { Problem } from '../../errors.ts';
import type { Topology } from '../../topology.ts';
import { checkBalancing } from './balancing.ts';
import { checkCapacity } from './capacity.ts';
import { checkDelivery } from './delivery.ts';
import { checkNames } from './names.ts';
import { checkServices } from './services.ts';

export { deliveryNotes } from './delivery.ts';

/** Every problem of the whole topology. */
export const checkTopology = (t: Topology): Problem[] => [
  ...checkBalancing(t),
  ...checkServices(t),
  ...checkCapacity(t),
  ...checkNames(t),
  ...checkDelivery(t),
];
