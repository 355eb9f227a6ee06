/** One instance from launch to termination: boot, user data, target groups, drain, end. Whom to launch is instances.ts. */
import { rm } from 'node:fs/promises';
import type { AutoScalingGroup } from '../../topology.ts';
import { zoneForLaunch } from '../capacity/decide-ending.ts';
import type { Clock } from '../clock.ts';
import type { TargetRegistry } from '../contracts.ts';
import { arnAt } from '../place.ts';
import type { Random } from '../random.ts';
import { type HostContext, startHost } from './host.ts';
import { type Instance, isLive } from './instance.ts';
import { createTargets, type Targets } from './instance-targets.ts';
import { beginLeaving, type LifecycleHook, MANAGED_HOOK } from './leaving.ts';

/** From launch to joining the cluster (control time): data, not a measurement of EC2. */
const BOOT_MS = 3000;
/** What programs get between stop signal and SIGKILL when the plane goes down, as tasks do. */
const CLOSE_SECONDS = 5;

export interface LifeOptions extends HostContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: TargetRegistry;
}

export interface Life {
  readonly all: ReadonlyMap<string, Instance>;
  readonly targets: Targets;
  /** Live instances of a group, in the order of their launch. */
  of(groupName: string): Instance[];
  launch(group: AutoScalingGroup): Instance;
  /** Resolves when it is in service, or was ended before. */
  boot(instance: Instance): Promise<void>;
  /** Terminates it; unless `drain` is false, also later on, its targets drain and what its group waits for comes first. */
  end(instance: Instance, drain: boolean): void;
  /** Container instances take no new tasks, and their services move theirs, or take tasks again (UpdateContainerInstancesState). */
  setDraining(instance: Instance, draining: boolean): void;
  /** Ends what has nothing left to wait for. */
  settle(): void;
  say(instance: Instance, code: string, message: string, level?: 'info' | 'warn'): void;
  closing(): boolean;
  close(): Promise<void>;
}

/**
 * @param changed called when an instance comes, begins to drain, or ends
 * @param targetGroupArnsOf of a group, as it is applied now
 * @param hooksOf what holds the termination of an instance, ECS's own for managed draining among them
 */
export function createLife(
  options: LifeOptions,
  changed: () => void,
  targetGroupArnsOf: (groupName: string) => readonly string[],
  hooksOf: (instance: Instance) => readonly LifecycleHook[],
): Life {
  const { clock, random, events, addresses } = options;
  const instances = new Map<string, Instance>();
  const targets = createTargets(options);
  // A plane that was killed may have left some.
  const cleared = rm(options.dir, { recursive: true, force: true });
  let closing = false;
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

  function launch(group: AutoScalingGroup): Instance {
    const id = `i-${random.hex(17)}`;
    const zones = group.zones.length > 0 ? group.zones : [`${options.place.region}a`];
    const zone = zoneForLaunch(zones, (one) => of(group.name).filter((i) => i.zone === one).length);
    const arn = arnAt(options.place, 'ecs', `container-instance/${group.clusterName ?? 'none'}/${random.hex(32)}`);
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
      leaving: null,
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
    targets.attach(instance, targetGroupArnsOf(name));
    changed();
  }

  function end(instance: Instance, drain: boolean): void {
    if (!isLive(instance)) {
      if (!drain) hurry(instance);
      return;
    }
    const hooks = drain && instance.status !== 'PENDING' ? hooksOf(instance) : [];
    instance.leaving = beginLeaving({
      clock,
      random,
      hooks,
      onEnd(hook, timedOut) {
        const left = instance.reservations.size;
        if (timedOut && left > 0)
          say(
            instance,
            'LIFECYCLE_HOOK_TIMED_OUT',
            `${instance.id}: ${hook.name} timed out with ${left} tasks`,
            'warn',
          );
        settle();
      },
    });
    if (drain && (hooks.includes(MANAGED_HOOK) || instance.group.clusterName === null)) setDraining(instance, true);
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

  /** It waits for nothing any more. */
  function hurry(instance: Instance): void {
    instance.leaving?.cancel();
    instance.drained = true;
    settle();
  }

  function setDraining(instance: Instance, draining: boolean): void {
    const next = draining ? 'DRAINING' : 'ACTIVE';
    if (instance.status === next || instance.status === 'PENDING' || instance.status === 'TERMINATED') return;
    instance.status = next;
    const code = draining ? 'INSTANCE_DRAINING' : 'INSTANCE_ACTIVE';
    say(instance, code, `${nameOf(instance)} ${draining ? 'is draining' : 'takes tasks again'}`);
    changed();
  }

  function settle(): void {
    for (const instance of instances.values()) {
      const { leaving } = instance;
      if (!leaving) continue;
      // ECS completes its own hook when the last task has left, one of RunTask included.
      if (leaving.waits().includes(MANAGED_HOOK.name) && instance.reservations.size === 0)
        leaving.complete(MANAGED_HOOK.name, 'CONTINUE');
      if (leaving.waits().length > 0 || !instance.drained) continue;
      if (instance.status !== 'TERMINATED') {
        instance.status = 'TERMINATED';
        // Tasks that are still on it end with it.
        changed();
      }
      if (instance.reservations.size > 0 || instance.ending) continue;
      instance.ending = true;
      if (instance.host) void instance.host.stop().then(() => forget(instance));
      else forget(instance);
    }
  }

  function forget(instance: Instance): void {
    say(instance, 'INSTANCE_TERMINATED', `Terminating EC2 instance: ${instance.id}`);
    instances.delete(instance.id);
    addresses.releaseInstance?.(instance.id);
    changed();
  }

  return {
    all: instances,
    targets,
    of,
    launch,
    boot,
    end,
    setDraining,
    settle,
    say,
    closing: () => closing,
    async close() {
      closing = true;
      for (const { leaving } of instances.values()) leaving?.cancel();
      await Promise.all([...instances.values()].map((instance) => instance.host?.stop(CLOSE_SECONDS)));
    },
  };
}

const nameOf = ({ id, group }: Instance): string =>
  `${group.clusterName === null ? 'Instance' : 'Container instance'} ${id}`;

/** Read anew after each wait. */
const isPending = (instance: Instance): boolean => instance.status === 'PENDING';
