import { forwarded, routesOf } from '../../lookups.ts';
import { quota, refusedAt } from './quota.ts';

export const groupsPerAction = quota({
  id: 'quota-groups-per-action',
  max: 5,
  what: 'target groups',
  per: 'a forward action',
  isAdjustable: false,
  page: 'ELB load-balancer-limits',
  fix: 'forward to fewer target groups',
  adopts: refusedAt(/\.forward\.target_group$/),
  count: ({ topology }) =>
    routesOf(topology).map((r) => ({
      address: `${r.resource.address}.${r.attribute}.forward.target_group`,
      of: 'its forward action',
      count: forwarded(r.actions).length,
    })),
});
