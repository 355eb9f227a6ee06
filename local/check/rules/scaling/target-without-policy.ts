import type { Rule } from '../../contracts.ts';

export const targetWithoutPolicy: Rule = {
  id: 'target-without-policy',
  severity: 'advice',
  text: 'a scalable target says how far a service may be scaled; policies and schedules are what scales it',
  page: 'AAS application-auto-scaling-target-tracking',
  fix: 'declare a policy or a scheduled action for it, or remove it',
  needsAll: ['aws_appautoscaling_'],
  find: ({ topology: t }) =>
    t.scalableTargets
      .filter((x) => ![...t.scalingPolicies, ...t.scheduledScalings].some((p) => p.resourceId === x.resourceId))
      .map((x) => ({ address: x.address, message: `nothing scales ${x.serviceName}`, value: x.resourceId })),
};
