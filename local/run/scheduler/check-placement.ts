/** Before anything starts: tasks that fit no instance of their cluster, and static host ports that cannot all be had. */
import type { Problem } from '../../errors.ts';
import type { AutoScalingGroup, Service, TaskDefinition, Topology } from '../../topology.ts';
import { compileExpression } from './expression.ts';
import { hostPortsOf, reservationOf } from './task-size.ts';

export function checkPlacement(topology: Topology): Problem[] {
  return topology.services
    .filter((s) => s.launchType === 'EC2')
    .flatMap((service) => {
      const definition = topology.taskDefinitions.find((d) => d.arn === service.taskDefinitionArn);
      if (!definition) return [];
      const groups = topology.autoScalingGroups.filter((g) => g.clusterName === service.clusterName);
      return [
        ...checkConstraints(service, definition),
        ...checkSize(service, definition, groups),
        ...checkPorts(service, definition, groups),
      ];
    });
}

function checkSize(service: Service, definition: TaskDefinition, groups: readonly AutoScalingGroup[]): Problem[] {
  if (service.desiredCount === 0) return [];
  if (groups.length === 0)
    return [
      {
        code: 'TASK_FITS_NO_INSTANCE',
        address: service.address,
        message: `no auto scaling group puts instances into cluster ${service.clusterName}`,
        value: service.clusterName,
        rule: 'EC2 tasks need container instances: user data with ECS_CLUSTER=<cluster> (ECS bootstrap_container_instance)',
        fix: 'add ECS_CLUSTER to the launch template’s user data, or use Fargate',
      },
    ];
  const need = reservationOf(definition);
  if (groups.some((g) => g.cpuUnits >= need.cpuUnits && g.memoryMiB >= need.memoryMiB)) return [];
  const largest = groups.map((g) => `${g.instanceType}: ${g.cpuUnits} CPU units, ${g.memoryMiB} MiB`).join('; ');
  return [
    {
      code: 'TASK_FITS_NO_INSTANCE',
      address: definition.address,
      message: `a task of ${definition.family} fits no instance of cluster ${service.clusterName} (${largest})`,
      value: need,
      rule: 'a task runs on one instance (ECS task-placement)',
      fix: 'lower cpu or memory of its containers, or choose a larger instance type',
    },
  ];
}

function checkPorts(service: Service, definition: TaskDefinition, groups: readonly AutoScalingGroup[]): Problem[] {
  const ports = hostPortsOf(definition);
  const instances = groups.reduce((n, g) => n + g.maxSize, 0);
  if (
    ports.length === 0 ||
    instances === 0 ||
    service.schedulingStrategy === 'DAEMON' ||
    service.desiredCount <= instances
  )
    return [];
  return [
    {
      code: 'PORT_CLASH',
      address: definition.address,
      message: `${service.desiredCount} tasks of ${service.name} each need host port ${ports.join(', ')}, and the cluster has at most ${instances} instances`,
      value: ports,
      rule: 'a host port belongs to one task of an instance (ECS task_definition_parameters)',
      fix: 'set hostPort to 0 for dynamic ports',
    },
  ];
}

function checkConstraints(service: Service, definition: TaskDefinition): Problem[] {
  return [...service.placementConstraints, ...definition.placementConstraints].flatMap((c): Problem[] => {
    if (c.type !== 'memberOf') return [];
    try {
      compileExpression(c.expression ?? '');
      return [];
    } catch (error) {
      return [
        {
          code: 'INVALID_ATTRIBUTE',
          address: `${service.address}.placement_constraints`,
          message: error instanceof Error ? error.message : String(error),
          value: c.expression,
          rule: 'ECS cluster-query-language',
          fix: 'use an attribute that instances here have',
        },
      ];
    }
  });
}
