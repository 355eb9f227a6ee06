import type { LoadBalancer, Topology } from '../../../topology.ts';
import { forwarded, mostTasksOf, routesOf, servicesIn, zonesOf } from '../../lookups.ts';
import { quota } from './quota.ts';

export const targetsPerNetworkBalancer = quota({
  id: 'quota-targets-per-network-balancer',
  max: 500,
  what: 'targets',
  per: 'a network load balancer: in each zone, with cross-zone load balancing in all',
  isAdjustable: true,
  page: 'ELB load-balancer-limits: network load balancers',
  fix: 'ask for more, turn cross-zone load balancing off, or use another load balancer',
  count: ({ topology: t }) =>
    t.loadBalancers
      .filter(({ network }) => network)
      .map((lb) => ({ address: lb.address, of: lb.name, count: targetsOf(lb, t) })),
});

/** Tasks are spread over the zones, as far as their number allows. */
function targetsOf(lb: LoadBalancer, t: Topology): number {
  const listeners = t.listeners.filter((l) => l.loadBalancerArn === lb.arn).map((l) => l.arn);
  const routes = routesOf(t).filter(({ listenerArn }) => listeners.includes(listenerArn));
  const arns = new Set(routes.flatMap(({ actions }) => forwarded(actions)));
  const all = t.targetGroups
    .filter(({ arn }) => arns.has(arn))
    .flatMap((group) => [
      ...servicesIn(group, t).map((service) => mostTasksOf(service, t)),
      ...t.autoScalingGroups.filter((a) => a.targetGroupArns.includes(group.arn)).map((a) => a.maxSize),
    ])
    .reduce((sum, count) => sum + count, 0);
  const zones = lb.network?.crossZone ? 1 : (zonesOf(lb.subnetIds, t)?.length ?? 1);
  return Math.ceil(all / zones);
}
