import type { Rule } from '../../contracts.ts';
import { balancersOf, bindingsOf } from '../../lookups.ts';
import { closedPorts } from '../../network.ts';
import { describeClosed } from './describe-closed.ts';

export const taskPort: Rule = {
  id: 'task-port',
  severity: 'error',
  text: 'an awsvpc task is reached on its container port: its security group must let the load balancer’s in, and that one must let it out',
  page: 'ECS task-networking-awsvpc, ELB load-balancer-update-security-groups',
  fix: 'open the container port from the load balancer’s security group to the task’s, both ways',
  needsAll: ['aws_security_group', 'aws_vpc_security_group_'],
  find: ({ topology: t }) =>
    bindingsOf(t)
      .filter((b) => b.definition.networkMode === 'awsvpc')
      .flatMap(({ service, group, containerPort }) => {
        const health = group.healthCheck.port;
        const ports = [containerPort, ...(health === 'traffic-port' || health === containerPort ? [] : [health])];
        const targets = service.securityGroupIds;
        return ports.flatMap((port) =>
          closedPorts({ balancers: balancersOf(group, t), targets, ports: [port, port] }, t).map((closed) =>
            describeClosed(closed, targets, {
              what: `tasks of ${service.name} are ${port === containerPort ? 'reached' : 'checked'} on port ${port}`,
              fallback: `${service.address}.network_configuration`,
              t,
            }),
          ),
        );
      }),
};
