import { own } from '../../../read/json.ts';
import type { Found, Rule, System } from '../../contracts.ts';
import { type Binding, bindingsOf } from '../../lookups.ts';

/** What a task is taken to need where nothing was measured and the container declares no start period. */
const ASSUMED_BOOT_SECONDS = 30;

export const gracePeriod: Rule = {
  id: 'grace-period',
  severity: 'warning',
  text:
    'a task whose target turns unhealthy after the grace period is stopped: grace period plus interval × unhealthy threshold ' +
    'must be longer than it takes to pass the first health check. That time is the measured one (--boot, --measured), else ' +
    `startPeriod of the container's own health check, else ${ASSUMED_BOOT_SECONDS} s assumed, of which only advice follows`,
  page: 'ECS service_definition_parameters: healthCheckGracePeriodSeconds',
  fix: 'set health_check_grace_period_seconds above the longest boot',
  find: (system) => bindingsOf(system.topology).flatMap((b) => ofBinding(b, system)),
};

function ofBinding(binding: Binding, system: System): Found[] {
  const { service, group } = binding;
  const grace = service.healthCheckGracePeriodSeconds;
  const { intervalSeconds, unhealthyThreshold } = group.healthCheck;
  const patience = grace + intervalSeconds * unhealthyThreshold;
  const boot = bootOf(binding, system);
  if (boot.seconds <= grace) return [];
  const isStopped = boot.seconds > patience;
  // An assumption is no measurement: it counts only where tasks would be stopped.
  if (boot.from === 'assumed' && !isStopped) return [];
  const until = `the load balancer gives it ${intervalSeconds} s × ${unhealthyThreshold} after a grace period of ${grace} s`;
  return [
    {
      address: `${service.address}.health_check_grace_period_seconds`,
      message: `${service.name} takes ${boot.seconds} s to become healthy (${boot.from}); ${until}${isStopped ? ': every task is stopped before it is up' : ''}`,
      value: { graceSeconds: grace, bootSeconds: boot.seconds, patienceSeconds: patience },
      severity: boot.from === 'assumed' ? 'advice' : isStopped ? 'error' : 'warning',
      fix: `set health_check_grace_period_seconds to ${Math.ceil(boot.seconds * 1.5)} or more`,
    },
  ];
}

function bootOf({ service, container, group }: Binding, { bootSeconds }: System) {
  const measured = own(bootSeconds, service.name) ?? own(bootSeconds, group.name);
  if (measured !== undefined) return { seconds: measured, from: 'measured' } as const;
  const declared = container.healthCheck?.startPeriodSeconds ?? 0;
  if (declared > 0) return { seconds: declared, from: 'declared as startPeriod' } as const;
  return { seconds: ASSUMED_BOOT_SECONDS, from: 'assumed' } as const;
}
