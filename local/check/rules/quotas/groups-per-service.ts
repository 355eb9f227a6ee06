import { quota, refusedAt } from './quota.ts';

export const groupsPerService = quota({
  id: 'quota-groups-per-service',
  max: 5,
  what: 'target groups',
  per: 'a service',
  isAdjustable: false,
  page: 'ECS service-quotas',
  fix: 'register the service in fewer target groups',
  adopts: refusedAt(/aws_ecs_service\.[^.]+\.load_balancer$/, /^there are \d+$/),
  count: ({ topology }) =>
    topology.services.map((s) => ({
      address: `${s.address}.load_balancer`,
      of: s.name,
      count: s.loadBalancers.length,
    })),
});
