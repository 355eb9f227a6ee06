/** What the deployer does to one service, whoever decided it: starting, stopping, counting failures, and saying so. */
import type { Clock } from '../clock.ts';
import type { Task } from '../ecs/task.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import { restartDelayMs, type StopCause } from './decide-deployment.ts';
import type { Rollout, ServiceRecord, TaskSet, Throttle } from './service-record.ts';

export interface ServiceActionsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  /** Places and starts one task. @returns the task, or why it could not be placed */
  readonly startTask: (record: ServiceRecord, rollout: Rollout) => { task: Task } | { reason: string };
  readonly stopTask: (task: Task, stopCode: string, reason: string) => void;
}

export interface Saying {
  readonly message: string;
  readonly code: string;
  readonly level?: 'info' | 'warn' | 'error';
  /** The task set it is about: AWS names it after the service. */
  readonly set?: TaskSet | null;
}

export interface ServiceActions {
  /** Adds a service event, in AWS's words. */
  say(record: ServiceRecord, saying: Saying): void;
  /** `ecs-svc/` and 19 digits. */
  newId(): string;
  start(record: ServiceRecord, rollout: Rollout, count: number, set: TaskSet | null): void;
  stop(record: ServiceRecord, task: Task, why: StopCause, reason: string): void;
  /** A task ended without having been asked to. */
  countFailure(record: ServiceRecord, task: Task): void;
}

const MAX_EVENTS = 100;
const ID_DIGITS = 19;
/** AWS's words (ECS stopped-task-error-codes). */
const DRAINED = 'Task stopped during instance draining';

export function createServiceActions(options: ServiceActionsOptions): ServiceActions {
  const { clock, random, events } = options;

  function say(record: ServiceRecord, { message, code, level = 'info', set = null }: Saying): void {
    const { name } = record.definition;
    const text = `(service ${name}${set ? `, taskSet ${set.id}` : ''}) ${message}`;
    const event = { id: random.uuid(), createdAtMs: clock.now(), message: text };
    record.events = [event, ...record.events].slice(0, MAX_EVENTS);
    events.emit({ source: 'ecs', subject: name, code, message: text, level });
  }

  function countFailure(record: ServiceRecord, task: Task): void {
    const set = setOf(record, task);
    const deployment = record.deployments.find((d) => d.id === task.deploymentId);
    const rollout = set ?? (deployment?.rolloutState === 'IN_PROGRESS' ? deployment : undefined);
    if (rollout) {
      rollout.failedTasks += 1;
      rollout.updatedAtMs = clock.now();
    }
    if (task.everHealthy) return;
    const delay = delayNext(set?.throttle ?? record.throttle, clock.now());
    if (delay > 0)
      say(record, {
        message: `is unable to consistently start tasks successfully. The next start is in ${delay / 1000} s.`,
        code: 'SERVICE_THROTTLED',
        level: 'warn',
        set,
      });
  }

  return {
    say,
    countFailure,
    newId: () => {
      const digits = BigInt(`0x${random.hex(15)}`).toString();
      return `ecs-svc/${digits.padStart(ID_DIGITS, '1').slice(0, ID_DIGITS)}`;
    },
    start(record, rollout, count, set) {
      const started: string[] = [];
      for (let i = 0; i < count; i++) {
        const outcome = options.startTask(record, rollout);
        if ('task' in outcome) started.push(outcome.task.id);
        else {
          const message = `was unable to place a task because ${outcome.reason}`;
          if (record.lastPlacementFailure !== outcome.reason)
            say(record, { message, code: 'TASK_PLACEMENT_FAILED', level: 'warn', set });
          record.lastPlacementFailure = outcome.reason;
          break;
        }
      }
      if (started.length === 0) return;
      record.lastPlacementFailure = null;
      const names = started.map((id) => `(task ${id})`).join(' ');
      say(record, { message: `has started ${started.length} tasks: ${names}.`, code: 'TASKS_STARTED', set });
    },
    stop(record, task, why, reason) {
      const set = setOf(record, task);
      if (why === 'unhealthy') {
        const port = task.targets[0]?.target.port ?? '-';
        const message = `(task ${task.id}) (port ${port}) is unhealthy: ${reason}`;
        say(record, { message, code: 'TASK_UNHEALTHY', level: 'warn', set });
        countFailure(record, task);
        options.stopTask(task, 'ServiceSchedulerInitiated', reason);
        return;
      }
      say(record, { message: `has stopped 1 running tasks: (task ${task.id}).`, code: 'TASKS_STOPPED', set });
      if (why === 'draining') {
        options.stopTask(task, 'ServiceSchedulerInitiated', DRAINED);
        return;
      }
      const by = set ? `(taskSet ${set.id})` : `(deployment ${task.deploymentId})`;
      options.stopTask(task, 'ServiceSchedulerInitiated', `Scaling activity initiated by ${by}`);
    },
  };
}

const setOf = (record: ServiceRecord, task: Task): TaskSet | null =>
  record.taskSets.find((set) => set.id === task.deploymentId) ?? null;

/** @returns how long the next start waits */
function delayNext(throttle: Throttle, nowMs: number): number {
  throttle.failuresInARow += 1;
  const delay = restartDelayMs(throttle.failuresInARow);
  throttle.untilMs = nowMs + delay;
  return delay;
}
