import type { Found, Rule } from '../../contracts.ts';
import { type Binding, bindingsOf } from '../../lookups.ts';
import { DRAIN, durationIn } from './durations.ts';

/** Above this each task that is stopped holds up a deployment by minutes. */
const LONG_SECONDS = 120;

export const deregistrationDelay: Rule = {
  id: 'deregistration-delay',
  severity: 'warning',
  text: 'past the deregistration delay the load balancer cuts requests under way; until then ECS waits before it stops the task',
  page: 'ECS load-balancer-connection-draining, ELB load-balancer-target-groups: deregistration delay',
  fix: 'set deregistration_delay to what the longest request takes, and not more',
  find: ({ topology }) => bindingsOf(topology).flatMap(ofBinding),
};

function ofBinding({ service, group, container }: Binding): Found[] {
  const delay = group.deregistrationDelaySeconds;
  const address = `${group.address}.deregistration_delay`;
  if (group.network) return ofNetwork({ service, group }, address);
  if (delay === 0)
    return [{ address, message: `requests to ${service.name} are cut with each task that is stopped`, value: delay }];
  const drain = durationIn(container, DRAIN);
  if (drain && drain.seconds > delay)
    return [
      {
        address,
        message: `${service.name} finishes requests for up to ${drain.seconds} s (${drain.name}), and the load balancer cuts them after ${delay} s`,
        value: delay,
        fix: `set deregistration_delay to ${Math.ceil(drain.seconds)} or more`,
      },
    ];
  if (delay <= LONG_SECONDS) return [];
  return [
    {
      address,
      message: `each task of ${service.name} that is stopped may hold up the deployment for ${delay} s`,
      value: delay,
      severity: 'advice',
    },
  ];
}

/** A network load balancer does not see when a target is idle. */
function ofNetwork({ service, group }: Pick<Binding, 'service' | 'group'>, address: string): Found[] {
  const delay = group.deregistrationDelaySeconds;
  if (delay <= LONG_SECONDS) return [];
  return [
    {
      address,
      message: `each task of ${service.name} that is stopped holds up the deployment for ${delay} s, idle or not: a network load balancer drains for the whole delay`,
      value: delay,
      severity: 'advice',
    },
  ];
}
