/** Tasks and ports before and after each step, as rows. Pure. */
import type { RunRecord, ServiceSnapshot, Snapshot } from './record.ts';

export interface StepRow {
  /** e.g. `monolith, steady`, `monolith, before the next step`. */
  readonly moment: string;
  readonly service: string;
  readonly taskDefinition: string;
  /** Instance id, or `Fargate`. */
  readonly where: string;
  readonly tasks: number;
  readonly ports: readonly number[];
}

export function stepRows(record: RunRecord): StepRow[] {
  return record.stages.flatMap((stage) => [
    ...(stage.steady ? rowsOf(`${stage.name}: steady`, stage.steady) : []),
    ...(stage.leaving ? rowsOf(`${stage.name}: leaving`, stage.leaving) : []),
  ]);
}

function rowsOf(moment: string, snapshot: Snapshot): StepRow[] {
  return [
    ...snapshot.instances.flatMap((instance) => rowsOfProcesses(moment, instance)),
    ...snapshot.services.flatMap((service) => rowsOfService(moment, service)),
  ];
}

/** What an instance's user data started, as it was before there were containers. */
function rowsOfProcesses(moment: string, instance: Snapshot['instances'][number]): StepRow[] {
  return (instance.processes ?? []).map(({ name, pid }) => ({
    moment,
    service: name,
    taskDefinition: 'no container',
    where: instance.id,
    tasks: pid === null ? 0 : 1,
    ports: [],
  }));
}

function rowsOfService(moment: string, service: ServiceSnapshot): StepRow[] {
  const groups = new Map<string, ServiceSnapshot['tasks'][number][]>();
  for (const task of service.tasks) {
    const key = `${task.instanceId ?? 'Fargate'} ${task.taskDefinition}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return [...groups.values()].map((tasks) => ({
    moment,
    service: service.name,
    taskDefinition: shortRevision(tasks[0]?.taskDefinition ?? service.taskDefinition),
    where: tasks[0]?.instanceId ?? 'Fargate',
    tasks: tasks.length,
    ports: tasks.flatMap((task) => (task.hostPort === null ? [] : [task.hostPort])).sort((a, b) => a - b),
  }));
}

/** `family:revision` of an ARN. */
function shortRevision(taskDefinition: string): string {
  return taskDefinition.slice(taskDefinition.lastIndexOf('/') + 1);
}
