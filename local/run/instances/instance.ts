/** One instance of an auto scaling group, and how others see it. */
import type { AutoScalingGroup } from '../../topology.ts';
import type { InstanceState } from '../contracts.ts';
import type { InstanceHost } from './host.ts';
import type { Leaving } from './leaving.ts';

/** An instance with what is reserved on it. Reservations are by task id. */
export interface Instance {
  readonly id: string;
  readonly arn: string;
  /** As it was when the instance was launched: a later launch template is for later instances. */
  readonly group: AutoScalingGroup;
  readonly zone: string;
  readonly address: string;
  readonly registeredAtMs: number;
  status: InstanceState['status'];
  /** When it had booted; null before. */
  inServiceAtMs: number | null;
  readonly reservations: Map<string, Reservation>;
  /** What its user data started, outside any container; null where it joins a cluster, and before it has booted. */
  host: InstanceHost | null;
  /** Target groups that it is registered at, as `arn` → port. */
  readonly targets: Map<string, number>;
  /** It is registered at no target group any more, and may end. */
  drained: boolean;
  /** Its group has given it up; null while it counts as capacity. */
  leaving: Leaving | null;
  ending: boolean;
}

export interface Reservation {
  readonly taskGroup: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports: number[];
  /** Of a DAEMON service. Default: no */
  readonly isDaemon?: boolean;
}

/** Being launched or in service, draining or not: it counts as its group's capacity. */
export const isLive = ({ status, leaving }: Instance): boolean => leaving === null && status !== 'TERMINATED';

/** Daemons keep no instance (ECS cluster-auto-scaling: an instance with daemons alone counts as empty). */
export const tasksBesideDaemons = ({ reservations }: Pick<Instance, 'reservations'>): number =>
  [...reservations.values()].filter(({ isDaemon }) => !isDaemon).length;

/** EC2 Auto Scaling ec2-auto-scaling-lifecycle. */
function lifecycleOf({ status, leaving }: Instance): string {
  if (leaving === null) return status === 'PENDING' ? 'Pending' : 'InService';
  if (leaving.waits().length > 0) return 'Terminating:Wait';
  return status === 'TERMINATED' ? 'Terminating:Proceed' : 'Terminating';
}

/** @param protectedFromScaleIn see InstancePolicy */
export function instanceState(instance: Instance, clusterArn: string, protectedFromScaleIn = false): InstanceState {
  const { group } = instance;
  const used = [...instance.reservations.values()];
  const sum = (read: (r: Reservation) => number): number => used.map(read).reduce((a, b) => a + b, 0);
  const registered = { cpuUnits: group.cpuUnits, memoryMiB: group.memoryMiB };
  return {
    id: instance.id,
    containerInstanceArn: instance.arn,
    clusterArn,
    autoScalingGroupName: group.name,
    address: instance.address,
    zone: instance.zone,
    instanceType: group.instanceType,
    status: instance.status,
    registered,
    remaining: {
      cpuUnits: registered.cpuUnits - sum((r) => r.cpuUnits),
      memoryMiB: registered.memoryMiB - sum((r) => r.memoryMiB),
    },
    ports: used.flatMap((r) => r.ports),
    processes: instance.host?.processes() ?? [],
    runningTasksCount: instance.reservations.size,
    registeredAtMs: instance.registeredAtMs,
    lifecycleState: lifecycleOf(instance),
    protectedFromScaleIn,
  };
}
