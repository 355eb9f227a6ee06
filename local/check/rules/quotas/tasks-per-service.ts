import { mostTasksOf } from '../../lookups.ts';
import { quota, refusedAt } from './quota.ts';

export const tasksPerService = quota({
  id: 'quota-tasks-per-service',
  max: 5000,
  what: 'tasks at most',
  per: 'a service',
  isAdjustable: true,
  page: 'ECS service-quotas',
  fix: 'split the service, or lower max_capacity',
  adopts: refusedAt(/aws_ecs_service\.[^.]+\.desired_count$/, /out of range/),
  // A count that is out of range reads as its default: what was written counts.
  count: ({ topology: t }) =>
    t.services.map((s) => ({
      address: `${s.address}.desired_count`,
      of: s.name,
      count: Math.max(mostTasksOf(s, t), Number(s.attributes['desired_count'] ?? 0) || 0),
    })),
});
