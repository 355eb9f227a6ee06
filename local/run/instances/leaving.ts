/**
 * What an instance waits for between its termination's begin and its end: managed draining and lifecycle hooks, each with
 * a time-out (EC2 Auto Scaling lifecycle-hooks; ECS managed-instance-draining).
 */
import type { Cancel, Clock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import type { Random } from '../random.ts';

/** A terminating hook of a group. */
export interface LifecycleHook {
  readonly name: string;
  /** 30–7200, default 3600 (EC2 Auto Scaling API_PutLifecycleHook). */
  readonly heartbeatSeconds: number;
  /** At the time-out: ABANDON also ends the waits of other hooks. Default ABANDON. */
  readonly defaultResult: 'ABANDON' | 'CONTINUE';
}

/** The hook that ECS itself puts on a group with managed draining: completed when the last task has left. */
export const MANAGED_HOOK: LifecycleHook = {
  name: 'ecs-managed-draining-termination-hook',
  // 48 hours ≈
  heartbeatSeconds: 172_800,
  defaultResult: 'CONTINUE',
};

export const DEFAULT_HEARTBEAT_SECONDS = 3600;

interface Wait {
  readonly hook: LifecycleHook;
  cancel: Cancel;
}

/** An instance that its group has given up. */
export interface Leaving {
  /** Answers CompleteLifecycleAction in place of the instance's id. */
  readonly token: string;
  waits(): readonly string[];
  /** CompleteLifecycleAction. @throws ApiError ValidationError where nothing waits for this hook */
  complete(hookName: string, result: 'ABANDON' | 'CONTINUE'): void;
  /** RecordLifecycleActionHeartbeat: the time-out begins anew. @throws ApiError ValidationError */
  heartbeat(hookName: string): void;
  /** Ends every wait without a word. */
  cancel(): void;
}

export interface LeavingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks: readonly LifecycleHook[];
  /** A wait ended; by its time-out where `timedOut`. */
  readonly onEnd: (hook: LifecycleHook, timedOut: boolean) => void;
}

export function beginLeaving({ clock, random, hooks, onEnd }: LeavingOptions): Leaving {
  const waits = new Map<string, Wait>();
  const expireLater = (hook: LifecycleHook): Cancel =>
    clock.after(hook.heartbeatSeconds * 1000, () => finish(hook, hook.defaultResult, true));
  const need = (name: string): Wait => {
    const wait = waits.get(name);
    if (!wait) throw new ApiError('ValidationError', `No active Lifecycle Action found with hook name ${name}`);
    return wait;
  };

  function finish(hook: LifecycleHook, result: LifecycleHook['defaultResult'], timedOut: boolean): void {
    for (const [name, wait] of waits)
      if (name === hook.name || result === 'ABANDON') {
        wait.cancel();
        waits.delete(name);
      }
    onEnd(hook, timedOut);
  }

  for (const hook of hooks) waits.set(hook.name, { hook, cancel: expireLater(hook) });
  return {
    token: random.uuid(),
    waits: () => [...waits.keys()],
    complete: (name, result) => finish(need(name).hook, result, false),
    heartbeat(name) {
      const wait = need(name);
      wait.cancel();
      wait.cancel = expireLater(wait.hook);
    },
    cancel() {
      for (const { cancel } of waits.values()) cancel();
      waits.clear();
    },
  };
}
