import { groupsOf } from '../../../resolve/check/capacity.ts';
import type { Found, Rule } from '../../contracts.ts';
import { balancersOf, bindingsOf } from '../../lookups.ts';
import { closedPorts } from '../../network.ts';
import { describeClosed } from './describe-closed.ts';

export const ephemeralRange: Rule = {
  id: 'ephemeral-range',
  severity: 'error',
  text:
    'a dynamic host port is any of the instance’s ephemeral range (net.ipv4.ip_local_port_range, else 32768–60999): the load ' +
    'balancer’s group must let it out, and the instances’ group must let it in from there',
  page: 'ECS task_definition_parameters: hostPort, ELB load-balancer-update-security-groups',
  fix: 'open the whole range between the two security groups, both ways',
  needsAll: ['aws_security_group', 'aws_vpc_security_group_'],
  find: ({ topology: t }) =>
    bindingsOf(t)
      .filter((b) => b.definition.networkMode === 'bridge' && b.hostPort === 0)
      .flatMap((b) =>
        groupsOf(b.service, t).flatMap((asg): Found[] => {
          const balancers = balancersOf(b.group, t);
          const ports = asg.ephemeralPortRange;
          return closedPorts({ balancers, targets: asg.securityGroupIds, ports }, t).map((closed) =>
            describeClosed(closed, asg.securityGroupIds, {
              what: `tasks of ${b.service.name} are on ports ${ports.join('–')} of the instances`,
              fallback: asg.address,
              t,
            }),
          );
        }),
      ),
};
