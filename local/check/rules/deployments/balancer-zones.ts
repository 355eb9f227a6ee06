import type { Rule } from '../../contracts.ts';
import { zonesOf } from '../../lookups.ts';

const LEAST_ZONES = 2;

export const balancerZones: Rule = {
  id: 'balancer-zones',
  severity: 'error',
  text: 'an application load balancer needs subnets of at least two availability zones, a network load balancer of one; one subnet a zone',
  page: 'ELB application-load-balancers: availability zones',
  fix: 'name a subnet of each of two zones or more',
  find: ({ topology: t }) =>
    t.loadBalancers.flatMap((lb) => {
      const zones = zonesOf(lb.subnetIds, t);
      if (!zones) return [];
      const address = `${lb.address}.subnets`;
      if (zones.length < LEAST_ZONES && !lb.network)
        return [{ address, message: `the load balancer ${lb.name} is in one zone only, ${zones[0]}`, value: zones }];
      if (zones.length === new Set(lb.subnetIds).size) return [];
      return [{ address, message: `two subnets of ${lb.name} are in one zone`, value: lb.subnetIds }];
    }),
};
