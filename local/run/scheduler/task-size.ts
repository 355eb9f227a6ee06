/** What a task reserves (ECS task_definition_parameters): task level where given, else the sum of its containers. */
import type { TaskDefinition } from '../../topology.ts';

export function reservationOf(definition: TaskDefinition): { cpuUnits: number; memoryMiB: number } {
  const sum = (read: (c: TaskDefinition['containers'][number]) => number): number =>
    definition.containers.map(read).reduce((a, b) => a + b, 0);
  return {
    cpuUnits: definition.cpuUnits ?? sum((c) => c.cpuUnits),
    memoryMiB: definition.memoryMiB ?? sum((c) => c.memoryReservationMiB ?? c.memoryMiB ?? 0),
  };
}

/** Static host ports of a task on a container instance; awsvpc tasks have their own address. */
export function hostPortsOf(definition: TaskDefinition): number[] {
  if (definition.networkMode === 'awsvpc') return [];
  return definition.containers.flatMap((c) => c.portMappings.map((p) => p.hostPort)).filter((p) => p > 0);
}
