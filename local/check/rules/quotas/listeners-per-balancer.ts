import { quota, refusedAt } from './quota.ts';

export const listenersPerBalancer = quota({
  id: 'quota-listeners-per-balancer',
  max: 50,
  what: 'listeners',
  per: 'a load balancer',
  isAdjustable: true,
  page: 'ELB load-balancer-limits',
  fix: 'use another load balancer',
  adopts: refusedAt(/aws_a?lb\./, / listeners$/),
  count: ({ topology: t }) =>
    t.loadBalancers.map((lb) => ({
      address: lb.address,
      of: lb.name,
      count: t.listeners.filter((l) => l.loadBalancerArn === lb.arn).length,
    })),
});
