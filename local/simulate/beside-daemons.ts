/** What daemons leave of an instance. Pure. */
import { reservationOf } from '../run/scheduler/task-size.ts';
import type { AutoScalingGroup, Topology } from '../topology.ts';

/** Every instance has one task of each daemon: what they take is no room for others. */
export function besideDaemons(group: AutoScalingGroup, topology: Topology, clusterName: string): AutoScalingGroup {
  const sizes = topology.services
    .filter((s) => s.clusterName === clusterName && s.schedulingStrategy === 'DAEMON')
    .flatMap((s) => topology.taskDefinitions.filter((d) => d.arn === s.taskDefinitionArn))
    .map(reservationOf);
  const left = (offered: number, read: (size: (typeof sizes)[number]) => number): number =>
    Math.max(1, offered - sizes.reduce((sum, size) => sum + read(size), 0));
  return {
    ...group,
    cpuUnits: left(group.cpuUnits, (size) => size.cpuUnits),
    memoryMiB: left(group.memoryMiB, (size) => size.memoryMiB),
  };
}
