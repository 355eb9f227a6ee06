import { quota, refusedAt } from './quota.ts';

export const securityGroupsPerInterface = quota({
  id: 'quota-security-groups-per-interface',
  max: 5,
  what: 'security groups',
  per: 'a network interface',
  isAdjustable: true,
  page: 'VPC amazon-vpc-limits: security groups per network interface, ECS NetworkConfiguration',
  fix: 'merge security groups',
  adopts: refusedAt(/\.security_groups$/),
  count: ({ topology: t }) => [
    ...t.services.map((s) => ({
      address: `${s.address}.network_configuration.security_groups`,
      of: s.name,
      count: s.securityGroupIds.length,
    })),
    ...t.loadBalancers.map((lb) => ({
      address: `${lb.address}.security_groups`,
      of: lb.name,
      count: lb.securityGroupIds.length,
    })),
    ...t.autoScalingGroups.map((g) => ({ address: g.address, of: g.name, count: g.securityGroupIds.length })),
  ],
});
