/**
 * Managed scaling's loop: once a control minute it publishes each capacity provider's reservation, has the deciders
 * decide, and sets the desired capacity of its auto scaling group. Deciding is decide-*.ts's, instances are the port's.
 */
import type { CapacityProvider } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { MetricStore, ResourceHandler } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import type { CapacityInstance, CapacityPort } from './contracts.ts';
import { decideCapacity, type HoldReason, SCALE_IN_DATAPOINTS } from './decide-capacity.ts';
import { decideEnding } from './decide-ending.ts';
import { decideReservation, type Reservation } from './decide-reservation.ts';

export interface CapacityOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  readonly port: CapacityPort;
}

export interface CapacityState {
  readonly definition: CapacityProvider;
  /** Of the newest minute; null before the first. */
  readonly reservation: Reservation | null;
  /** Instances that scale-in may not end. */
  readonly protectedIds: readonly string[];
  /** What was decided in the newest minute, with its numbers. */
  readonly decision: string | null;
}

export interface Capacity {
  readonly handler: ResourceHandler<CapacityProvider>;
  providers(): readonly CapacityState[];
  /** ARN of a capacity provider's auto scaling group, by the provider's name. */
  groupOf(capacityProvider: string): string | null;
  /** Does managed scaling bring instances of this provider? */
  scales(capacityProvider: string): boolean;
  /** The capacity provider of an auto scaling group, by the group's ARN. */
  providerOf(groupArn: string): CapacityProvider | null;
  close(): void;
}

interface Held {
  definition: CapacityProvider;
  history: (Reservation | null)[];
  protectedIds: readonly string[];
  decision: string | null;
  /** Told once, until it changes. */
  told: HoldReason | null;
}

const MINUTE_MS = 60_000;
/** Reasons worth an event: something is wanted and does not come. */
const TOLD: readonly HoldReason[] = ['at-maximum', 'at-minimum', 'warming-up'];

export function createCapacity({ clock, events, metrics, port }: CapacityOptions): Capacity {
  const providers = new Map<string, Held>();

  function evaluate(held: Held): void {
    const { definition } = held;
    const group = port.group(definition.autoScalingGroupArn);
    if (!group || !definition.managedScaling.enabled) return;
    const instances = port.instances(group.name).filter((i) => !i.leaving);
    const up = instances.filter((i) => i.status === 'ACTIVE');
    const reservation = decideReservation({
      instances: up,
      pending: port.pending(definition.name),
      size: group.size,
      ...(group.daemons ? { daemons: group.daemons } : {}),
    });
    publish(definition, reservation);
    held.history = [...held.history, reservation].slice(-SCALE_IN_DATAPOINTS);
    held.protectedIds = definition.managedTerminationProtection ? up.filter((i) => i.tasks > 0).map((i) => i.id) : [];
    // Those that drain and yet belong to the group take no tasks: capacity is decided without them.
    const idle = instances.filter((i) => i.status === 'DRAINING').length;
    const decided = decideCapacity({
      managedScaling: definition.managedScaling,
      minSize: Math.max(0, group.minSize - idle),
      maxSize: group.maxSize - idle,
      desired: group.desired - idle,
      reservations: held.history,
      warmingUp: instances.filter((i) => isWarmingUp(i, definition)).length,
    });
    const decision = decided.action === 'hold' ? decided : { ...decided, desired: decided.desired + idle };
    held.decision = decision.why;
    if (decision.action === 'hold') {
      const tell = TOLD.includes(decision.reason) ? decision.reason : null;
      if (tell && tell !== held.told) say(definition, 'CAPACITY_HELD', decision.why, { reason: tell }, 'warn');
      held.told = tell;
      return;
    }
    held.told = null;
    change(definition, { ...group, instances }, decision);
  }

  function change(
    definition: CapacityProvider,
    group: { readonly name: string; readonly desired: number; readonly instances: readonly CapacityInstance[] },
    decision: { readonly action: 'out' | 'in'; readonly desired: number; readonly why: string },
  ): void {
    const drain = definition.managedDraining;
    const data = { group: group.name, from: group.desired, to: decision.desired };
    if (decision.action === 'out') {
      say(definition, 'CAPACITY_SCALED_OUT', decision.why, data);
      port.setDesired(group.name, decision.desired, { ending: [], drain, reason: decision.why });
      return;
    }
    const count = group.desired - decision.desired;
    const terminationProtection = definition.managedTerminationProtection;
    const { ids, protectedIds } = decideEnding({ instances: group.instances, count, terminationProtection });
    if (ids.length === 0) {
      say(definition, 'CAPACITY_HELD', `${decision.why}; all are protected from scale-in`, { protectedIds }, 'warn');
      return;
    }
    const desired = group.desired - ids.length;
    const kept = ids.length < count ? `; ${count - ids.length} stay, protected from scale-in` : '';
    say(definition, 'CAPACITY_SCALED_IN', `${decision.why}: ${ids.join(', ')}${kept}`, { ...data, to: desired, ids });
    port.setDesired(group.name, desired, { ending: ids, drain, reason: decision.why });
  }

  const isWarmingUp = (instance: CapacityInstance, { managedScaling }: CapacityProvider): boolean =>
    instance.status === 'PENDING' ||
    (instance.status === 'ACTIVE' && clock.now() - instance.launchedAtMs < managedScaling.warmupSeconds * 1000);

  function publish({ name }: CapacityProvider, { percent }: Reservation): void {
    const ClusterName = port.clusterOf(name) ?? '';
    const dimensions = { ClusterName, CapacityProviderName: name };
    metrics.put({
      namespace: 'AWS/ECS/ManagedScaling',
      name: 'CapacityProviderReservation',
      dimensions,
      value: percent,
      unit: 'Percent',
    });
  }

  function say(
    { name }: CapacityProvider,
    code: string,
    text: string,
    data: Readonly<Record<string, unknown>>,
    level: 'info' | 'warn' = 'info',
  ): void {
    events.emit({
      source: 'autoscaler',
      subject: name,
      code,
      level,
      message: `(capacity provider ${name}) ${text}`,
      data,
    });
  }

  const cancel = clock.every(MINUTE_MS, () => {
    for (const held of providers.values())
      try {
        evaluate(held);
      } catch (error) {
        say(held.definition, 'CAPACITY_FAILED', error instanceof Error ? error.message : String(error), {}, 'warn');
      }
  });

  return {
    handler: {
      put(next) {
        const known = providers.get(next.arn);
        if (known) known.definition = next;
        else providers.set(next.arn, { definition: next, history: [], protectedIds: [], decision: null, told: null });
      },
      remove: (previous) => void providers.delete(previous.arn),
    },
    providers: () =>
      [...providers.values()].map(({ definition, history, protectedIds, decision }) => ({
        definition,
        reservation: history.at(-1) ?? null,
        protectedIds,
        decision,
      })),
    groupOf: (name) =>
      [...providers.values()].find((held) => held.definition.name === name)?.definition.autoScalingGroupArn ?? null,
    scales: (name) =>
      [...providers.values()].some(({ definition }) => definition.name === name && definition.managedScaling.enabled),
    providerOf: (groupArn) =>
      [...providers.values()].find((held) => held.definition.autoScalingGroupArn === groupArn)?.definition ?? null,
    close: cancel,
  };
}
