import type { Rule } from '../../contracts.ts';
import { bindingsOf } from '../../lookups.ts';

export const healthCheckPort: Rule = {
  id: 'health-check-port',
  severity: 'error',
  text: 'with dynamic host ports every target has a port of its own: the health check must go to traffic-port',
  page: 'ECS service-load-balancing: dynamic host ports, ELB target-group-health-checks',
  fix: 'set health_check.port to traffic-port',
  find: ({ topology }) =>
    bindingsOf(topology).flatMap(({ definition, service, group, hostPort }) => {
      const { port } = group.healthCheck;
      if (port === 'traffic-port' || hostPort !== 0) return [];
      // A second mapping with a fixed host port may be what answers health checks.
      const isMapped = definition.containers.some((c) => c.portMappings.some((p) => p.hostPort === port));
      if (isMapped) return [];
      return [
        {
          address: `${group.address}.health_check.port`,
          message: `tasks of ${service.name} have dynamic ports, and all are checked on port ${port}`,
          value: port,
        },
      ];
    }),
};
