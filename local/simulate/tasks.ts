/** The tasks of one simulated service: waiting, starting, serving. Oldest first, as the deployer lists them. */
import type { PlacementRequest } from '../run/scheduler/decide-placement.ts';
import type { SimulatedService } from './contracts.ts';
import { Fifo } from './fifo.ts';
import type { Placement } from './placement/index.ts';
import type { Node } from './placement/node.ts';

export interface SimulatedTask {
  /** Null on Fargate. */
  readonly node: Node | null;
  readonly placedAtMs: number;
  readonly servesAtMs: number;
}

/** A service starts at most this many tasks a minute (ECS service-quotas, "Rate of tasks launched by a service"). */
export const LAUNCHES_PER_MINUTE = 500;

export class Tasks {
  readonly request: PlacementRequest;
  readonly #service: SimulatedService;
  readonly #placement: Placement;
  readonly #starting = new Fifo<SimulatedTask>();
  readonly #serving = new Fifo<SimulatedTask>();
  desired: number;
  /** Could not be placed when last tried. */
  pending = 0;

  constructor(service: SimulatedService, placement: Placement) {
    this.#service = service;
    this.#placement = placement;
    this.desired = service.desiredCount;
    this.request = {
      group: `service:${service.name}`,
      cpuUnits: service.cpuUnits,
      memoryMiB: service.memoryMiB,
      hostPorts: service.hostPorts,
      constraints: service.constraints,
      strategies: service.strategies,
    };
  }

  get serving(): number {
    return this.#serving.length;
  }

  get starting(): number {
    return this.#starting.length;
  }

  /** Those whose start is over serve. @returns how many */
  promote(nowMs: number): number {
    let count = 0;
    for (let next = this.#starting.peek(); next && next.servesAtMs <= nowMs; next = this.#starting.peek()) {
      this.#serving.push(this.#starting.shift() as SimulatedTask);
      count += 1;
    }
    return count;
  }

  /**
   * Starts what is missing and stops what is too many, starting ones first, then the oldest, as the deployer does.
   * @param most tasks that may be started now
   * @returns how many were started
   */
  reconcile(at: { nowMs: number; startSeconds: number; most: number }, random: () => number): number {
    const missing = this.desired - this.serving - this.starting;
    for (let surplus = -missing; surplus > 0; surplus--) {
      const gone = this.#starting.shift() ?? this.#serving.shift();
      if (gone) this.#release(gone);
    }
    let started = 0;
    this.pending = 0;
    while (started < Math.min(missing, at.most)) {
      const node = this.#place(random);
      if (node === 'nowhere') {
        this.pending = missing - started;
        break;
      }
      this.#starting.push({ node, placedAtMs: at.nowMs, servesAtMs: at.nowMs + at.startSeconds * 1000 });
      started += 1;
    }
    return started;
  }

  /** Ends up to `count` serving tasks whose grace period is over, the oldest first. @returns how many */
  kill(count: number, startedBeforeMs: number): number {
    let killed = 0;
    for (
      let next = this.#serving.peek();
      killed < count && next && next.servesAtMs <= startedBeforeMs;
      next = this.#serving.peek()
    ) {
      this.#release(this.#serving.shift() as SimulatedTask);
      killed += 1;
    }
    return killed;
  }

  /** An instance ends: its tasks go with it. */
  leave(node: Node): void {
    for (const queue of [this.#starting, this.#serving])
      for (const task of queue.extract((t) => t.node === node)) this.#release(task);
  }

  #place(random: () => number): Node | null | 'nowhere' {
    if (this.#service.launchType === 'FARGATE') return null;
    const node = this.#placement.choose(this.request, random);
    if (!node) return 'nowhere';
    this.#placement.take(node, this.request);
    return node;
  }

  #release(task: SimulatedTask): void {
    if (task.node) this.#placement.give(task.node, this.request);
  }
}
