/**
 * Tasks of RunTask that wait for an instance of a capacity provider with managed scaling: PROVISIONING until one has room
 * for them, at most half an hour (ECS cluster-auto-scaling, "task provisioning").
 */
import type { Cancel, Clock } from '../clock.ts';
import type { EventLog } from '../events.ts';
import { type PlaceContext, placeWaiting, type TaskSpec, waitingTask } from './place-task.ts';
import type { Task } from './task.ts';

/** Control time. ≈: AWS says 10 to 30 minutes. */
const WAIT_MS = 30 * 60_000;
/** Tasks of a cluster that may be PROVISIONING at once (ECS service-quotas). */
const MAX_WAITING = 500;

export interface WaitingTasksOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly context: PlaceContext;
  /** It has its place. */
  readonly start: (task: Task) => void;
  readonly fail: (task: Task, reason: string) => void;
}

export interface WaitingTasks {
  /** @returns the task; null where too many wait already */
  add(spec: TaskSpec, reason: string): Task | null;
  /** Something may have made room: those that came first are placed first. */
  look(): void;
  /** It was stopped. */
  remove(task: Task): void;
  close(): void;
}

interface Waiting {
  readonly task: Task;
  readonly spec: TaskSpec;
  reason: string;
  readonly cancel: Cancel;
}

export function createWaitingTasks({ clock, events, context, start, fail }: WaitingTasksOptions): WaitingTasks {
  const waiting = new Map<string, Waiting>();
  const say = (task: Task, code: string, message: string): void =>
    void events.emit({ source: 'ecs', subject: task.group, code, message: `(task ${task.id}) ${message}` });

  function take(id: string): Waiting | undefined {
    const one = waiting.get(id);
    one?.cancel();
    waiting.delete(id);
    return one;
  }

  return {
    add(spec, reason) {
      if (waiting.size >= MAX_WAITING) return null;
      const task = waitingTask(spec, context);
      const cancel = clock.after(WAIT_MS, () => {
        const one = take(task.id);
        if (one) fail(task, `no capacity of ${spec.capacityProvider} within 30 minutes: ${one.reason}`);
      });
      waiting.set(task.id, { task, spec, reason, cancel });
      say(task, 'TASK_WAITS_FOR_CAPACITY', `waits for capacity of ${spec.capacityProvider}: ${reason}`);
      return task;
    },
    look() {
      for (const [id, one] of waiting) {
        const still = placeWaiting(one.task, one.spec, context);
        if (still !== null) {
          one.reason = still;
          continue;
        }
        take(id);
        say(one.task, 'TASK_PLACED', `has its instance: ${one.task.instance?.id}`);
        start(one.task);
      }
    },
    remove: (task) => void take(task.id),
    close() {
      for (const id of [...waiting.keys()]) take(id);
    },
  };
}
