/**
 * Instances of auto scaling groups: each group's desired capacity as loopback addresses with a size. Container
 * instances take tasks; others run what their user data starts (host.ts), behind the group's target groups.
 */
import { rm } from 'node:fs/promises';
import type { AutoScalingGroup } from '../../topology.ts';
import { decideEnding, zoneForLaunch } from '../capacity/decide-ending.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type ResourceHandler, type TargetRegistry } from '../contracts.ts';
import type { Random } from '../random.ts';
import { watchElbHealth } from './elb-health.ts';
import { type HostContext, startHost } from './host.ts';
import { type Instance, isLive } from './instance.ts';
import { createTargets } from './instance-targets.ts';

export { type Instance, instanceState, type Reservation } from './instance.ts';

/** From launch to joining the cluster (control time): data, not a measurement of EC2. */
const BOOT_MS = 3000;

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
  /** TerminateInstanceInAutoScalingGroup. @throws ApiError ValidationError where there is none */
  terminate(instanceId: string, decrement: boolean, reason: string): void;
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

export interface InstancesOptions extends HostContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: TargetRegistry;
  readonly accountId: string;
}

interface Group {
  definition: AutoScalingGroup;
  desired: number;
}

/** What programs get between stop signal and SIGKILL when the plane goes down, as tasks do. */
const CLOSE_SECONDS = 5;

export function createInstances(options: InstancesOptions): Instances {
  const { clock, random, events, addresses } = options;
  const instances = new Map<string, Instance>();
  const groups = new Map<string, Group>();
  const listeners = new Set<() => void>();
  const targets = createTargets(options);
  // A plane that was killed may have left some.
  const cleared = rm(options.dir, { recursive: true, force: true });
  let closing = false;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const say = (instance: Instance, code: string, message: string, level: 'info' | 'warn' = 'info'): void =>
    void events.emit({
      source: 'instances',
      subject: instance.id,
      code,
      level,
      message,
      data: { group: instance.group.name },
    });
  const of = (name: string): Instance[] => [...instances.values()].filter((i) => i.group.name === name && isLive(i));
  const stopHealth = watchElbHealth({
    clock,
    registry: options.registry,
    instance: (id) => instances.get(id),
    group: (name) => groups.get(name)?.definition,
    replace(instance) {
      const why = 'an instance was taken out of service in response to an ELB system health check failure.';
      say(instance, 'INSTANCE_UNHEALTHY', `${instance.id}: ${why}`, 'warn');
      end(instance, true);
      reconcile(instance.group.name);
    },
  });

  function launch(group: AutoScalingGroup): Instance {
    const id = `i-${random.hex(17)}`;
    const zones = group.zones.length > 0 ? group.zones : [`${options.region}a`];
    const zone = zoneForLaunch(zones, (one) => of(group.name).filter((i) => i.zone === one).length);
    const arn = `arn:aws:ecs:${options.region}:${options.accountId}:container-instance/${group.clusterName ?? 'none'}/${random.hex(32)}`;
    const instance: Instance = {
      id,
      arn,
      group,
      zone,
      address: addresses.instance(id),
      registeredAtMs: clock.now(),
      status: 'PENDING',
      inServiceAtMs: null,
      reservations: new Map(),
      host: null,
      targets: new Map(),
      drained: false,
      ending: false,
    };
    instances.set(id, instance);
    const what = `${id} (${group.instanceType}, ${zone}, ${instance.address})`;
    say(instance, 'INSTANCE_LAUNCHED', `Launching a new EC2 instance: ${what}`);
    return instance;
  }

  async function boot(instance: Instance): Promise<void> {
    await clock.sleep(BOOT_MS);
    if (instance.status !== 'PENDING' || closing) return;
    const { clusterName, userData, name } = instance.group;
    const isHost = clusterName === null && (userData.trim() !== '' || options.commands[name] !== undefined);
    if (isHost) {
      await cleared;
      instance.host = await startHost(instance, options).catch((error) => {
        say(instance, 'USER_DATA_PROBLEM', `${instance.id}: ${(error as Error).message}`, 'warn');
        return null;
      });
      if (!isPending(instance) || closing) return void (await instance.host?.stop(CLOSE_SECONDS));
    }
    instance.status = 'ACTIVE';
    instance.inServiceAtMs = clock.now();
    const joined = clusterName === null ? 'is in service' : `joined cluster ${clusterName}`;
    say(instance, 'INSTANCE_ACTIVE', `${nameOf(instance)} ${joined}`);
    targets.attach(instance, groups.get(name)?.definition.targetGroupArns ?? []);
    changed();
  }

  function end(instance: Instance, drain: boolean): void {
    if (!isLive(instance)) return;
    instance.status = drain ? 'DRAINING' : 'TERMINATED';
    if (drain) say(instance, 'INSTANCE_DRAINING', `${nameOf(instance)} is draining`);
    const drained = targets.detach(instance, [...instance.targets.keys()]);
    if (instance.targets.size === 0 || !drain) instance.drained = true;
    else
      void drained.then(() => {
        instance.drained = true;
        settle();
      });
    changed();
    settle();
  }

  function settle(): void {
    for (const instance of instances.values()) {
      const hasLeft = instance.status === 'TERMINATED' || (instance.drained && instance.reservations.size === 0);
      if (isLive(instance) || !hasLeft || instance.ending) continue;
      instance.ending = true;
      if (instance.host) void instance.host.stop().then(() => forget(instance));
      else forget(instance);
    }
  }

  function forget(instance: Instance): void {
    instance.status = 'TERMINATED';
    say(instance, 'INSTANCE_TERMINATED', `Terminating EC2 instance: ${instance.id}`);
    instances.delete(instance.id);
    addresses.releaseInstance?.(instance.id);
    changed();
  }

  /** Launches or ends instances until there are as many as desired. @returns those that boot */
  function reconcile(name: string, change: DesiredChange = {}): Promise<void>[] {
    const group = groups.get(name);
    if (!group || closing) return [];
    const there = of(name);
    const missing = Math.max(0, group.desired - there.length);
    const drain = change.drain ?? true;
    const named = there.filter((instance) => change.ending?.includes(instance.id));
    const surplus = there.length - group.desired;
    for (const instance of named.slice(0, Math.max(0, surplus))) end(instance, drain);
    const count = Math.max(0, of(name).length - group.desired);
    const { ids } = decideEnding({ instances: of(name).map(viewOf), count, terminationProtection: false });
    for (const id of ids) end(instances.get(id) as Instance, drain);
    return Array.from({ length: missing }, () => boot(launch(group.definition)));
  }

  return {
    all: () => [...instances.values()],
    active: (cluster) =>
      [...instances.values()].filter((i) => i.status === 'ACTIVE' && i.group.clusterName === cluster),
    get: (id) => instances.get(id),
    onChange: (listener) => void listeners.add(listener),
    settle,
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
      void Promise.all(reconcile(name, change));
    },
    terminate(id, decrement, reason) {
      const instance = instances.get(id);
      const group = instance ? groups.get(instance.group.name) : undefined;
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
      end(instance, true);
      void Promise.all(reconcile(instance.group.name));
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
        while (there.some((instance) => instances.has(instance.id))) await clock.sleep(LOOK_EVERY_MS, signal);
      },
      drift: (applied) =>
        (groups.get(applied.name)?.desired ?? applied.desiredCapacity) === applied.desiredCapacity
          ? []
          : ['desired_capacity'],
    },
    async close() {
      closing = true;
      stopHealth();
      await Promise.all([...instances.values()].map((instance) => instance.host?.stop(CLOSE_SECONDS)));
    },
  };
}

/** How often a group that is deleted is looked at: Terraform waits until its instances are gone. */
const LOOK_EVERY_MS = 500;

const nameOf = ({ id, group }: Instance): string =>
  `${group.clusterName === null ? 'Instance' : 'Container instance'} ${id}`;

/** Read anew after each wait. */
const isPending = (instance: Instance): boolean => instance.status === 'PENDING';

const viewOf = (instance: Instance) => ({
  id: instance.id,
  zone: instance.zone,
  status: instance.status,
  launchedAtMs: instance.registeredAtMs,
  tasks: instance.reservations.size,
});
