import type { Rule } from '../../contracts.ts';
import { fleetOf } from '../../fleet.ts';
import { counted, runsTwice } from '../../lookups.ts';

export const blueGreenRoom: Rule = {
  id: 'blue-green-room',
  severity: 'error',
  text: 'during a blue/green deployment, CodeDeploy’s or ECS’s own, both versions run in full: the instances must hold the desired count twice',
  page: 'ECS deployment-type-bluegreen: considerations',
  fix: 'use more or larger instances, managed scaling, or Fargate',
  needsAll: ['aws_autoscaling_group', 'aws_launch_template', 'aws_ecs_capacity_provider'],
  find: ({ topology: t }) =>
    t.services
      .filter((s) => s.launchType === 'EC2' && runsTwice(s))
      .flatMap((s) => {
        const fleet = fleetOf(s.clusterName, t);
        if (!fleet || fleet.missing(s) > 0) return [];
        const room = fleet.room(s, s.desiredCount);
        if (room >= s.desiredCount) return [];
        return [
          {
            address: s.address,
            message: `${room} of ${counted(s.desiredCount, 'green task')} of ${s.name} fit beside blue on ${counted(fleet.instances, 'instance')} of ${s.clusterName}`,
            value: { desiredCount: s.desiredCount, room },
          },
        ];
      }),
};
