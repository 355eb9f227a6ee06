/** Status → what the record keeps of it. Pure. */
import type { Status } from '../../local/status.ts';
import type { Snapshot } from '../verdict/record.ts';

export function snapshotOf(label: string, atMs: number, status: Status): Snapshot {
  const served: Record<string, number> = {};
  for (const target of status.targetGroups.flatMap((group) => group.targets)) {
    const key = `${target.id}:${target.port}`;
    served[key] = (served[key] ?? 0) + target.requests;
  }
  return {
    label,
    atMs,
    served,
    instances: status.instances.map((i) => ({
      id: i.id,
      zone: i.zone,
      portRange: i.ephemeralPortRange ?? null,
      processes: i.processes.map(({ name, pid }) => ({ name, pid })),
    })),
    services: status.services.map((service) => ({
      cluster: service.cluster,
      name: service.name,
      launchType: service.launchType,
      desiredCount: service.desiredCount,
      runningCount: service.runningCount,
      taskDefinition: service.taskDefinition,
      tasks: service.tasks
        .filter((task) => task.lastStatus === 'RUNNING')
        .map(({ arn, pid, address, hostPort, containerPort, instanceId, taskDefinition }) => ({
          arn,
          pid,
          address,
          hostPort,
          containerPort,
          instanceId,
          taskDefinition,
        })),
    })),
  };
}
