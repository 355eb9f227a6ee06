/**
 * CodeDeploy for ECS: the deployments' loop. What comes next is decided in decide-step.ts from what observe.ts sees;
 * effects.ts does it; this file keeps the records, carries the steps out one after another and says what happened.
 */
import type { TargetGroup } from '../../topology.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { CodeDeployControl, FunctionRunner, InvocationResult } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import { type Book, createBook, type SavedBook } from './book.ts';
import { createControl } from './control.ts';
import { rollbackOf } from './create-deployment.ts';
import { decideStep, dueAtMs } from './decide-step.ts';
import { currentEvent, type DeploymentRecord, isOver, newDeploymentId } from './deployment.ts';
import { perform } from './effects.ts';
import { observe, trafficPercent, type World } from './observe.ts';
import { fail, type Observed, type Step, type Telling } from './step.ts';

export interface CodeDeployOptions extends World {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly functions: Pick<FunctionRunner, 'functions' | 'invoke'>;
  readonly targetGroups: () => readonly TargetGroup[];
  /** Called when targets or alarms change. @returns ends the subscription */
  readonly onWorld: (listener: () => void) => () => void;
  /** What ran before the plane was killed, settled (decide-resume.ts). */
  readonly saved: SavedCodeDeploy;
  /** What `saved()` gives has changed. */
  readonly onSaved: () => void;
}

export interface SavedCodeDeploy extends SavedBook {
  /** Newest first. */
  readonly deployments: readonly DeploymentRecord[];
}

export interface CodeDeploy {
  readonly control: CodeDeployControl;
  readonly handlers: Book['handlers'];
  /** Does a deployment of this service run? */
  deploying(serviceArn: string): boolean;
  saved(): SavedCodeDeploy;
  close(): void;
}

/** Older deployments are forgotten. */
const KEPT = 1000;
/** Of these, so many outlive a kill. */
const SAVED = 20;
/** Task sets and targets change without an event for us, too. */
const TICK_WALL_MS = 250;
/** A deployment takes at most some twenty steps on one look; more would be a decider that goes in a circle. */
const MAX_STEPS = 100;

export function createCodeDeploy(options: CodeDeployOptions): CodeDeploy {
  const { clock, random, events } = options;
  /** Newest first. */
  let records: DeploymentRecord[] = [...options.saved.deployments];
  const aborts = new Map<string, AbortController>();
  const wakes = new Map<string, Cancel>();
  let closed = false;
  let kicked = false;

  const book = createBook(options.saved, () => {
    options.onSaved();
    kick();
  });
  const get = (id: string): DeploymentRecord | undefined => records.find((record) => record.id === id);

  function change(id: string, patch: Partial<DeploymentRecord>): void {
    records = records.map((record) => (record.id === id ? { ...record, ...patch } : record));
    options.onSaved();
  }

  function add(record: DeploymentRecord): void {
    records = [record, ...records].slice(0, KEPT);
    tell(record, {
      code: 'DEPLOYMENT_CREATED',
      message: `deployment created${record.creator === 'user' ? '' : `: rollback of ${record.rollback.triggeringDeploymentId}`}`,
      data: { taskDefinition: record.appSpec.taskDefinition, config: record.configName, creator: record.creator },
    });
    options.onSaved();
    kick();
  }

  function tell(record: DeploymentRecord, { code, message, level = 'info', data = {} }: Telling): void {
    const text = `(service ${record.serviceName}) (deployment ${record.id}) ${message}`;
    events.emit({
      source: 'codedeploy',
      subject: record.serviceName,
      code,
      message: text,
      level,
      data: { deploymentId: record.id, ...data },
    });
  }

  /** Steps until nothing more is to be done now. */
  function run(id: string): void {
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const record = get(id);
      if (!record || isOver(record)) return;
      const observed = observe(record, options, {
        nowMs: clock.now(),
        freshId: random.uuid(),
        group: book.hasGroup(record.applicationName, record.groupName),
      });
      const step = decideStep(record, observed);
      if (step === null) {
        wakeFor(record);
        return;
      }
      apply(record, step, observed);
    }
  }

  function apply(record: DeploymentRecord, step: Step, observed: Observed): void {
    const next = { ...record, ...step.patch };
    const commit = (): void => {
      change(record.id, step.patch);
      if (step.tell) tell(next, step.tell);
    };
    if (step.begins) commit();
    try {
      if (step.effect) change(record.id, perform(next, step.effect, contextOf(next)));
    } catch (error) {
      // What ECS or the load balancer refuses ends the deployment in their words.
      const message = error instanceof Error ? error.message : String(error);
      apply(
        get(record.id) ?? next,
        fail(step.begins ? next : record, observed, { code: 'ECS_UPDATE_ERROR', message }),
        observed,
      );
      return;
    }
    if (!step.begins) commit();
    if (isOver(next)) end(get(record.id) ?? next, step.rollback === true);
  }

  function contextOf(record: DeploymentRecord) {
    const abort = aborts.get(record.id) ?? new AbortController();
    aborts.set(record.id, abort);
    return {
      ...options,
      signal: abort.signal,
      tell: (telling: Telling) => tell(record, telling),
      onInvoked: (executionId: string, result: InvocationResult) => invoked(record.id, executionId, result),
      onError: (error: unknown) =>
        tell(record, { code: 'TASK_SET_ERROR', message: `task set: ${String(error)}`, level: 'warn' }),
    };
  }

  /** A function that is not there never reports; one that fails may still have reported, or may be called again (≈). */
  function invoked(id: string, executionId: string, result: InvocationResult): void {
    const record = get(id);
    if (!record || isOver(record) || currentEvent(record)?.hook?.executionId !== executionId) return;
    if (result.outcome === 'not-found' && record.hook.answer === null)
      change(id, { hook: { answer: null, lost: result.error ?? 'The function does not exist.' } });
    kick();
  }

  function end(record: DeploymentRecord, rollback: boolean): void {
    const share = (side: 'blue' | 'green') => trafficPercent(record, record[side], options.traffic);
    change(record.id, { shares: { blue: share('blue'), green: share('green') } });
    aborts.get(record.id)?.abort(new Error(`deployment ${record.id} has ended`));
    aborts.delete(record.id);
    wakes.get(record.id)?.();
    wakes.delete(record.id);
    if (rollback) rollBack(record);
  }

  function rollBack(record: DeploymentRecord): void {
    const id = newId();
    const good = records.find(
      (one) => one.creator === 'user' && one.status === 'Succeeded' && one.green.taskSetId === record.blue.taskSetId,
    );
    const blue = options.ecs.taskSets.of(record.serviceArn).find((set) => set.id === record.blue.taskSetId);
    const message = `Deployment ${record.id} is rolled back by deployment ${id}.`;
    change(record.id, { rollback: { ...record.rollback, rollbackDeploymentId: id, message } });
    tell(record, { code: 'DEPLOYMENT_ROLLBACK', message: `is rolled back by ${id}`, level: 'warn' });
    add(rollbackOf(record, { id, nowMs: clock.now(), good: good ?? null, blue }));
    run(id);
  }

  function newId(): string {
    for (;;) {
      const id = newDeploymentId(random);
      if (!get(id)) return id;
    }
  }

  function wakeFor(record: DeploymentRecord): void {
    wakes.get(record.id)?.();
    const dueMs = dueAtMs(record);
    if (dueMs !== null && dueMs > clock.now())
      wakes.set(
        record.id,
        clock.after(dueMs - clock.now(), () => run(record.id)),
      );
  }

  function runAll(): void {
    for (const { id } of records.filter((record) => !isOver(record))) run(id);
  }

  function kick(): void {
    if (kicked || closed || !records.some((record) => !isOver(record))) return;
    kicked = true;
    setImmediate(() => {
      kicked = false;
      if (!closed) runAll();
    });
  }
  let cancelTick: Cancel = () => undefined;
  const tick = (): void => {
    cancelTick = clock.afterWall(TICK_WALL_MS, tick);
    kick();
  };
  tick();
  const endWorld = options.onWorld(kick);

  return {
    control: createControl({ ...options, book, records: () => records, get, add, change, run, newId }),
    handlers: book.handlers,
    deploying: (serviceArn) => records.some((record) => record.serviceArn === serviceArn && !isOver(record)),
    saved: () => ({ ...book.saved(), deployments: records.slice(0, SAVED) }),
    close() {
      closed = true;
      cancelTick();
      endWorld();
      for (const cancel of wakes.values()) cancel();
      for (const abort of aborts.values()) abort.abort(new Error('the plane is going down'));
    },
  };
}
