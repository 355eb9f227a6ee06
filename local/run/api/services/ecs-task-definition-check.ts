/** What RegisterTaskDefinition refuses of a definition that is well-formed (ECS task_definition_parameters, fargate-tasks-services). */
import { FARGATE_SIZES } from '../../../resolve/kinds/tasks.ts';
import type { ContainerDefinition, TaskDefinition } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';

type Definition = Omit<TaskDefinition, 'revision' | 'arn'>;

/** @throws ApiError ClientException with every problem */
export function checkDefinition(definition: Definition): void {
  const { containers } = definition;
  const problems = [
    ...fargateProblems(definition),
    ...listProblems(containers),
    ...containers.flatMap((one) => containerProblems(one, definition)),
  ];
  if (problems.length > 0) throw new ApiError('ClientException', problems.join(' '));
}

function fargateProblems({
  requiresCompatibilities,
  networkMode,
  cpuUnits,
  memoryMiB,
  containers,
}: Definition): string[] {
  if (!requiresCompatibilities.includes('FARGATE')) return [];
  if (networkMode !== 'awsvpc') return ['Fargate only supports network mode ‘awsvpc’.'];
  if (cpuUnits === null || memoryMiB === null)
    return ['Fargate requires task definition to have cpu and memory set at the task level.'];
  const problems = containers
    .filter((one) => one.stopTimeoutSeconds > 120)
    .map((one) => `Invalid setting for container '${one.name}'. On Fargate 'stopTimeout' is at most 120.`);
  if (!FARGATE_SIZES[cpuUnits]?.includes(memoryMiB))
    problems.push(
      `No Fargate configuration exists for given values: ${cpuUnits} CPU, ${memoryMiB} memory. See the Amazon ECS documentation for the valid values.`,
    );
  return problems;
}

function listProblems(containers: readonly ContainerDefinition[]): string[] {
  const names = containers.map((one) => one.name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const problems = [...twice].map((name) => `Container names must be unique: '${name}' is there more than once.`);
  if (!containers.some((one) => one.essential)) problems.push('At least one container must be essential.');
  const unmet = new Set(containers.filter((one) => one.dependsOn.length > 0).map((one) => one.name));
  // Whoever depends only on containers that can start can start: what is left over waits for itself.
  for (let before = -1; before !== unmet.size; ) {
    before = unmet.size;
    for (const one of containers)
      if (one.dependsOn.every(({ containerName }) => !unmet.has(containerName))) unmet.delete(one.name);
  }
  if (unmet.size > 0) problems.push(`Containers depend on each other in a cycle: ${[...unmet].join(', ')}.`);
  return problems;
}

function containerProblems(one: ContainerDefinition, { networkMode, memoryMiB, containers }: Definition): string[] {
  const { name, memoryMiB: limit, memoryReservationMiB: soft } = one;
  const problems: string[] = [];
  const bad = (rule: string): void => void problems.push(`Invalid setting for container '${name}'. ${rule}`);
  if (memoryMiB === null && limit === null && soft === null)
    bad("At least one of 'memory' or 'memoryReservation' must be specified.");
  if (limit !== null && soft !== null && soft > limit) bad("'memory' must not be less than 'memoryReservation'.");
  if (memoryMiB !== null && Math.max(limit ?? 0, soft ?? 0) > memoryMiB)
    bad(`It must not have more memory than the task (${memoryMiB}).`);
  if (networkMode === 'awsvpc' && one.portMappings.some((port) => port.hostPort !== port.containerPort))
    bad('When networkMode=awsvpc, the host ports and container ports in port mappings must match.');
  if (one.healthCheck && !['CMD', 'CMD-SHELL', 'NONE'].includes(one.healthCheck.command[0] ?? ''))
    bad("The health check's command must begin with CMD, CMD-SHELL or NONE.");
  for (const { containerName, condition } of one.dependsOn) {
    const other = containers.find((each) => each.name === containerName);
    if (!other || other === one) bad(`It depends on '${containerName}', which is no other container of the task.`);
    else if (condition === 'HEALTHY' && !other.healthCheck)
      bad(`It waits for '${containerName}' to be HEALTHY, which has no health check.`);
  }
  return problems;
}
