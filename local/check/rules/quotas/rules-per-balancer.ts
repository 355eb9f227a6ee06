import { quota, refusedAt } from './quota.ts';

export const rulesPerBalancer = quota({
  id: 'quota-rules-per-balancer',
  max: 100,
  what: 'rules',
  per: 'a load balancer, default actions not counted',
  isAdjustable: true,
  page: 'ELB load-balancer-limits',
  fix: 'ask for more, merge rules, or use another load balancer',
  adopts: refusedAt(/aws_a?lb\./, / rules$/),
  count: ({ topology: t }) =>
    t.loadBalancers.map((lb) => {
      const listeners = t.listeners.filter((l) => l.loadBalancerArn === lb.arn).map((l) => l.arn);
      const count = t.rules.filter((r) => listeners.includes(r.listenerArn)).length;
      return { address: lb.address, of: lb.name, count };
    }),
});
