import type { Condition } from '../../../topology.ts';
import { quota, refusedAt } from './quota.ts';

const valuesOf = (c: Condition): number => ('values' in c ? c.values.length : c.pairs.length);

export const valuesPerRule = quota({
  id: 'quota-values-per-rule',
  max: 5,
  what: 'condition values',
  per: 'a rule',
  isAdjustable: false,
  page: 'ELB load-balancer-limits',
  fix: 'split the rule',
  adopts: refusedAt(/aws_a?lb_listener_rule\..*\.condition$/, /condition values$/),
  count: ({ topology }) =>
    topology.rules.map((r) => ({
      address: `${r.address}.condition`,
      of: 'the rule',
      count: r.conditions.reduce((sum, c) => sum + valuesOf(c), 0),
    })),
});
