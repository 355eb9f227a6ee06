import { mostTasksOf, servicesIn } from '../../lookups.ts';
import { quota } from './quota.ts';

export const targetsPerGroup = quota({
  id: 'quota-targets-per-group',
  max: 1000,
  what: 'targets at most',
  per: 'a target group of an application load balancer',
  isAdjustable: true,
  page: 'ELB load-balancer-limits',
  fix: 'ask for more, or split the service among target groups',
  count: ({ topology: t }) =>
    t.targetGroups.map((g) => {
      const instances = t.autoScalingGroups.filter((a) => a.targetGroupArns.includes(g.arn));
      return {
        address: g.address,
        of: g.name,
        count:
          servicesIn(g, t).reduce((sum, s) => sum + mostTasksOf(s, t), 0) +
          instances.reduce((sum, a) => sum + a.maxSize, 0),
      };
    }),
});
