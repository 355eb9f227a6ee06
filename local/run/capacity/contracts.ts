/** What managed scaling sees of a cluster, and what it may do to it. The instances' owner provides it. */
import type { InstanceState } from '../contracts.ts';

/** One container instance of an auto scaling group. */
export interface CapacityInstance {
  readonly id: string;
  readonly zone: string;
  readonly status: InstanceState['status'];
  /** Control time. */
  readonly launchedAtMs: number;
  /** Running and pending tasks on it; daemons do not count (ECS cluster-auto-scaling). */
  readonly tasks: number;
  /** Its group has given it up: it is no part of the desired capacity. Default: no */
  readonly leaving?: boolean;
}

/** Tasks that wait for an instance: as many of one kind, because kinds are what capacity is computed by. */
export interface PendingTasks {
  /** `service:<name>` or `family:<family>`. */
  readonly group: string;
  readonly count: number;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** At most one of them fits an instance: a static host port, or distinctInstance. */
  readonly oneAnInstance: boolean;
}

export interface InstanceSize {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

/**
 * The seam towards instances. Groups are named by their auto scaling group's name.
 * `pending` are tasks that found no instance just now, of services and RunTask that use this capacity provider.
 */
export interface CapacityPort {
  instances(groupName: string): readonly CapacityInstance[];
  /** Desired capacity, launching ones included; null where there is no such group. */
  group(arn: string): {
    readonly name: string;
    readonly minSize: number;
    readonly maxSize: number;
    readonly desired: number;
    readonly size: InstanceSize;
    /** Of each instance, what daemons take before other tasks come. Default: nothing */
    readonly daemons?: InstanceSize;
  } | null;
  pending(capacityProvider: string): readonly PendingTasks[];
  /** Cluster that the capacity provider belongs to, for the metric's dimensions. */
  clusterOf(capacityProvider: string): string | null;
  /** More: launches. Fewer: ends exactly `ending`, draining each first where `drain` is set. */
  setDesired(
    groupName: string,
    desired: number,
    change: { readonly ending: readonly string[]; readonly drain: boolean; readonly reason: string },
  ): void;
}
