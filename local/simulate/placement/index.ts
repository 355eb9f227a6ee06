/**
 * Placement for fleets that are too large to look at as a whole for each task: the same decisions as the scheduler's
 * decide-placement.ts (a property test holds them equal), kept in order as nodes change.
 */
import { decidePlacement, type PlacementRequest } from '../../run/scheduler/decide-placement.ts';
import { PlacementClass } from './class.ts';
import { candidateOf, groupsOn, type Node } from './node.ts';

export interface Need {
  readonly group: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly hostPorts: readonly number[];
}

export class Placement {
  readonly #nodes = new Map<string, Node>();
  readonly #classes = new Map<PlacementRequest, PlacementClass>();

  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  addNode(node: Omit<Node, 'ports' | 'groups' | 'tasks' | 'version'>): Node {
    const added: Node = { ...node, ports: new Set(), groups: new Map(), tasks: 0, version: 0 };
    this.#nodes.set(added.id, added);
    for (const one of this.#classes.values()) one.touch(added);
    return added;
  }

  removeNode(id: string): void {
    const node = this.#nodes.get(id);
    if (!node) return;
    this.#nodes.delete(id);
    for (const one of this.#classes.values()) one.remove(node);
  }

  /**
   * Where a task goes; null where it fits nowhere. Requests are told apart by identity: pass the same object for tasks
   * of one kind. @param random in [0, 1), for the random strategy, which looks at every node
   */
  choose(request: PlacementRequest, random: () => number): Node | null {
    if (request.strategies.some((s) => s.type === 'random')) {
      const placed = decidePlacement(request, [...this.#nodes.values()].map(candidateOf), random());
      return placed.instanceId === null ? null : (this.#nodes.get(placed.instanceId) ?? null);
    }
    return this.#classOf(request).best();
  }

  /** Why it fits nowhere, in the scheduler's words. Filters ask which groups are there, not how many tasks of them. */
  explain(request: PlacementRequest): string {
    const candidates = [...this.#nodes.values()].map((node) => ({ ...node, groups: groupsOn(node) }));
    const placed = decidePlacement(request, candidates, 0);
    return placed.instanceId === null ? placed.reason : '';
  }

  take(node: Node, need: Need): void {
    this.#change(node, need, 1);
  }

  give(node: Node, need: Need): void {
    this.#change(node, need, -1);
  }

  #change(node: Node, { group, cpuUnits, memoryMiB, hostPorts }: Need, sign: 1 | -1): void {
    node.cpuUnits -= sign * cpuUnits;
    node.memoryMiB -= sign * memoryMiB;
    node.tasks += sign;
    node.groups.set(group, (node.groups.get(group) ?? 0) + sign);
    for (const port of hostPorts) {
      if (sign > 0) node.ports.add(port);
      else node.ports.delete(port);
    }
    node.version += 1;
    if (this.#nodes.has(node.id)) for (const one of this.#classes.values()) one.touch(node);
  }

  #classOf(request: PlacementRequest): PlacementClass {
    const known = this.#classes.get(request);
    if (known) return known;
    const made = new PlacementClass(request);
    for (const node of this.#nodes.values()) made.touch(node);
    this.#classes.set(request, made);
    return made;
  }
}
