import { quota, refusedAt } from './quota.ts';

export const containersPerDefinition = quota({
  id: 'quota-containers-per-definition',
  max: 10,
  what: 'containers',
  per: 'a task definition',
  isAdjustable: false,
  page: 'ECS service-quotas',
  fix: 'split the task definition',
  adopts: refusedAt(/aws_ecs_task_definition\.[^.]+\.container_definitions$/, /^there are \d+$/),
  count: ({ topology }) =>
    topology.taskDefinitions.map((d) => ({
      address: `${d.address}.container_definitions`,
      of: d.family,
      count: d.containers.length,
    })),
});
