import type { Condition } from '../../../topology.ts';
import { quota } from './quota.ts';

const WITH_WILDCARDS: readonly Condition['field'][] = ['path-pattern', 'host-header', 'http-header', 'query-string'];

const textsOf = (c: Condition): readonly string[] =>
  'values' in c ? c.values : c.pairs.flatMap((p) => [p.key ?? '', p.value]);

export const wildcardsPerRule = quota({
  id: 'quota-wildcards-per-rule',
  max: 6,
  what: 'wildcards',
  per: 'a rule',
  isAdjustable: false,
  page: 'ELB load-balancer-limits: condition wildcards per rule',
  fix: 'split the rule',
  count: ({ topology }) =>
    topology.rules.map((r) => ({
      address: `${r.address}.condition`,
      of: 'the rule',
      count: r.conditions
        .filter((c) => WITH_WILDCARDS.includes(c.field))
        .flatMap(textsOf)
        .reduce((sum, text) => sum + (text.match(/[*?]/g)?.length ?? 0), 0),
    })),
});
