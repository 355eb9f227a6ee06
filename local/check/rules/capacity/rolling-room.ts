import { bounds } from '../../../resolve/check/deployments.ts';
import type { Rule } from '../../contracts.ts';
import { fleetOf } from '../../fleet.ts';
import { counted } from '../../lookups.ts';

export const rollingRoom: Rule = {
  id: 'rolling-room',
  severity: 'error',
  text: 'a rolling update that may not stop a task first needs room for one more: the instances must hold it beside all others',
  page: 'ECS deployment-type-ecs, ECS task-placement',
  fix: 'lower deployment_minimum_healthy_percent so that a task may be stopped first, or use more or larger instances',
  needsAll: ['aws_autoscaling_group', 'aws_launch_template', 'aws_ecs_capacity_provider'],
  find: ({ topology: t }) =>
    t.services
      .filter(
        (s) =>
          s.launchType === 'EC2' && s.deploymentController === 'ECS' && !s.deploymentStrategy && s.desiredCount > 0,
      )
      .flatMap((s) => {
        const { least, most } = bounds(s);
        // Where a task may go first, the next one takes its place; where none may be added, the percentages are the trap.
        if (least < s.desiredCount || most <= s.desiredCount) return [];
        const fleet = fleetOf(s.clusterName, t);
        if (!fleet || fleet.missing(s) > 0 || fleet.room(s, 1) > 0) return [];
        const instances = counted(fleet.instances, 'instance');
        return [
          {
            address: `${s.address}.deployment_maximum_percent`,
            message: `${s.name} must start a task before it stops one, and ${instances} of ${s.clusterName}${fleet.isScaled ? ', the most there may be,' : ''} have no room for it`,
            value: { minimumHealthyPercent: s.minimumHealthyPercent, maximumPercent: s.maximumPercent },
          },
        ];
      }),
};
