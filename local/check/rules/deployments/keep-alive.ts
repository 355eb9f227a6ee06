import type { Found, Rule } from '../../contracts.ts';
import { balancersOf, bindingsOf, containerAt } from '../../lookups.ts';
import { durationIn, KEEP_ALIVE, keepAliveArgument } from './durations.ts';

/** Idle timeout of a load balancer that nobody set, which frameworks' defaults and tutorials are made for. */
const DEFAULT_IDLE_SECONDS = 60;

/** A network load balancer keeps no connection of its own. */
const applicationBalancersOf: typeof balancersOf = (group, t) => balancersOf(group, t).filter((lb) => !lb.network);

export const keepAlive: Rule = {
  id: 'keep-alive',
  severity: 'error',
  text:
    'a service must keep idle connections longer than the load balancer’s idle timeout, else requests meet a connection ' +
    'that is just being closed and become 502. Known where the task definition sets a variable named like KEEP_ALIVE_TIMEOUT_MS, or an argument such as --keep-alive',
  page: 'ELB load-balancer-troubleshooting: HTTP 502',
  fix: 'raise the service’s keep-alive timeout above idle_timeout, or lower idle_timeout',
  find: ({ topology }) =>
    bindingsOf(topology).flatMap(({ container, definition, group, service }) =>
      applicationBalancersOf(group, topology).flatMap((lb): Found[] => {
        const idle = lb.idleTimeoutSeconds;
        const argument = keepAliveArgument(container);
        const own = argument ?? durationIn(container, KEEP_ALIVE);
        const about = `the load balancer ${lb.name} keeps idle ones for ${idle} s`;
        const at = containerAt(definition, container);
        const address = `${at}.environment`;
        if (own && own.seconds <= idle)
          return [
            {
              address: argument?.isCommand ? `${at}.command` : `${address}.${own.name}`,
              message: `${service.name} closes idle connections after ${own.seconds} s; ${about}`,
              value: own.seconds,
            },
          ];
        if (own || idle <= DEFAULT_IDLE_SECONDS) return [];
        return [
          {
            address,
            message: `nothing in the task definition raises how long ${service.name} keeps idle connections; ${about}`,
            value: idle,
            severity: 'warning',
          },
        ];
      }),
    ),
};
