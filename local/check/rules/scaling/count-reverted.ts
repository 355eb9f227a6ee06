import { scaledService } from '../../../resolve/check/scaling.ts';
import type { Rule } from '../../contracts.ts';
import { ignores } from '../../lookups.ts';

export const countReverted: Rule = {
  id: 'count-reverted',
  severity: 'warning',
  text: 'scaling changes the desired count: each apply sets it back, under load too, unless Terraform ignores it',
  page: 'ECS service-auto-scaling',
  fix: 'add lifecycle { ignore_changes = [desired_count] }',
  find: ({ topology: t }) =>
    t.scalableTargets.flatMap((target) => {
      const service = scaledService(target.resourceId, t);
      // A service without desired_count keeps what it has.
      const isSet = service?.attributes['desired_count'] !== undefined;
      if (!service || !isSet || ignores(service, 'desired_count')) return [];
      return [
        {
          address: `${service.address}.lifecycle`,
          message: `${target.address} scales ${service.name}, and Terraform would set its desired count back to ${service.desiredCount}`,
          value: service.ignoreChanges,
        },
      ];
    }),
};
