import type { Rule } from '../../contracts.ts';
import { bindingsOf, forwarded, routesOf, scalableTargetOf } from '../../lookups.ts';

export const desiredZero: Rule = {
  id: 'desired-zero',
  severity: 'advice',
  text: 'a service of no tasks answers nothing: the load balancer says 503 where rules still forward to it',
  page: 'ELB load-balancer-troubleshooting: HTTP 503',
  fix: 'set desired_count, or take the rules away that forward to it',
  needsAll: ['aws_appautoscaling_target'],
  find: ({ topology: t }) =>
    t.services
      .filter((s) => s.schedulingStrategy === 'REPLICA')
      .filter((s) => s.desiredCount === 0 && (scalableTargetOf(s, t)?.minCapacity ?? 0) === 0)
      .map((s) => {
        const groups = bindingsOf(t)
          .filter((b) => b.service === s)
          .map((b) => b.group.arn);
        const isRouted = routesOf(t).some((r) => forwarded(r.actions).some((arn) => groups.includes(arn)));
        return {
          address: `${s.address}.desired_count`,
          message: `${s.name} has no tasks${isRouted ? ', and requests are forwarded to it' : ''}`,
          value: 0,
        };
      }),
};
