import { groupsOf } from '../../../resolve/check/capacity.ts';
import { definitionOf } from '../../../resolve/check/find.ts';
import type { AutoScalingGroup, Service, Topology } from '../../../topology.ts';
import type { Rule } from '../../contracts.ts';
import { runsTwice } from '../../lookups.ts';
import { interfacesOf } from './interfaces.ts';

export const awsvpcInterfaces: Rule = {
  id: 'quota-awsvpc-interfaces',
  severity: 'error',
  text: 'each awsvpc task on EC2 has a network interface of the instance, which needs one for itself. The account setting awsvpcTrunking raises the number for some types, and is not seen here',
  page: 'ECS task-networking-awsvpc, EC2 using-eni, ECS container-instance-eni',
  fix: 'use larger or more instances, bridge mode with dynamic ports, or the account setting awsvpcTrunking',
  needsAll: ['aws_autoscaling_group', 'aws_launch_template', 'aws_ecs_capacity_provider'],
  find: ({ topology: t }) => {
    const services = t.services.filter(
      (s) => s.launchType === 'EC2' && definitionOf(s, t)?.networkMode === 'awsvpc' && s.desiredCount > 0,
    );
    return [...new Set(services.map((s) => s.clusterName))].flatMap((cluster) => {
      const own = services.filter((s) => s.clusterName === cluster);
      const groups = [...new Set(own.flatMap((s) => groupsOf(s, t)))];
      const room = roomOf(groups, t);
      const tasks = own.reduce((sum, s) => sum + atOnce(s), 0);
      if (room === null || groups.length === 0 || tasks <= room) return [];
      return [
        {
          address: own[0]?.address ?? cluster,
          message: `${tasks} awsvpc tasks of ${cluster} at once, deployments included, and its instances have network interfaces for ${room}`,
          value: { tasks, room, instanceTypes: [...new Set(groups.map((g) => g.instanceType))] },
        },
      ];
    });
  },
};

/** Blue and green run beside each other; a rolling update of a service that may not shrink adds at least one. */
function atOnce(s: Service): number {
  if (runsTwice(s)) return s.desiredCount * 2;
  const least = Math.ceil((s.desiredCount * s.minimumHealthyPercent) / 100);
  return s.desiredCount + (least >= s.desiredCount ? 1 : 0);
}

function roomOf(groups: readonly AutoScalingGroup[], t: Topology): number | null {
  let room = 0;
  for (const g of groups) {
    const interfaces = interfacesOf(g.instanceType);
    if (interfaces === null) return null;
    const isScaled = t.capacityProviders.some(
      (p) => [g.arn, g.name].includes(p.autoScalingGroupArn) && p.managedScaling.enabled,
    );
    room += (interfaces - 1) * (isScaled ? g.maxSize : g.desiredCapacity);
  }
  return room;
}
