/** An instance of the simulated fleet: what is left on it, and how many tasks of which group it has. */
import type { Candidate } from '../../run/scheduler/decide-placement.ts';

export interface Node {
  readonly id: string;
  readonly zone: string;
  readonly instanceType: string;
  cpuUnits: number;
  memoryMiB: number;
  readonly ports: Set<number>;
  /** Group → tasks. */
  readonly groups: Map<string, number>;
  tasks: number;
  /** Raised with every change, so that older entries of the index are known to be old. */
  version: number;
}

/** As the scheduler's decider takes it. */
export function candidateOf(node: Node): Candidate {
  const { id, zone, instanceType, cpuUnits, memoryMiB, ports } = node;
  const groups = [...node.groups].flatMap(([group, count]) => Array.from({ length: count }, () => group));
  return { id, zone, instanceType, cpuUnits, memoryMiB, ports, groups };
}

export const ownOf = (node: Node, group: string): number => node.groups.get(group) ?? 0;

/** Each group that has a task on it, once. */
export const groupsOn = (node: Node): string[] =>
  [...node.groups].flatMap(([group, count]) => (count > 0 ? [group] : []));
