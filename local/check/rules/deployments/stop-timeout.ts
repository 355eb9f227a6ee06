import { definitionOf } from '../../../resolve/check/find.ts';
import type { Service, TaskDefinition, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';
import { DRAIN, durationIn } from './durations.ts';

export const stopTimeout: Rule = {
  id: 'stop-timeout',
  severity: 'error',
  text: 'SIGKILL follows SIGTERM after stopTimeout: what the service still wants to finish must fit into it',
  page: 'ECS task_definition_parameters: stopTimeout',
  fix: 'set stopTimeout above the service’s own time to drain',
  find: ({ topology }) => {
    const definitions = new Map(topology.services.map((s) => [definitionOf(s, topology), s]));
    return [...definitions].flatMap(([definition, service]) =>
      definition ? ofDefinition(definition, service, topology) : [],
    );
  },
};

function ofDefinition(definition: TaskDefinition, service: Service, t: Topology): Found[] {
  return definition.containers.flatMap((c): Found[] => {
    const address = `${containerAt(definition, c)}.stopTimeout`;
    const drain = durationIn(c, DRAIN);
    if (drain && drain.seconds >= c.stopTimeoutSeconds)
      return [
        {
          address,
          message: `${c.name} drains for up to ${drain.seconds} s (${drain.name}) and is killed after ${c.stopTimeoutSeconds} s`,
          value: c.stopTimeoutSeconds,
          fix: `set stopTimeout above ${Math.ceil(drain.seconds)}, or ${drain.name} below it`,
        },
      ];
    const isBehind = service.loadBalancers.some((lb) => t.targetGroups.some((g) => g.arn === lb.targetGroupArn));
    if (c.stopTimeoutSeconds > 0 || !isBehind) return [];
    return [{ address, message: `${c.name} is killed at once: it finishes no request`, value: 0 }];
  });
}
