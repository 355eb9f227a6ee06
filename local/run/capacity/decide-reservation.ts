/**
 * CapacityProviderReservation, decided: instances and waiting tasks → needed ÷ running × 100. Pure.
 * (ECS cluster-auto-scaling; AWS's own formula is told in a blog post, and is a lower bound by design: ≈)
 */
import type { InstanceSize, PendingTasks } from './contracts.ts';

export interface ReservationInput {
  /** Tasks on each instance that is up; draining ones are left out. */
  readonly instances: readonly { readonly tasks: number }[];
  readonly pending: readonly PendingTasks[];
  /** What one instance of the group offers. */
  readonly size: InstanceSize;
  /** What daemons take of each before other tasks come (ECS ecs_services). Default: nothing */
  readonly daemons?: InstanceSize;
}

const NOTHING: InstanceSize = { cpuUnits: 0, memoryMiB: 0 };

export interface Reservation {
  /** M: instances that what runs and waits needs. */
  readonly needed: number;
  /** N: instances that are up. */
  readonly running: number;
  /** M ÷ N × 100; 100 where nothing runs and nothing waits, 200 where tasks wait and no instance is up. */
  readonly percent: number;
  readonly why: string;
  /** Groups whose tasks fit no instance of this size beside its daemons, however many there are. */
  readonly neverFit: readonly string[];
}

export function decideReservation({
  instances,
  pending,
  size: offered,
  daemons = NOTHING,
}: ReservationInput): Reservation {
  const size = { cpuUnits: offered.cpuUnits - daemons.cpuUnits, memoryMiB: offered.memoryMiB - daemons.memoryMiB };
  const running = instances.length;
  const waiting = pending.filter((p) => p.count > 0);
  const fitting = waiting.filter((p) => perInstance(p, size) > 0);
  const neverFit = waiting.filter((p) => !fitting.includes(p)).map((p) => p.group);
  if (fitting.length === 0) {
    const busy = instances.filter((i) => i.tasks > 0).length;
    const percent = running === 0 ? 100 : (busy / running) * 100;
    return { needed: busy, running, percent, neverFit, why: `${busy} of ${running} instances have tasks` };
  }
  // The kind that needs most: a lower bound, which the next minute corrects.
  const [most] = fitting.map((p) => ({ p, more: more(p, size) })).sort((a, b) => b.more - a.more);
  const { p, more: extra } = most as { p: PendingTasks; more: number };
  const needed = running + extra;
  const count = fitting.reduce((n, x) => n + x.count, 0);
  const why = `${count} tasks wait; ${p.group} needs ${extra} more (${perInstance(p, size)} an instance); ${running} running`;
  return { needed, running, percent: running === 0 ? 200 : (needed / running) * 100, neverFit, why };
}

/** At least one: what waits although it would fit waits for something that only another instance has. */
const more = (p: PendingTasks, size: InstanceSize): number => Math.max(1, Math.ceil(p.count / perInstance(p, size)));

/** How many of these fit an instance that has its daemons and nothing else. */
function perInstance(p: PendingTasks, size: InstanceSize): number {
  if (p.cpuUnits > size.cpuUnits || p.memoryMiB > size.memoryMiB) return 0;
  // Daemons that have not all room keep it from others all the same.
  if (size.cpuUnits < 0 || size.memoryMiB < 0) return 0;
  if (p.oneAnInstance) return 1;
  const byCpu = p.cpuUnits > 0 ? Math.floor(size.cpuUnits / p.cpuUnits) : Number.POSITIVE_INFINITY;
  const byMemory = p.memoryMiB > 0 ? Math.floor(size.memoryMiB / p.memoryMiB) : Number.POSITIVE_INFINITY;
  return Math.min(byCpu, byMemory);
}
