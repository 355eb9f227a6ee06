/** Whether tasks could ever be placed: some instance type of the cluster must hold one task (ECS task-placement). */
import type { Problem } from '../../errors.ts';
import type { AutoScalingGroup, Service, TaskDefinition, Topology } from '../../topology.ts';
import { definitionOf } from './find.ts';

export const checkCapacity = (t: Topology): Problem[] => [
  ...capacityProviders(t),
  ...t.services.filter((s) => s.launchType === 'EC2').flatMap((s) => checkPlacement(s, t)),
];

function checkPlacement(s: Service, t: Topology): Problem[] {
  const definition = definitionOf(s, t);
  if (!definition) return [];
  const needs = needsOf(definition);
  const groups = groupsOf(s, t);
  if (groups.some((g) => g.cpuUnits >= needs.cpuUnits && g.memoryMiB >= needs.memoryMiB && portsFree(g, definition)))
    return [];
  if (groups.length === 0 && s.desiredCount === 0) return [];
  const offers = groups.map((g) => `${g.instanceType} ${g.cpuUnits} CPU units ${g.memoryMiB} MiB`);
  return [
    {
      code: 'TASK_FITS_NO_INSTANCE',
      address: s.address,
      message:
        groups.length === 0
          ? `no Auto Scaling group gives instances to cluster ${s.clusterName}`
          : `a task of ${definition.family} fits on no instance of cluster ${s.clusterName}`,
      value: needs,
      rule: `a task needs its CPU units and memory on one instance; there are ${offers.join('; ') || 'none'}`,
      fix: 'use a larger instance type or a smaller task',
    },
  ];
}

function needsOf(definition: TaskDefinition): { cpuUnits: number; memoryMiB: number } {
  const sum = (of: (c: TaskDefinition['containers'][number]) => number): number =>
    definition.containers.reduce((total, c) => total + of(c), 0);
  return {
    cpuUnits: definition.cpuUnits ?? sum((c) => c.cpuUnits),
    memoryMiB: definition.memoryMiB ?? sum((c) => c.memoryReservationMiB ?? c.memoryMiB ?? 0),
  };
}

/** A fixed host port must not be one that the agent or SSH holds (ECS task_definition_parameters: reserved ports). */
const RESERVED_PORTS: ReadonlySet<number> = new Set([22, 2375, 2376, 51678, 51679, 51680]);
const portsFree = (_group: AutoScalingGroup, definition: TaskDefinition): boolean =>
  definition.networkMode === 'awsvpc' ||
  !definition.containers.some((c) => c.portMappings.some((p) => RESERVED_PORTS.has(p.hostPort)));

/** Groups of the service's capacity providers, else those whose instances join the cluster. */
export function groupsOf(s: Service, t: Topology): AutoScalingGroup[] {
  const chosen = s.capacityProviderStrategy.map((i) => i.capacityProvider);
  const arns = t.capacityProviders.filter((p) => chosen.includes(p.name)).map((p) => p.autoScalingGroupArn);
  const byProvider = t.autoScalingGroups.filter((g) => arns.includes(g.arn));
  return byProvider.length > 0 ? byProvider : t.autoScalingGroups.filter((g) => g.clusterName === s.clusterName);
}

function capacityProviders(t: Topology): Problem[] {
  const groups = new Set(t.autoScalingGroups.flatMap((g) => [g.arn, g.name]));
  const names = new Set([...t.capacityProviders.map((p) => p.name), 'FARGATE', 'FARGATE_SPOT']);
  const lostGroups = t.capacityProviders
    .filter((p) => !groups.has(p.autoScalingGroupArn))
    .map((p) =>
      lostOne(
        `${p.address}.auto_scaling_group_provider.auto_scaling_group_arn`,
        p.autoScalingGroupArn,
        'aws_autoscaling_group',
      ),
    );
  const lostProviders = t.clusters.flatMap((c) =>
    c.capacityProviders
      .filter((name) => !names.has(name))
      .map((name) => lostOne(`${c.address}.capacity_providers`, name, 'aws_ecs_capacity_provider')),
  );
  const unattached = t.clusters.flatMap((c) =>
    c.defaultStrategy
      .filter((i) => !c.capacityProviders.includes(i.capacityProvider))
      .map((i) =>
        lostOne(
          `${c.address}.default_capacity_provider_strategy`,
          i.capacityProvider,
          'attached aws_ecs_capacity_provider',
        ),
      ),
  );
  return [...lostGroups, ...lostProviders, ...unattached];
}

const lostOne = (address: string, value: string, type: string): Problem => ({
  code: 'DANGLING_REFERENCE',
  address,
  message: `there is no such ${type}`,
  value,
  rule: `it names an ${type} of these stacks`,
  fix: 'declare it, or correct the name',
});
