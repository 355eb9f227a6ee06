/**
 * Instances of auto scaling groups: each group's desired capacity as loopback addresses with a size. Container
 * instances take tasks; others run what their user data starts (host.ts), behind the group's target groups.
 */
import type { AutoScalingGroup } from '../../topology.ts';
import { decideEnding } from '../capacity/decide-ending.ts';
import { ApiError, type ResourceHandler } from '../contracts.ts';
import { watchElbHealth } from './elb-health.ts';
import { type Instance, isLive, tasksBesideDaemons } from './instance.ts';
import { createLife, type LifeOptions } from './instance-life.ts';
import { MANAGED_HOOK } from './leaving.ts';
import { createLifecycleHooks, type LifecycleHooks } from './lifecycle-hooks.ts';

export { type Instance, instanceState, type Reservation } from './instance.ts';

export interface Instances {
  readonly handler: ResourceHandler<AutoScalingGroup>;
  all(): readonly Instance[];
  /** Active instances of a cluster. */
  active(clusterName: string): readonly Instance[];
  get(id: string): Instance | undefined;
  /** Called when instances come, begin to drain, or end. */
  onChange(listener: () => void): void;
  /** Ends a draining instance once nothing is reserved on it. */
  settle(): void;
  groups(): readonly GroupState[];
  /**
   * More: launches. Fewer: ends `ending` first, then by the default termination policy; each drains first, unless
   * `drain` is false. @throws ApiError ValidationError outside the group's bounds
   */
  setDesired(groupName: string, desired: number, change?: DesiredChange): void;
  /**
   * TerminateInstanceInAutoScalingGroup; with `drain` false TerminateInstances of EC2: nothing is waited for, its tasks
   * end with it. @throws ApiError ValidationError where there is none
   */
  terminate(instanceId: string, decrement: boolean, reason: string, drain?: boolean): void;
  /** UpdateContainerInstancesState. @throws ApiError InvalidParameterException where it is not in such a state */
  setDraining(instanceId: string, draining: boolean): void;
  readonly hooks: LifecycleHooks;
  /** May scale-in not end it? */
  isProtected(instance: Instance): boolean;
  /** Ends every program on instances, at once. */
  close(): Promise<void>;
}

export interface GroupState {
  readonly definition: AutoScalingGroup;
  /** May have been changed since it was applied. */
  readonly desiredCapacity: number;
}

export interface DesiredChange {
  readonly ending?: readonly string[];
  readonly drain?: boolean;
  readonly reason?: string;
}

/** What a capacity provider says of its group's instances. */
export interface InstancePolicy {
  /** ECS drains an instance before its group ends it (ECS managed-instance-draining). */
  readonly managedDraining: boolean;
  /** Scale-in ends no instance that has a task (ECS cluster-auto-scaling, "managed termination protection"). */
  readonly managedTerminationProtection: boolean;
}

export interface InstancesOptions extends LifeOptions {
  /** Null where no capacity provider has the group: then nothing moves the tasks of an instance that ends. Default: null */
  readonly policyOf?: (groupArn: string) => InstancePolicy | null;
}

interface Group {
  definition: AutoScalingGroup;
  desired: number;
}

export function createInstances(options: InstancesOptions): Instances {
  const groups = new Map<string, Group>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const policyOf = (instance: Instance): InstancePolicy | null => options.policyOf?.(instance.group.arn) ?? null;
  const isProtected = (instance: Instance): boolean =>
    tasksBesideDaemons(instance) > 0 && policyOf(instance)?.managedTerminationProtection === true;
  const hooks = createLifecycleHooks({
    instance: (id) => instances.get(id),
    byToken: (token) => [...instances.values()].find(({ leaving }) => leaving?.token === token),
    hasGroup: (name) => groups.has(name),
  });
  const life = createLife(
    options,
    changed,
    (name) => groups.get(name)?.definition.targetGroupArns ?? [],
    (instance) => [
      ...(instance.group.clusterName !== null && policyOf(instance)?.managedDraining ? [MANAGED_HOOK] : []),
      ...hooks.of(instance.group.name),
    ],
  );
  const { all: instances, of, end, say, targets } = life;
  /** Groups that have more instances than desired, because all that are too many are protected. */
  const overfull = new Set<string>();
  const stopHealth = watchElbHealth({
    clock: options.clock,
    registry: options.registry,
    instance: (id) => instances.get(id),
    group: (name) => groups.get(name)?.definition,
    replace(instance) {
      const why = 'an instance was taken out of service in response to an ELB system health check failure.';
      say(instance, 'INSTANCE_UNHEALTHY', `${instance.id}: ${why}`, 'warn');
      end(instance, true);
      void reconcileLater(instance.group.name);
    },
  });

  /** Launches or ends instances until there are as many as desired. @returns those that boot */
  function reconcile(name: string, change: DesiredChange = {}): Promise<void>[] {
    const group = groups.get(name);
    if (!group || life.closing()) return [];
    const there = of(name);
    const missing = Math.max(0, group.desired - there.length);
    const drain = change.drain ?? true;
    const named = there.filter((instance) => change.ending?.includes(instance.id));
    const surplus = there.length - group.desired;
    for (const instance of named.slice(0, Math.max(0, surplus))) end(instance, drain);
    endSurplus(group, drain);
    return Array.from({ length: missing }, () => life.boot(life.launch(group.definition)));
  }

  function endSurplus({ definition: { name }, desired }: Group, drain: boolean): void {
    const there = of(name).filter((instance) => !isProtected(instance));
    const count = Math.max(0, of(name).length - desired);
    const { ids } = decideEnding({ instances: there.map(viewOf), count, terminationProtection: false });
    for (const id of ids) end(instances.get(id) as Instance, drain);
    if (ids.length === count) return void overfull.delete(name);
    if (overfull.has(name)) return;
    overfull.add(name);
    const message = `Could not scale to desired capacity because all remaining instances are protected from scale-in: ${name} has ${count - ids.length} more than ${desired}`;
    options.events.emit({ source: 'instances', subject: name, code: 'CAPACITY_NOT_REACHED', level: 'warn', message });
  }

  /** When nobody waits for it: no address left, say, is told and not thrown. */
  async function reconcileLater(name: string, change?: DesiredChange): Promise<void> {
    try {
      await Promise.all(reconcile(name, change));
    } catch (error) {
      const message = `Auto Scaling group ${name} does not have its capacity: ${(error as Error).message}`;
      options.events.emit({ source: 'instances', subject: name, code: 'CAPACITY_NOT_REACHED', level: 'warn', message });
    }
  }

  return {
    all: () => [...instances.values()],
    active: (cluster) =>
      [...instances.values()].filter((i) => i.status === 'ACTIVE' && i.group.clusterName === cluster),
    get: (id) => instances.get(id),
    onChange: (listener) => void listeners.add(listener),
    settle() {
      life.settle();
      for (const name of overfull) void reconcileLater(name);
    },
    hooks,
    isProtected,
    setDraining(id, draining) {
      const instance = instances.get(id);
      if (!instance || (instance.status !== 'ACTIVE' && instance.status !== 'DRAINING'))
        throw new ApiError('InvalidParameterException', `The container instance ${id} is not ACTIVE or DRAINING.`);
      life.setDraining(instance, draining);
    },
    groups: () => [...groups.values()].map(({ definition, desired }) => ({ definition, desiredCapacity: desired })),
    setDesired(name, desired, change) {
      const group = groups.get(name);
      if (!group)
        throw new ApiError('ValidationError', `AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
      const { minSize, maxSize } = group.definition;
      if (desired < minSize || desired > maxSize)
        throw new ApiError(
          'ValidationError',
          `New SetDesiredCapacity value ${desired} is ${desired < minSize ? `below min value ${minSize}` : `above max value ${maxSize}`} for the AutoScalingGroup.`,
        );
      group.desired = desired;
      void reconcileLater(name, change);
    },
    terminate(id, decrement, reason, drain = true) {
      const instance = instances.get(id);
      const group = instance ? groups.get(instance.group.name) : undefined;
      // Its replacement is there already.
      if (instance?.leaving && !drain) return end(instance, drain);
      if (!instance || !group || !isLive(instance))
        throw new ApiError(
          'ValidationError',
          `Instance Id not found - No managed instance found for instance ID: ${id}`,
        );
      if (decrement && group.desired <= group.definition.minSize)
        throw new ApiError(
          'ValidationError',
          `Currently, desiredSize equals minSize (${group.definition.minSize}). Terminating instance without replacement will violate group's min size constraint.`,
        );
      if (decrement) group.desired -= 1;
      say(instance, 'INSTANCE_ENDING', `${id}: ${reason}`);
      end(instance, drain);
      void reconcileLater(instance.group.name);
    },
    handler: {
      async put(next, previous) {
        const known = groups.get(next.name);
        // Terraform leaves an ignored capacity as it is; the bounds hold all the same.
        const kept =
          previous && known && next.ignoreChanges.includes('desired_capacity') ? known.desired : next.desiredCapacity;
        groups.set(next.name, { definition: next, desired: Math.min(next.maxSize, Math.max(next.minSize, kept)) });
        for (const instance of of(next.name))
          if (instance.status === 'ACTIVE') targets.change(instance, next.targetGroupArns);
        await Promise.all(reconcile(next.name));
      },
      async remove(previous, signal) {
        groups.delete(previous.name);
        const there = [...instances.values()].filter((i) => i.group.name === previous.name);
        for (const instance of there) end(instance, true);
        hooks.forget(previous.name);
        while (there.some((instance) => instances.has(instance.id))) await options.clock.sleep(LOOK_EVERY_MS, signal);
      },
      drift: (applied) =>
        (groups.get(applied.name)?.desired ?? applied.desiredCapacity) === applied.desiredCapacity
          ? []
          : ['desired_capacity'],
    },
    close() {
      stopHealth();
      return life.close();
    },
  };
}

/** How often a group that is deleted is looked at: Terraform waits until its instances are gone. */
const LOOK_EVERY_MS = 500;

const viewOf = (instance: Instance) => ({
  id: instance.id,
  zone: instance.zone,
  // Its group does not know that ECS drains it.
  status: instance.status === 'DRAINING' ? ('ACTIVE' as const) : instance.status,
  launchedAtMs: instance.registeredAtMs,
  tasks: tasksBesideDaemons(instance),
});
