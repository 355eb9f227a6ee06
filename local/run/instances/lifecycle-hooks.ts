/** Terminating lifecycle hooks of groups, as the Auto Scaling API puts and answers them (EC2 Auto Scaling lifecycle-hooks). */
import { ApiError } from '../contracts.ts';
import type { Instance } from './instance.ts';
import type { Leaving, LifecycleHook } from './leaving.ts';

export interface LifecycleHooks {
  /** Of a group, in the order in which they were put. */
  of(groupName: string): readonly LifecycleHook[];
  /** Makes or changes one; instances that wait already wait as before. @throws ApiError ValidationError */
  put(groupName: string, hook: LifecycleHook): void;
  /** Instances that wait for it wait on until it times out or is completed ≈. @throws ApiError ValidationError */
  remove(groupName: string, hookName: string): void;
  /** The wait of an instance, by its id or its action's token. @throws ApiError ValidationError where it does not wait */
  waitOf(idOrToken: string): Leaving;
  /** The group is gone. */
  forget(groupName: string): void;
}

export interface LifecycleHooksOptions {
  readonly instance: (id: string) => Instance | undefined;
  readonly byToken: (token: string) => Instance | undefined;
  readonly hasGroup: (name: string) => boolean;
}

/** Hooks a group may have (EC2 Auto Scaling ec2-auto-scaling-quotas). */
const MAX_HOOKS = 50;

export function createLifecycleHooks(options: LifecycleHooksOptions): LifecycleHooks {
  const groups = new Map<string, Map<string, LifecycleHook>>();
  const invalid = (message: string): ApiError => new ApiError('ValidationError', message);
  const needGroup = (name: string): Map<string, LifecycleHook> => {
    if (!options.hasGroup(name)) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
    const known = groups.get(name) ?? new Map<string, LifecycleHook>();
    groups.set(name, known);
    return known;
  };
  return {
    of: (name) => [...(groups.get(name)?.values() ?? [])],
    put(name, hook) {
      const hooks = needGroup(name);
      if (!hooks.has(hook.name) && hooks.size >= MAX_HOOKS)
        throw invalid(`Auto Scaling group ${name} has ${MAX_HOOKS} lifecycle hooks already`);
      hooks.set(hook.name, hook);
    },
    remove(name, hookName) {
      if (!needGroup(name).delete(hookName)) throw invalid(`No Lifecycle Hook found with name ${hookName}`);
    },
    waitOf(idOrToken) {
      const { leaving } = options.instance(idOrToken) ?? options.byToken(idOrToken) ?? { leaving: null };
      if (!leaving || leaving.waits().length === 0)
        throw invalid(`No active Lifecycle Action found with instance ID or token ${idOrToken}`);
      return leaving;
    },
    forget: (name) => void groups.delete(name),
  };
}
