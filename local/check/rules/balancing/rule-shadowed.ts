import type { ListenerRule, Topology } from '../../../topology.ts';
import type { Rule } from '../../contracts.ts';
import { bindingsOf, forwarded, mostTasksOf } from '../../lookups.ts';
import { subsumes } from './subsumes.ts';

export const ruleShadowed: Rule = {
  id: 'rule-shadowed',
  severity: 'error',
  text: 'the lowest priority number that matches takes the request: a rule behind a wider one never matches. It is advice where nothing waits for its requests: all it forwards to are services of no tasks',
  page: 'ELB load-balancer-listeners: rule priority',
  fix: 'give the narrower rule the lower priority number, or remove it',
  find: ({ topology: t }) =>
    t.rules.flatMap((later) => {
      const first = t.rules
        .filter((r) => r.listenerArn === later.listenerArn && r.priority < later.priority)
        .sort((a, b) => a.priority - b.priority)
        .find((earlier) => earlier.conditions.length > 0 && subsumes(earlier.conditions, later.conditions));
      if (!first) return [];
      return [
        {
          address: `${later.address}.priority`,
          message: `it never matches: ${first.address} with priority ${first.priority} takes all of it before`,
          value: { priority: later.priority, conditions: later.conditions },
          severity: isForNobody(later, t) ? ('advice' as const) : ('error' as const),
        },
      ];
    }),
};

function isForNobody(rule: ListenerRule, t: Topology): boolean {
  const groups = forwarded(rule.actions);
  const services = bindingsOf(t).filter((b) => groups.includes(b.group.arn));
  const isOfInstances = t.autoScalingGroups.some((g) => g.targetGroupArns.some((arn) => groups.includes(arn)));
  return services.length > 0 && !isOfInstances && services.every((b) => mostTasksOf(b.service, t) === 0);
}
