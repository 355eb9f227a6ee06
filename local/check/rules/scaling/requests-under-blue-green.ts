import { scaledService } from '../../../resolve/check/scaling.ts';
import type { Rule } from '../../contracts.ts';
import { runsTwice } from '../../lookups.ts';

export const requestsUnderBlueGreen: Rule = {
  id: 'requests-under-blue-green',
  severity: 'error',
  text: 'ALBRequestCountPerTarget follows one target group; blue/green moves the tasks to the other, where the policy sees nothing: it is not supported',
  page: 'ECS service-autoscaling-targettracking: considerations',
  fix: 'track ECSServiceAverageCPUUtilization instead',
  find: ({ topology: t }) =>
    t.scalingPolicies.flatMap((p) => {
      const service = scaledService(p.resourceId, t);
      if (p.policy.type !== 'TargetTrackingScaling' || !service || !runsTwice(service)) return [];
      const { metric } = p.policy;
      const isRequests =
        metric.kind === 'ALBRequestCountPerTarget' ||
        (metric.kind === 'custom' && metric.name === 'RequestCountPerTarget');
      if (!isRequests) return [];
      return [
        {
          address: p.address,
          message: `${p.name} tracks the requests of one target group, and ${service.name} changes groups`,
          value: metric,
        },
      ];
    }),
};
