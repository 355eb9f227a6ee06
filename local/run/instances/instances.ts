/** Container instances: each auto scaling group's desired capacity as loopback addresses with a size. */
import type { AutoScalingGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, InstanceState, ResourceHandler } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';

/** From launch to joining the cluster (control time): data, not a measurement of EC2. */
const BOOT_MS = 3000;

/** An instance with what is reserved on it. Reservations are by task id. */
export interface Instance {
  readonly id: string;
  readonly arn: string;
  readonly group: AutoScalingGroup;
  readonly zone: string;
  readonly address: string;
  readonly registeredAtMs: number;
  status: InstanceState['status'];
  readonly reservations: Map<string, Reservation>;
}

export interface Reservation {
  readonly taskGroup: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports: number[];
}

export interface Instances {
  readonly handler: ResourceHandler<AutoScalingGroup>;
  all(): readonly Instance[];
  /** Active instances of a cluster. */
  active(clusterName: string): readonly Instance[];
  get(id: string): Instance | undefined;
  /** Called when instances come or begin to drain. */
  onChange(listener: () => void): void;
  /** Ends a draining instance once nothing is reserved on it. */
  settle(): void;
}

export interface InstancesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly region: string;
  readonly accountId: string;
}

export function createInstances(options: InstancesOptions): Instances {
  const { clock, random, events, addresses } = options;
  const instances = new Map<string, Instance>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const of = (name: string): Instance[] =>
    [...instances.values()].filter((i) => i.group.name === name && (i.status === 'ACTIVE' || i.status === 'PENDING'));

  function launch(group: AutoScalingGroup): Instance {
    const id = `i-${random.hex(17)}`;
    const zones = group.zones.length > 0 ? group.zones : [`${options.region}a`];
    const counts = zones.map((zone) => of(group.name).filter((i) => i.zone === zone).length);
    const zone = zones[counts.indexOf(Math.min(...counts))] as string;
    const arn = `arn:aws:ecs:${options.region}:${options.accountId}:container-instance/${group.clusterName ?? 'none'}/${random.hex(32)}`;
    const instance: Instance = {
      id,
      arn,
      group,
      zone,
      address: addresses.instance(id),
      registeredAtMs: clock.now(),
      status: 'PENDING',
      reservations: new Map(),
    };
    instances.set(id, instance);
    events.emit({
      source: 'instances',
      subject: id,
      code: 'INSTANCE_LAUNCHED',
      message: `Launching a new EC2 instance: ${id} (${group.instanceType}, ${zone}, ${instance.address})`,
      data: { group: group.name },
    });
    return instance;
  }

  function boot(instance: Instance): Promise<void> {
    return new Promise((resolve) => {
      clock.after(BOOT_MS, () => {
        if (instance.status === 'PENDING') {
          instance.status = 'ACTIVE';
          events.emit({
            source: 'instances',
            subject: instance.id,
            code: 'INSTANCE_ACTIVE',
            message: `Container instance ${instance.id} joined cluster ${instance.group.clusterName ?? '(none)'}`,
          });
          changed();
        }
        resolve();
      });
    });
  }

  function drain(instance: Instance): void {
    instance.status = 'DRAINING';
    events.emit({
      source: 'instances',
      subject: instance.id,
      code: 'INSTANCE_DRAINING',
      message: `Container instance ${instance.id} is draining`,
    });
    changed();
  }

  const settle = (): void => {
    for (const instance of instances.values()) {
      if (instance.status !== 'DRAINING' || instance.reservations.size > 0) continue;
      instance.status = 'TERMINATED';
      events.emit({
        source: 'instances',
        subject: instance.id,
        code: 'INSTANCE_TERMINATED',
        message: `Terminating EC2 instance: ${instance.id}`,
      });
      instances.delete(instance.id);
      addresses.releaseInstance?.(instance.id);
    }
  };

  return {
    all: () => [...instances.values()],
    active: (cluster) =>
      [...instances.values()].filter((i) => i.status === 'ACTIVE' && i.group.clusterName === cluster),
    get: (id) => instances.get(id),
    onChange: (listener) => void listeners.add(listener),
    settle,
    handler: {
      async put(next, previous) {
        const there = of(next.name);
        // Terraform leaves an ignored capacity as it is; the bounds hold all the same.
        const kept = previous && next.ignoreChanges.includes('desired_capacity') ? there.length : next.desiredCapacity;
        const desired = Math.min(next.maxSize, Math.max(next.minSize, kept));
        const started = Array.from({ length: Math.max(0, desired - there.length) }, () => launch(next));
        for (const instance of [...there].reverse().slice(0, Math.max(0, there.length - desired))) drain(instance);
        await Promise.all(started.map(boot));
        settle();
      },
      async remove(previous) {
        for (const instance of of(previous.name)) drain(instance);
        settle();
      },
    },
  };
}

export function instanceState(instance: Instance, clusterArn: string): InstanceState {
  const { group } = instance;
  const used = [...instance.reservations.values()];
  const sum = (read: (r: Reservation) => number): number => used.map(read).reduce((a, b) => a + b, 0);
  const registered = { cpuUnits: group.cpuUnits, memoryMiB: group.memoryMiB };
  return {
    id: instance.id,
    containerInstanceArn: instance.arn,
    clusterArn,
    autoScalingGroupName: group.name,
    address: instance.address,
    zone: instance.zone,
    instanceType: group.instanceType,
    status: instance.status,
    registered,
    remaining: {
      cpuUnits: registered.cpuUnits - sum((r) => r.cpuUnits),
      memoryMiB: registered.memoryMiB - sum((r) => r.memoryMiB),
    },
    ports: used.flatMap((r) => r.ports),
    processes: [],
    runningTasksCount: instance.reservations.size,
    registeredAtMs: instance.registeredAtMs,
  };
}
