/** The simulated instances: launched, joined, ended, by the plane's own capacity deciders. */

import type { CapacityInstance, PendingTasks } from '../run/capacity/contracts.ts';
import { decideCapacity, SCALE_IN_DATAPOINTS } from '../run/capacity/decide-capacity.ts';
import { decideEnding, zoneForLaunch } from '../run/capacity/decide-ending.ts';
import { decideReservation, type Reservation } from '../run/capacity/decide-reservation.ts';
import type { SimulatedFleet } from './contracts.ts';
import { Fifo } from './fifo.ts';
import type { Placement } from './placement/index.ts';
import type { Node } from './placement/node.ts';

/** Digits of an instance's number, so that ids sort as they were launched. */
const ID_DIGITS = 8;

export class Fleet {
  readonly #fleet: SimulatedFleet;
  readonly #placement: Placement;
  readonly #launching = new Fifo<{ readonly id: string; readonly zone: string; readonly launchedAtMs: number }>();
  readonly #launchedAt = new Map<string, number>();
  readonly #inZone = new Map<string, number>();
  /** Launch times within the warm-up. */
  readonly #warming = new Fifo<number>();
  #reservations: Reservation[] = [];
  #count = 0;
  desired = 0;
  /** Tasks waited in the newest minute and no instance could come. */
  held = false;

  constructor(fleet: SimulatedFleet, placement: Placement) {
    this.#fleet = fleet;
    this.#placement = placement;
  }

  get running(): number {
    return this.#placement.nodes.size;
  }

  get launching(): number {
    return this.#launching.length;
  }

  /** What is there at the beginning has been there for long. */
  begin(nowMs: number): void {
    const { desired, minSize, maxSize, managedScaling } = this.#fleet;
    this.#launch(Math.min(maxSize, Math.max(minSize, desired)), nowMs - managedScaling.warmupSeconds * 1000);
    this.join(Number.POSITIVE_INFINITY);
  }

  /** Instances whose boot is over join. @returns how many */
  join(nowMs: number): number {
    const bootMs = this.#fleet.bootSeconds * 1000;
    let joined = 0;
    for (
      let next = this.#launching.peek();
      next && next.launchedAtMs + bootMs <= nowMs;
      next = this.#launching.peek()
    ) {
      this.#launching.shift();
      const { instanceType, cpuUnits, memoryMiB } = this.#fleet;
      this.#placement.addNode({ id: next.id, zone: next.zone, instanceType, cpuUnits, memoryMiB });
      this.#launchedAt.set(next.id, next.launchedAtMs);
      joined += 1;
    }
    return joined;
  }

  /** @param ended called for each node that goes with tasks on it, before it goes @returns what was decided, where it moved something */
  minute(nowMs: number, pending: readonly PendingTasks[], ended: (node: Node) => void): string | null {
    const { managedScaling, minSize, maxSize } = this.#fleet;
    this.held = false;
    if (!managedScaling.enabled) return null;
    const nodes = [...this.#placement.nodes.values()];
    this.#reservations = [
      ...this.#reservations,
      decideReservation({ instances: nodes, pending, size: this.#fleet }),
    ].slice(-SCALE_IN_DATAPOINTS);
    const decision = decideCapacity({
      managedScaling,
      minSize,
      maxSize,
      desired: this.desired,
      reservations: this.#reservations,
      warmingUp: this.#warmingUp(nowMs),
    });
    if (decision.action === 'hold') {
      this.held = decision.reason === 'at-maximum';
      return null;
    }
    if (decision.action === 'out') this.#launch(decision.desired - this.desired, nowMs);
    else this.#end(this.desired - decision.desired, ended);
    return decision.why;
  }

  #warmingUp(nowMs: number): number {
    const since = nowMs - this.#fleet.managedScaling.warmupSeconds * 1000;
    for (let at = this.#warming.peek(); at !== undefined && at <= since; at = this.#warming.peek())
      this.#warming.shift();
    return this.#warming.length;
  }

  #launch(count: number, nowMs: number): void {
    for (let i = 0; i < count; i++) {
      const zone = zoneForLaunch(this.#fleet.zones, (z) => this.#inZone.get(z) ?? 0);
      this.#inZone.set(zone, (this.#inZone.get(zone) ?? 0) + 1);
      this.#launching.push({ id: `i-${String(this.#count++).padStart(ID_DIGITS, '0')}`, zone, launchedAtMs: nowMs });
      this.#warming.push(nowMs);
    }
    this.desired += count;
  }

  #end(count: number, ended: (node: Node) => void): void {
    const instances = [...this.#placement.nodes.values()].map(
      (node): CapacityInstance => ({
        id: node.id,
        zone: node.zone,
        status: 'ACTIVE',
        launchedAtMs: this.#launchedAt.get(node.id) ?? 0,
        tasks: node.tasks,
      }),
    );
    const { terminationProtection } = this.#fleet;
    for (const id of decideEnding({ instances, count, terminationProtection }).ids) {
      const node = this.#placement.nodes.get(id);
      if (!node) continue;
      if (node.tasks > 0) ended(node);
      this.#placement.removeNode(id);
      this.#launchedAt.delete(id);
      this.#inZone.set(node.zone, (this.#inZone.get(node.zone) ?? 0) - 1);
      this.desired -= 1;
    }
  }
}
