/** What only shows in the whole: references between resources, clashes, quotas, what could never work. */
import type { Problem } from '../../errors.ts';
import type { FidelityNote, Topology } from '../../topology.ts';
import { checkAlarms } from './alarms.ts';
import { checkBalancing } from './balancing.ts';
import { checkBlueGreen } from './blue-green.ts';
import { checkCapacity } from './capacity.ts';
import { checkDelivery, deliveryNotes } from './delivery.ts';
import { checkNames } from './names.ts';
import { checkNetworkBalancing } from './network-balancing.ts';
import { checkOwnBlueGreen } from './own-blue-green.ts';
import { checkRestApis } from './rest-apis.ts';
import { restApiNotes } from './rest-notes.ts';
import { checkRestUsage } from './rest-usage.ts';
import { checkScaling } from './scaling.ts';
import { checkServices } from './services.ts';
import { checkWaits } from './waits.ts';
import { deliveryWarnings } from './warnings.ts';

/** Every problem of the whole topology. */
export const checkTopology = (t: Topology): Problem[] => [
  ...checkBalancing(t),
  ...checkNetworkBalancing(t),
  ...checkServices(t),
  ...checkCapacity(t),
  ...checkNames(t),
  ...checkDelivery(t),
  ...checkBlueGreen(t),
  ...checkOwnBlueGreen(t),
  ...checkScaling(t),
  ...checkAlarms(t),
  ...checkWaits(t),
  ...checkRestApis(t),
  ...checkRestUsage(t),
];

/** What is allowed, and yet may not do what it looks like. */
export const topologyNotes = (t: Topology): FidelityNote[] => [
  ...deliveryNotes(t),
  ...deliveryWarnings(t),
  ...restApiNotes(t),
];
