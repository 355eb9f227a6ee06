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
  /**
   * Places and starts one task. @param instanceId where; null: wherever there is room
   * @returns the task, or why it could not be placed
   */
  readonly startTask: (
    record: ServiceRecord,
    rollout: Rollout,
    instanceId: string | null,
  ) => { task: Task } | { reason: string };
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
  /** Tells the plane's events alone what AWS does not write among a service's. */
  tell(record: ServiceRecord, saying: Saying): void;
  /** `ecs-svc/` and 19 digits. */
  newId(): string;
  /** @param places one an entry: the id of an instance, or null for wherever there is room */
  start(record: ServiceRecord, rollout: Rollout, places: readonly (string | null)[], set: TaskSet | null): void;
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

  function say(record: ServiceRecord, saying: Saying): void {
    const event = { id: random.uuid(), createdAtMs: clock.now(), message: textOf(record, saying) };
    record.events = [event, ...record.events].slice(0, MAX_EVENTS);
    tell(record, saying);
  }

  function tell(record: ServiceRecord, saying: Saying): void {
    const { code, level = 'info' } = saying;
    events.emit({ source: 'ecs', subject: record.definition.name, code, message: textOf(record, saying), level });
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
    tell,
    countFailure,
    newId: () => {
      const digits = BigInt(`0x${random.hex(15)}`).toString();
      return `ecs-svc/${digits.padStart(ID_DIGITS, '1').slice(0, ID_DIGITS)}`;
    },
    start(record, rollout, places, set) {
      const started: string[] = [];
      const reasons: string[] = [];
      for (const place of places) {
        const outcome = options.startTask(record, rollout, place);
        if ('task' in outcome) started.push(outcome.task.id);
        else reasons.push(outcome.reason);
        // Where one does not fit, the next will not either; another instance may have room.
        if (place === null && reasons.length > 0) break;
      }
      const [reason] = reasons;
      const failure = reasons.length > 0 ? reasons.join('; ') : null;
      if (failure !== null && failure !== record.lastPlacementFailure)
        say(record, {
          message: `was unable to place a task because ${reason}`,
          code: 'TASK_PLACEMENT_FAILED',
          level: 'warn',
          set,
        });
      if (failure !== null || started.length > 0) record.lastPlacementFailure = failure;
      if (started.length === 0) return;
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

const textOf = ({ definition: { name } }: ServiceRecord, { message, set }: Saying): string =>
  `(service ${name}${set ? `, taskSet ${set.id}` : ''}) ${message}`;

const setOf = (record: ServiceRecord, task: Task): TaskSet | null =>
  record.taskSets.find((set) => set.id === task.deploymentId) ?? null;

/** @returns how long the next start waits */
function delayNext(throttle: Throttle, nowMs: number): number {
  throttle.failuresInARow += 1;
  const delay = restartDelayMs(throttle.failuresInARow);
  throttle.untilMs = nowMs + delay;
  return delay;
}
