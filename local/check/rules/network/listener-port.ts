import { networkPolicyOf } from '../../../run/balancer/network-policy.ts';
import type { Rule } from '../../contracts.ts';

/** Somewhere in the internet, or in the network of an internal load balancer. */
const ANY_PEER: readonly string[] = [];

export const listenerPort: Rule = {
  id: 'listener-port',
  severity: 'warning',
  text: 'clients connect to the listener’s port: a security group of the load balancer must let somebody in there',
  page: 'ELB load-balancer-update-security-groups: recommended rules',
  fix: 'open the listener’s port in a security group of the load balancer',
  needsAll: ['aws_security_group', 'aws_vpc_security_group_'],
  find: ({ topology: t }) => {
    const reaches = networkPolicyOf(t.securityGroups);
    return t.listeners.flatMap((l) => {
      const lb = t.loadBalancers.find((b) => b.arn === l.loadBalancerArn);
      const own = t.securityGroups.filter((g) => lb?.securityGroupIds.includes(g.id));
      const rules = own.flatMap((g) => g.ingress);
      const isSomebody = rules.some((r) => r.protocol === '-1' || (l.port >= r.fromPort && l.port <= r.toPort));
      if (
        !lb ||
        own.length < lb.securityGroupIds.length ||
        isSomebody ||
        reaches(ANY_PEER, lb.securityGroupIds, l.port)
      )
        return [];
      return [
        { address: `${l.address}.port`, message: `nobody may connect to ${lb.name} on port ${l.port}`, value: l.port },
      ];
    });
  },
};
