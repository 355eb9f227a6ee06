/**
 * The services' loop: one reconcile at a time per service, on every change and on a tick. What to do is decided in
 * decide-deployment.ts; this file only does it and says so in AWS's words.
 */
import { CutoverError } from '../../errors.ts';
import type { Service, TaskDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { ResourceHandler, TargetRegistry } from '../contracts.ts';
import { ApiError } from '../contracts.ts';
import type { Task } from '../ecs/task.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import { breakerThreshold, type DeciderTask, decideDeployment, restartDelayMs } from './decide-deployment.ts';
import { type Deployment, type ServiceRecord, trimDeployments } from './service-record.ts';

export interface ServicesOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly registry: TargetRegistry;
  /** All tasks that have not stopped. */
  readonly tasks: () => readonly Task[];
  readonly definition: (arn: string) => TaskDefinition | undefined;
  /** Places and starts one task. @returns null, or why it could not be placed */
  readonly startTask: (record: ServiceRecord, deployment: Deployment) => { task: Task } | { reason: string };
  readonly stopTask: (task: Task, stopCode: string, reason: string) => void;
}

/** Targets and clocks move without an event for us, too. */
const TICK_WALL_MS = 250;
const MAX_EVENTS = 100;

export interface Services {
  readonly handler: ResourceHandler<Service>;
  records(): readonly ServiceRecord[];
  find(clusterName: string, service: string): ServiceRecord;
  update(
    record: ServiceRecord,
    change: { desiredCount?: number; taskDefinition?: string; forceNewDeployment?: boolean },
  ): void;
  /** Something changed: reconcile every service soon. */
  kick(): void;
  taskStopped(task: Task): void;
  /** @throws CutoverError APPLY_FAILED where its deployment fails before it is steady */
  waitSteady(serviceArn: string, signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createServices(options: ServicesOptions): Services {
  const { clock, random, events, registry } = options;
  const records = new Map<string, ServiceRecord>();
  let closed = false;
  let kicked = false;

  const tasksOf = (record: ServiceRecord): Task[] =>
    options
      .tasks()
      .filter(
        (t) =>
          t.service && t.clusterArn === record.definition.clusterArn && t.group === `service:${record.definition.name}`,
      );

  function say(record: ServiceRecord, message: string, code: string, level: 'info' | 'warn' | 'error' = 'info'): void {
    const text = `(service ${record.definition.name}) ${message}`;
    record.events = [{ id: random.uuid(), createdAtMs: clock.now(), message: text }, ...record.events].slice(
      0,
      MAX_EVENTS,
    );
    events.emit({ source: 'ecs', subject: record.definition.name, code, message: text, level });
  }

  function deploy(record: ServiceRecord, definition: TaskDefinition, reason: string): Deployment {
    const now = clock.now();
    const id = `ecs-svc/${BigInt(`0x${random.hex(15)}`)
      .toString()
      .padStart(19, '1')
      .slice(0, 19)}`;
    for (const d of record.deployments) if (d.status === 'PRIMARY') d.status = 'ACTIVE';
    const deployment: Deployment = {
      id,
      definition,
      service: record.definition,
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: reason || `ECS deployment ${id} in progress.`,
      failedTasks: 0,
      createdAtMs: now,
      updatedAtMs: now,
    };
    record.deployments = [deployment, ...record.deployments];
    record.failuresInARow = 0;
    record.throttledUntilMs = 0;
    record.steady = false;
    events.emit({
      source: 'deployer',
      subject: record.definition.name,
      code: 'DEPLOYMENT_STARTED',
      message: `(service ${record.definition.name}) (deployment ${id}) started: ${definition.family}:${definition.revision}`,
      data: { deployment: id, taskDefinition: `${definition.family}:${definition.revision}` },
    });
    return deployment;
  }

  function healthOf(record: ServiceRecord, task: Task): { healthy: boolean; unhealthy: boolean; why: string } {
    const graceOver =
      clock.now() - (task.startedAtMs ?? clock.now()) > record.definition.healthCheckGracePeriodSeconds * 1000;
    if (task.containers.some((c) => c.essential && c.health === 'UNHEALTHY'))
      return { healthy: false, unhealthy: true, why: 'Task failed container health checks' };
    const checked = task.definition.containers.some((d) => d.essential && d.healthCheck);
    const containersOk =
      !checked ||
      task.containers.every(
        (c) => c.health === 'HEALTHY' || !task.definition.containers.find((d) => d.name === c.name)?.healthCheck,
      );
    const states = task.targets.map(({ groupArn, target }) => ({
      target,
      health: registry.health(groupArn).find((h) => h.target.id === target.id && h.target.port === target.port),
    }));
    const bad = states.find(({ health }) => health?.state === 'unhealthy');
    const ok =
      task.status === 'RUNNING' &&
      containersOk &&
      states.every(({ health }) => health?.state === 'healthy' || health?.state === 'unused');
    return {
      healthy: ok,
      unhealthy: bad !== undefined && graceOver,
      why: bad ? `Task failed ELB health checks in (target-group ${task.targets[0]?.groupArn})` : '',
    };
  }

  function reconcile(record: ServiceRecord): void {
    if (record.status === 'INACTIVE') return;
    const tasks = tasksOf(record);
    const health = new Map(tasks.map((t) => [t.id, healthOf(record, t)]));
    for (const task of tasks)
      if (health.get(task.id)?.healthy && !task.everHealthy) {
        task.everHealthy = true;
        record.failuresInARow = 0;
        record.throttledUntilMs = 0;
      }
    const view = tasks.map(
      (t): DeciderTask => ({
        id: t.id,
        deploymentId: t.deploymentId ?? '',
        phase: t.desiredStatus === 'STOPPED' ? 'stopping' : t.status === 'RUNNING' ? 'running' : 'starting',
        healthy: health.get(t.id)?.healthy ?? false,
        unhealthy: health.get(t.id)?.unhealthy ?? false,
      }),
    );
    const decided = decideDeployment({
      desiredCount: record.desiredCount,
      minimumHealthyPercent: record.definition.minimumHealthyPercent,
      maximumPercent: record.definition.maximumPercent,
      circuitBreakerEnabled: record.definition.circuitBreaker.enable,
      deployments: record.deployments,
      tasks: view,
      throttled: clock.now() < record.throttledUntilMs,
    });
    const primary = record.deployments.find((d) => d.status === 'PRIMARY');
    if (!primary) return;
    if (decided.failed) {
      fail(record, primary);
      return;
    }
    for (const { taskId, why } of decided.stop)
      stopOne(record, tasks.find((t) => t.id === taskId) as Task, why, health.get(taskId)?.why ?? '');
    startSome(record, primary, decided.start);
    for (const id of decided.retire) retire(record, id);
    if (decided.completed) complete(record, primary);
    if (decided.steady && !record.steady && primary.rolloutState === 'COMPLETED') {
      record.steady = true;
      say(record, 'has reached a steady state.', 'SERVICE_STEADY_STATE');
    } else if (!decided.steady) record.steady = false;
    if (record.status === 'DRAINING' && tasks.length === 0) record.status = 'INACTIVE';
  }

  function startSome(record: ServiceRecord, primary: Deployment, count: number): void {
    const started: string[] = [];
    for (let i = 0; i < count; i++) {
      const outcome = options.startTask(record, primary);
      if ('task' in outcome) started.push(outcome.task.id);
      else {
        if (record.lastPlacementFailure !== outcome.reason)
          say(record, `was unable to place a task because ${outcome.reason}`, 'TASK_PLACEMENT_FAILED', 'warn');
        record.lastPlacementFailure = outcome.reason;
        break;
      }
    }
    if (started.length === 0) return;
    record.lastPlacementFailure = null;
    say(
      record,
      `has started ${started.length} tasks: ${started.map((id) => `(task ${id})`).join(' ')}.`,
      'TASKS_STARTED',
    );
  }

  function stopOne(
    record: ServiceRecord,
    task: Task,
    why: 'replaced' | 'scaled-in' | 'unhealthy',
    reason: string,
  ): void {
    if (why === 'unhealthy') {
      say(
        record,
        `(task ${task.id}) (port ${task.targets[0]?.target.port ?? '-'}) is unhealthy: ${reason}`,
        'TASK_UNHEALTHY',
        'warn',
      );
      countFailure(record, task);
      options.stopTask(task, 'ServiceSchedulerInitiated', reason);
      return;
    }
    say(record, `has stopped 1 running tasks: (task ${task.id}).`, 'TASKS_STOPPED');
    options.stopTask(
      task,
      'ServiceSchedulerInitiated',
      `Scaling activity initiated by (deployment ${task.deploymentId})`,
    );
  }

  /** A task that ended without having been asked to. */
  function countFailure(record: ServiceRecord, task: Task): void {
    const deployment = record.deployments.find((d) => d.id === task.deploymentId);
    if (deployment && deployment.rolloutState === 'IN_PROGRESS') {
      deployment.failedTasks += 1;
      deployment.updatedAtMs = clock.now();
    }
    if (task.everHealthy) return;
    record.failuresInARow += 1;
    const delay = restartDelayMs(record.failuresInARow);
    record.throttledUntilMs = clock.now() + delay;
    if (delay > 0)
      say(
        record,
        `is unable to consistently start tasks successfully. The next start is in ${delay / 1000} s.`,
        'SERVICE_THROTTLED',
        'warn',
      );
  }

  function fail(record: ServiceRecord, deployment: Deployment): void {
    const count = `${deployment.failedTasks} tasks failed, the threshold is ${breakerThreshold(record.desiredCount)}`;
    deployment.rolloutState = 'FAILED';
    deployment.rolloutStateReason = `ECS deployment circuit breaker: tasks failed to start. (${count})`;
    deployment.updatedAtMs = clock.now();
    say(
      record,
      `(deployment ${deployment.id}) deployment failed: tasks failed to start.`,
      'SERVICE_DEPLOYMENT_FAILED',
      'error',
    );
    const to = record.lastCompleted;
    if (!record.definition.circuitBreaker.rollback || !to || to.definition.arn === deployment.definition.arn) return;
    say(record, `rolling back to (deployment ${to.id}).`, 'DEPLOYMENT_ROLLBACK', 'warn');
    deploy(record, to.definition, `ECS deployment circuit breaker: rolling back to deploymentId ${to.id}.`);
    kick();
  }

  function complete(record: ServiceRecord, deployment: Deployment): void {
    deployment.rolloutState = 'COMPLETED';
    deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
    deployment.updatedAtMs = clock.now();
    record.lastCompleted = deployment;
    say(record, `(deployment ${deployment.id}) deployment completed.`, 'SERVICE_DEPLOYMENT_COMPLETED');
  }

  function retire(record: ServiceRecord, id: string): void {
    const deployment = record.deployments.find((d) => d.id === id);
    if (deployment) deployment.status = 'INACTIVE';
    trimDeployments(record);
  }

  function kick(): void {
    if (kicked || closed) return;
    kicked = true;
    setImmediate(() => {
      kicked = false;
      if (!closed) for (const record of records.values()) reconcile(record);
    });
  }
  const tick = (): void => {
    if (closed) return;
    kick();
    clock.afterWall(TICK_WALL_MS, tick);
  };
  tick();

  function definitionOf(arn: string): TaskDefinition {
    const found = options.definition(arn);
    if (!found) throw new ApiError('ClientException', `Unable to describe task definition ${arn}.`);
    return found;
  }

  async function waitSteady(serviceArn: string, signal: AbortSignal): Promise<void> {
    const begun = records.get(serviceArn)?.deployments[0];
    for (;;) {
      signal.throwIfAborted();
      const record = records.get(serviceArn);
      if (!record) return;
      const finished =
        record.steady || (begun?.rolloutState === 'FAILED' && (record.deployments[0] === begun || record.steady));
      if (finished) {
        if (begun?.rolloutState !== 'FAILED') return;
        throw new CutoverError({
          code: 'APPLY_FAILED',
          address: record.definition.address,
          message: `deployment ${begun.id} of ${record.definition.name} (${begun.definition.family}:${begun.definition.revision}) failed: ${begun.rolloutStateReason}${record.deployments[0] === begun ? '' : ` It was rolled back to ${record.deployments[0]?.definition.family}:${record.deployments[0]?.definition.revision}.`}`,
          rule: 'ECS deployment-circuit-breaker',
          fix: `./cutover logs ${record.definition.name} shows what its tasks said`,
        });
      }
      await new Promise<void>((resolve) => void clock.afterWall(50, resolve));
    }
  }

  return {
    records: () => [...records.values()],
    kick,
    waitSteady,
    find(clusterName, name) {
      const short = name.split('/').at(-1);
      const found = [...records.values()].find(
        (r) =>
          r.definition.name === short && r.definition.clusterName === (clusterName.split('/').at(-1) ?? clusterName),
      );
      if (!found || found.status === 'INACTIVE') throw new ApiError('ServiceNotFoundException', 'Service not found.');
      return found;
    },
    update(record, change) {
      if (change.desiredCount !== undefined) record.desiredCount = change.desiredCount;
      const current = record.deployments[0]?.definition;
      const wanted = change.taskDefinition === undefined ? current : definitionOf(change.taskDefinition);
      if (wanted && (wanted !== current || change.forceNewDeployment)) deploy(record, wanted, '');
      record.steady = false;
      kick();
    },
    taskStopped(task) {
      const record = [...records.values()].find(
        (r) =>
          task.service && r.definition.clusterArn === task.clusterArn && task.group === `service:${r.definition.name}`,
      );
      if (record && (task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart')) {
        say(record, `(task ${task.id}) stopped: ${task.stoppedReason}`, 'TASK_STOPPED_UNEXPECTEDLY', 'warn');
        countFailure(record, task);
      }
      kick();
    },
    close() {
      closed = true;
    },
    handler: {
      async put(next, previous, signal) {
        put(next, previous);
        if (next.waitForSteadyState) await waitSteady(next.arn, signal);
      },
      async remove(previous, signal) {
        const record = records.get(previous.arn);
        if (!record) return;
        record.status = 'DRAINING';
        record.desiredCount = 0;
        for (const task of tasksOf(record))
          if (task.desiredStatus === 'RUNNING')
            options.stopTask(task, 'ServiceSchedulerInitiated', 'Service was deleted');
        while (tasksOf(record).length > 0) {
          signal.throwIfAborted();
          await new Promise<void>((resolve) => void clock.afterWall(50, resolve));
        }
        record.status = 'INACTIVE';
        records.delete(previous.arn);
        events.emit({
          source: 'ecs',
          subject: previous.name,
          code: 'SERVICE_DELETED',
          message: `(service ${previous.name}) was deleted.`,
        });
      },
    },
  };

  function put(next: Service, previous: Service | null): void {
    if (next.schedulingStrategy === 'DAEMON')
      throw new CutoverError({
        code: 'INVALID_ATTRIBUTE',
        address: `${next.address}.scheduling_strategy`,
        message: 'DAEMON services are not run here',
        value: 'DAEMON',
        rule: 'REPLICA',
        fix: 'use REPLICA with distinctInstance',
      });
    const definition = definitionOf(next.taskDefinitionArn);
    const existing = records.get(next.arn);
    if (!existing || existing.status === 'INACTIVE') {
      const record: ServiceRecord = {
        definition: next,
        desiredCount: next.desiredCount,
        status: 'ACTIVE',
        deployments: [],
        events: [],
        failuresInARow: 0,
        throttledUntilMs: 0,
        lastCompleted: null,
        lastPlacementFailure: null,
        steady: false,
      };
      records.set(next.arn, record);
      deploy(record, definition, '');
    } else {
      const keptCount = next.ignoreChanges.includes('desired_count') && previous !== null;
      if (!keptCount) existing.desiredCount = next.desiredCount;
      const keptDefinition = next.ignoreChanges.includes('task_definition') && previous !== null;
      const old = existing.definition;
      existing.definition = next;
      const current = existing.deployments[0]?.definition;
      const moved = !keptDefinition && current?.arn !== definition.arn;
      if (
        moved ||
        networkDigest(old) !== networkDigest(next) ||
        (next.forceNewDeployment && !previous?.forceNewDeployment)
      )
        deploy(existing, keptDefinition && current ? current : definition, '');
      existing.steady = false;
    }
    kick();
  }
}

/** A change of these makes new tasks (ECS update-service: load balancers, network configuration). */
const networkDigest = (s: Service): string =>
  JSON.stringify([s.loadBalancers, s.subnetIds, s.securityGroupIds, s.launchType]);
