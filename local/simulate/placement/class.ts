/**
 * All tasks that ask for the same: which nodes fit them, in the order in which the scheduler would take them. Kept up to
 * date with each change of one node, so that a placement costs the logarithm of the fleet rather than the fleet.
 */

import type { PlacementRequest } from '../../run/scheduler/decide-placement.ts';
import { compileExpression } from '../../run/scheduler/expression.ts';
import type { PlacementStrategy } from '../../topology.ts';
import { Heap } from './heap.ts';
import { type Node, ownOf } from './node.ts';

interface Entry {
  readonly node: Node;
  readonly version: number;
  /** Scores of the strategies that tell instances apart, then own tasks, then all tasks. */
  readonly keys: readonly number[];
}

/** Nodes of one zone and type: strategies that spread over zones or types cannot tell them apart. */
interface Partition {
  readonly zone: string;
  readonly instanceType: string;
  /** Tasks of the group on the nodes that fit. */
  own: number;
  readonly heap: Heap<Entry>;
  nodes: number;
}

/** What a node added to its partition when it was last looked at. */
interface Known {
  readonly partition: Partition;
  own: number;
  fits: boolean;
}

type Strategy = { readonly over: 'zone' | 'type' } | { readonly score: (node: Node) => number };

/** Old entries are dropped when there are this many times more than nodes. */
const STALE_FACTOR = 4;

export class PlacementClass {
  readonly #request: PlacementRequest;
  readonly #strategies: readonly Strategy[];
  readonly #scores: readonly ((node: Node) => number)[];
  readonly #partitions = new Map<string, Partition>();
  readonly #known = new Map<Node, Known>();
  readonly #touched = new Set<Node>();
  readonly #memberOf: readonly ((node: Node) => boolean)[];
  readonly #distinct: boolean;

  constructor(request: PlacementRequest) {
    this.#request = request;
    this.#strategies = strategiesOf(request);
    this.#scores = this.#strategies.flatMap((s) => ('score' in s ? [s.score] : []));
    this.#distinct = request.constraints.some((c) => c.type === 'distinctInstance');
    this.#memberOf = request.constraints.flatMap((c) =>
      c.type === 'memberOf' ? [compileExpression(c.expression ?? '')] : [],
    );
  }

  /** A node came, or changed: looked at when it matters, once for all its changes until then. */
  touch(node: Node): void {
    this.#touched.add(node);
  }

  #update(node: Node): void {
    const known = this.#known.get(node) ?? this.#add(node);
    const { partition } = known;
    if (known.fits) partition.own -= known.own;
    known.own = ownOf(node, this.#request.group);
    known.fits = this.#fits(node);
    if (!known.fits) return;
    partition.own += known.own;
    partition.heap.push(this.#entry(node));
    if (partition.heap.size > STALE_FACTOR * partition.nodes + 16) this.#rebuild(partition);
  }

  remove(node: Node): void {
    this.#touched.delete(node);
    const known = this.#known.get(node);
    if (!known) return;
    if (known.fits) known.partition.own -= known.own;
    known.partition.nodes -= 1;
    this.#known.delete(node);
  }

  /** The node that the scheduler would take, or null where none fits. */
  best(): Node | null {
    for (const node of this.#touched) this.#update(node);
    this.#touched.clear();
    let field = [...this.#partitions.values()].flatMap((partition) => {
      const head = this.#head(partition);
      return head ? [{ partition, head }] : [];
    });
    let score = 0;
    for (const strategy of this.#strategies) {
      const of =
        'score' in strategy
          ? (
              (k: number) => (f: (typeof field)[number]) =>
                f.head.keys[k] as number
            )(score++)
          : this.#spread(strategy.over, field);
      const least = Math.min(...field.map(of));
      field = field.filter((f) => of(f) === least);
    }
    const [first, ...others] = field.map((f) => f.head);
    if (!first) return null;
    return others.reduce((a, b) => (before(b, a) ? b : a), first).node;
  }

  /** Tasks of the group by zone or type, over the nodes that fit. */
  #spread<T extends { readonly partition: Partition }>(over: 'zone' | 'type', field: readonly T[]): (f: T) => number {
    const key = (p: Partition): string => (over === 'zone' ? p.zone : p.instanceType);
    const counts = new Map<string, number>();
    for (const partition of this.#partitions.values())
      counts.set(key(partition), (counts.get(key(partition)) ?? 0) + partition.own);
    return field.length === 0 ? () => 0 : (f) => counts.get(key(f.partition)) ?? 0;
  }

  #head(partition: Partition): Entry | null {
    for (;;) {
      const entry = partition.heap.peek();
      if (!entry) return null;
      if (entry.version === entry.node.version && this.#known.get(entry.node)?.fits) return entry;
      partition.heap.pop();
    }
  }

  #rebuild(partition: Partition): void {
    partition.heap.clear();
    for (const [node, known] of this.#known)
      if (known.partition === partition && known.fits) partition.heap.push(this.#entry(node));
  }

  #entry(node: Node): Entry {
    const keys = [...this.#scores.map((score) => score(node)), ownOf(node, this.#request.group), node.tasks];
    return { node, version: node.version, keys };
  }

  #add(node: Node): Known {
    const key = `${node.zone} ${node.instanceType}`;
    let partition = this.#partitions.get(key);
    if (!partition) {
      const { zone, instanceType } = node;
      partition = { zone, instanceType, own: 0, heap: new Heap(before), nodes: 0 };
      this.#partitions.set(key, partition);
    }
    partition.nodes += 1;
    const known: Known = { partition, own: 0, fits: false };
    this.#known.set(node, known);
    return known;
  }

  #fits(node: Node): boolean {
    const { cpuUnits, memoryMiB, hostPorts, group } = this.#request;
    return (
      node.cpuUnits >= cpuUnits &&
      node.memoryMiB >= memoryMiB &&
      hostPorts.every((port) => !node.ports.has(port)) &&
      !(this.#distinct && ownOf(node, group) > 0) &&
      this.#memberOf.every((test) => test(node))
    );
  }
}

function before(a: Entry, b: Entry): boolean {
  for (let i = 0; i < a.keys.length; i++) {
    const difference = (a.keys[i] as number) - (b.keys[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return a.node.id < b.node.id;
}

/** As decide-placement.ts reads them; without any, over zones, then instances. */
function strategiesOf({ strategies, group }: PlacementRequest): Strategy[] {
  const given: readonly PlacementStrategy[] = strategies.length > 0 ? strategies : DEFAULT;
  return given.map(({ type, field }): Strategy => {
    if (type === 'binpack')
      return { score: field?.toLowerCase() === 'cpu' ? (node) => node.cpuUnits : (node) => node.memoryMiB };
    if (field === 'instanceId' || field === 'host') return { score: (node) => ownOf(node, group) };
    return { over: field === 'attribute:ecs.instance-type' ? 'type' : 'zone' };
  });
}

const DEFAULT: readonly PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];
