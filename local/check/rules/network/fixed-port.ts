import { groupsOf } from '../../../resolve/check/capacity.ts';
import type { AutoScalingGroup, TargetGroup, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { balancersOf, bindingsOf } from '../../lookups.ts';
import { closedPorts } from '../../network.ts';
import { describeClosed } from './describe-closed.ts';

export const fixedPort: Rule = {
  id: 'fixed-port',
  severity: 'error',
  text: 'instances are reached on the fixed host port, or on the target group’s own: the security groups must let the load balancer through',
  page: 'ELB load-balancer-update-security-groups',
  fix: 'open the port between the two security groups, both ways',
  needsAll: ['aws_security_group', 'aws_vpc_security_group_'],
  find: ({ topology: t }) => [
    ...bindingsOf(t)
      .filter((b) => b.definition.networkMode !== 'awsvpc' && b.hostPort > 0)
      .flatMap((b) => groupsOf(b.service, t).flatMap((asg) => ofGroup(b.group, asg, b.hostPort, t))),
    ...t.autoScalingGroups.flatMap((asg) =>
      t.targetGroups.filter((g) => asg.targetGroupArns.includes(g.arn)).flatMap((g) => ofGroup(g, asg, g.port, t)),
    ),
  ],
};

function ofGroup(group: TargetGroup, asg: AutoScalingGroup, port: number, t: Topology): Found[] {
  const targets = asg.securityGroupIds;
  return closedPorts({ balancers: balancersOf(group, t), targets, ports: [port, port] }, t).map((closed) =>
    describeClosed(closed, targets, {
      what: `instances of ${asg.name} are reached on port ${port}`,
      fallback: asg.address,
      t,
    }),
  );
}
