import type { Rule } from '../../contracts.ts';
import { forwarded, routesOf } from '../../lookups.ts';

export const groupUnattached: Rule = {
  id: 'group-unattached',
  severity: 'error',
  text: 'ECS refuses a service whose target group belongs to no load balancer: a listener or a rule must forward to it, with whatever weight',
  page: 'ECS service-load-balancing, ELB load-balancer-target-groups',
  fix: 'add a listener rule that forwards to it',
  needsAll: ['aws_lb_listener', 'aws_alb_listener'],
  find: ({ topology: t }) => {
    const attached = new Set(routesOf(t).flatMap((route) => forwarded(route.actions)));
    return t.services.flatMap((service) =>
      service.loadBalancers.flatMap(({ targetGroupArn }) => {
        // A group of elsewhere has its rules there, too.
        const group = t.targetGroups.find(({ arn }) => arn === targetGroupArn);
        if (!group || attached.has(group.arn)) return [];
        return [
          {
            address: `${service.address}.load_balancer`,
            message: `${service.name} registers in ${group.name}, and nothing forwards there`,
            value: group.name,
          },
        ];
      }),
    );
  },
};
