import type { Rule } from '../../contracts.ts';
import { fleetOf } from '../../fleet.ts';
import { counted } from '../../lookups.ts';

export const desiredCountFits: Rule = {
  id: 'desired-count-fits',
  severity: 'error',
  text: 'the instances of a cluster, at their largest where managed scaling grows them, hold the desired count of every service',
  page: 'ECS task-placement',
  fix: 'use more or larger instances, smaller tasks, or dynamic host ports',
  adopts: ({ code }) => code === 'TASK_FITS_NO_INSTANCE',
  // Instances of no group of these stacks may be made elsewhere.
  severityOf: ({ message }) => (message.startsWith('no Auto Scaling group') ? 'warning' : undefined),
  needsAll: ['aws_autoscaling_group', 'aws_launch_template', 'aws_ecs_capacity_provider'],
  find: ({ topology: t }) =>
    [...new Set(t.services.map((s) => s.clusterName))].flatMap((cluster) => {
      const fleet = fleetOf(cluster, t);
      return t.services
        .filter((s) => s.clusterName === cluster && (fleet?.missing(s) ?? 0) > 0)
        .map((s) => ({
          address: `${s.address}.desired_count`,
          message: `${fleet?.missing(s)} of ${counted(s.desiredCount, 'task')} of ${s.name} find no place on ${counted(fleet?.instances ?? 0, 'instance')} of ${cluster}`,
          value: s.desiredCount,
        }));
    }),
};
