/** What `ps` prints: every task, and every process that an instance's user data started. */
import type { Status, TaskStatusEntry } from '../../status.ts';
import { table } from '../output.ts';

export function tasksView(status: Status): string {
  return table(
    ['SERVICE', 'TASK', 'PID', 'ADDRESS', 'PORT', 'STATUS', 'HEALTH', 'TASK DEFINITION', 'ROLE', 'INSTANCE'],
    [
      ...allTasks(status).map(({ service, task }) => [
        service,
        task.arn.split('/').at(-1)?.slice(0, 8) ?? '',
        task.pid === null ? '-' : String(task.pid),
        task.address,
        portOf(task),
        task.lastStatus,
        task.healthStatus,
        task.taskDefinition,
        roleOf(status, task),
        task.instanceId ?? 'FARGATE',
      ]),
      ...status.instances.flatMap((instance) =>
        instance.processes.map(({ name, pid, state }) => [
          '-',
          name,
          pid === null ? '-' : String(pid),
          instance.address,
          '-',
          state,
          '-',
          '-',
          'user data',
          instance.id,
        ]),
      ),
    ],
  );
}

export function allTasks(status: Status): readonly { service: string; task: TaskStatusEntry }[] {
  return [
    ...status.services.flatMap((s) => s.tasks.map((task) => ({ service: s.name, task }))),
    ...status.tasks.map((task) => ({ service: '-', task })),
  ];
}

function portOf({ hostPort, containerPort }: TaskStatusEntry): string {
  if (hostPort === null) return '-';
  return `${hostPort}${containerPort === hostPort ? '' : `→${containerPort}`}`;
}

/** What its task set or deployment is to the service: blue or green while CodeDeploy deploys, else PRIMARY, ACTIVE … */
function roleOf(status: Status, { deploymentId }: TaskStatusEntry): string {
  if (deploymentId === null) return '-';
  const running = status.blueGreen.find(
    (one) =>
      !['Succeeded', 'Failed', 'Stopped'].includes(one.status) &&
      (one.blue.taskSet === deploymentId || one.green.taskSet === deploymentId),
  );
  if (running) return running.blue.taskSet === deploymentId ? 'blue' : 'green';
  const owner = status.services.flatMap(({ taskSets, deployments }) => [...taskSets, ...deployments]);
  return owner.find(({ id }) => id === deploymentId)?.status ?? '-';
}
