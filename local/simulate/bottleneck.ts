/** What held a run back, from its minutes: the cause of most failed requests, or of most waiting. Pure. */
import type { Minute, SimulatedService } from './contracts.ts';

export type BottleneckKind =
  | 'none'
  | 'health-checks'
  | 'service-maximum'
  | 'instance-maximum'
  | 'instance-boot'
  | 'launch-rate'
  | 'scale-out-cooldown'
  | 'scale-out-reaction'
  | 'no-scaling';

export interface Bottleneck {
  readonly kind: BottleneckKind;
  /** The service; null for `none`. */
  readonly service: string | null;
  readonly minutes: number;
  readonly failed: number;
  readonly message: string;
  readonly fix: string | null;
}

interface Tally {
  minutes: number;
  failed: number;
}

/** A minute is strained when requests fail, tasks wait for an instance, or the autoscaler wants more and gets none. */
function causeOf(minute: Minute, name: string, scaled: boolean): BottleneckKind | null {
  const s = minute.services[name];
  if (!s) return null;
  const strained = s.failed > 0 || s.pending > 0 || s.held === 'maximum' || s.killed > 0;
  if (!strained) return null;
  // What cannot grow comes before what grows too slowly.
  if (s.pending > 0 && minute.fleetHeld) return 'instance-maximum';
  if (s.held === 'maximum') return 'service-maximum';
  if (!scaled && s.pending === 0) return 'no-scaling';
  if (s.killed > 0) return 'health-checks';
  if (s.pending > 0) return 'instance-boot';
  if (s.running + s.starting < s.desired) return 'launch-rate';
  return s.held === 'cooldown' ? 'scale-out-cooldown' : 'scale-out-reaction';
}

export function findBottleneck(minutes: readonly Minute[], services: readonly SimulatedService[]): Bottleneck {
  const tallies = new Map<string, Tally & { kind: BottleneckKind; service: SimulatedService }>();
  for (const minute of minutes)
    for (const service of services) {
      const kind = causeOf(minute, service.name, (service.scaling?.policies.length ?? 0) > 0);
      if (kind === null) continue;
      const key = `${kind} ${service.name}`;
      const tally = tallies.get(key) ?? { kind, service, minutes: 0, failed: 0 };
      tally.minutes += 1;
      tally.failed += minute.services[service.name]?.failed ?? 0;
      tallies.set(key, tally);
    }
  const [worst] = [...tallies.values()].sort((a, b) => b.failed - a.failed || b.minutes - a.minutes);
  if (!worst)
    return { kind: 'none', service: null, minutes: 0, failed: 0, message: 'nothing held the run back', fix: null };
  const { kind, service, failed } = worst;
  const [message, fix] = TEXTS[kind](service);
  const lost = failed >= 1 ? `, ${Math.round(failed).toLocaleString('en-US')} requests failed` : '';
  return {
    kind,
    service: service.name,
    minutes: worst.minutes,
    failed: Math.round(failed),
    message: `${service.name}: ${message} in ${worst.minutes} minutes${lost}`,
    fix,
  };
}

const TEXTS: Readonly<Record<BottleneckKind, (s: SimulatedService) => [message: string, fix: string | null]>> = {
  none: () => ['nothing', null],
  'health-checks': () => [
    'health checks ended tasks that were only too busy',
    'see the spiral: more patient health checks, or more capacity before the rush',
  ],
  'service-maximum': (s) => [
    `the autoscaler was at its maximum of ${s.scaling?.maxCapacity}`,
    'raise max_capacity of the scalable target, or give each task more CPU',
  ],
  'instance-maximum': () => [
    'tasks waited for instances, and the auto scaling group was at its maximum',
    'raise max_size, or choose a larger instance type',
  ],
  'instance-boot': () => [
    'tasks waited for instances to boot',
    'lower target_capacity below 100, so that spare instances stand ready',
  ],
  'launch-rate': () => [
    'tasks were started as fast as ECS starts them for one service',
    'split the service, or have more tasks before the rush (scheduled scaling)',
  ],
  'scale-out-cooldown': () => ['the scale-out cooldown held the autoscaler back', 'shorten scale_out_cooldown'],
  'scale-out-reaction': () => [
    'load grew faster than three datapoints of a minute and the start of tasks can follow',
    'lower the target value, or scale ahead of it with scheduled or step scaling',
  ],
  'no-scaling': () => ['the number of tasks is fixed', 'register a scalable target with a policy'],
};
