/**
 * The services' loop: one reconcile at a time per service, on every change and on a tick. What to do is decided in
 * decide-deployment.ts, what follows from it is done in reconcile.ts; this file keeps the services.
 */
import { CutoverError } from '../../errors.ts';
import type { Service, TaskDefinition } from '../../topology.ts';
import { ApiError, type ResourceHandler, type TargetRegistry } from '../contracts.ts';
import type { TaskSetControl } from '../contracts-delivery.ts';
import type { Task } from '../ecs/task.ts';
import { createServiceDeployments, type EngineOptions } from '../service-deployments/advance.ts';
import { attachedFor } from '../service-deployments/begin.ts';
import { beginDeployment } from './begin-deployment.ts';
import type { AlarmSight } from './decide-alarms.ts';
import { reconcile } from './reconcile.ts';
import { type DaemonOptions, daemonsFirst } from './reconcile-daemon.ts';
import { restoreRevision } from './restore-revision.ts';
import { resumeRolling } from './resume-rolling.ts';
import { type SavedService, savedServices } from './saved-service.ts';
import { createServiceActions, type ServiceActionsOptions } from './service-actions.ts';
import { checkDeletion, checkNewService } from './service-checks.ts';
import { type PutContext, putService, serviceDrift } from './service-put.ts';
import type { Deployment, ServiceRecord } from './service-record.ts';
import { type ServiceChange, updateService } from './service-update.ts';
import { createTaskSets, type TaskSetsOptions } from './task-sets.ts';
import { waitSteady } from './wait-steady.ts';

export interface ServicesOptions extends ServiceActionsOptions {
  readonly registry: TargetRegistry;
  /** All tasks that have not stopped. */
  readonly tasks: () => readonly Task[];
  readonly definition: (reference: string) => TaskDefinition | undefined;
  readonly network: TaskSetsOptions['network'];
  readonly isInactive: TaskSetsOptions['isInactive'];
  /** Does a load balancer forward to the target group? */
  readonly associated: (targetGroupArn: string) => boolean;
  /** Does a CodeDeploy deployment of this service run? */
  readonly deploying: (serviceArn: string) => boolean;
  /** Every alarm that there is, as it is now. */
  readonly alarms: () => readonly AlarmSight[];
  readonly daemonInstances: DaemonOptions['daemonInstances'];
  /** What moves traffic between the revisions of a service that ECS deploys blue/green. */
  readonly traffic: EngineOptions['traffic'];
  /** Calls the function of a lifecycle hook. */
  readonly invoke: EngineOptions['invoke'];
  /** Services as they were when the plane was killed. */
  readonly saved: readonly SavedService[];
  /** What is to outlive a kill has changed. */
  readonly onSaved: () => void;
}

const NO_ALARMS: Service['deploymentAlarms'] = { enable: false, rollback: false, names: [] };

/** Targets and clocks move without an event for us, too. */
const TICK_WALL_MS = 250;
const POLL_WALL_MS = 50;

export interface Services {
  readonly handler: ResourceHandler<Service>;
  readonly taskSets: TaskSetControl;
  records(): readonly ServiceRecord[];
  /** @throws ApiError ServiceNotFoundException */
  find(clusterName: string, service: string): ServiceRecord;
  /** @throws ApiError */
  create(definition: Service): ServiceRecord;
  /** Begins to remove it. @throws ApiError where it is scaled above 0 and not forced */
  remove(record: ServiceRecord, force: boolean): void;
  update(record: ServiceRecord, change: ServiceChange): void;
  /** StopServiceDeployment. @throws ApiError */
  stopDeployment(serviceArn: string, id: string, how: 'ROLLBACK' | 'ABORT'): void;
  /** Something changed: reconcile every service soon. */
  kick(): void;
  taskStopped(task: Task): void;
  /** @throws CutoverError APPLY_FAILED where its deployment fails before it is steady */
  waitSteady(serviceArn: string, signal: AbortSignal): Promise<void>;
  saved(): readonly SavedService[];
  /** The target group that serves in place of the given one, since its service came back after a kill; else itself. */
  standIn(targetGroupArn: string): string;
  close(): void;
}

export function createServices(options: ServicesOptions): Services {
  const { clock, events, registry } = options;
  const records = new Map<string, ServiceRecord>();
  const saved = new Map(options.saved.map((service) => [service.arn, service]));
  const actions = createServiceActions(options);
  let closed = false;
  let kicked = false;

  const owns = (record: ServiceRecord, task: Task): boolean =>
    task.service !== null &&
    task.clusterArn === record.definition.clusterArn &&
    task.group === `service:${record.definition.name}`;
  const tasksOf = (record: ServiceRecord): Task[] => options.tasks().filter((task) => owns(record, task));
  const taskSets = createTaskSets({
    ...options,
    actions,
    tasksOf,
    records: () => records.values(),
    changed() {
      kick();
      options.onSaved();
    },
  });

  function definitionOf(reference: string): TaskDefinition {
    const found = options.definition(reference);
    if (!found) throw new ApiError('ClientException', `Unable to describe task definition ${reference}.`);
    return found;
  }

  const serviceDeployments = createServiceDeployments({
    ...options,
    actions,
    changed() {
      kick();
      options.onSaved();
    },
  });

  function deploy(record: ServiceRecord, definition: TaskDefinition, reason: string, isRollback = false): Deployment {
    const live = serviceDeployments.supersede(record);
    const service = attachedFor(record.definition, live?.service ?? null);
    const deployment = beginDeployment(record, { definition, reason, isRollback, service }, { ...options, actions });
    if (service.deploymentStrategy) serviceDeployments.begin(record, deployment, live);
    else for (const one of record.deployments) one.scale = 'rolling';
    return deployment;
  }

  const reconcileOptions = {
    clock,
    registry,
    actions,
    deploying: options.deploying,
    alarms: options.alarms,
    daemonInstances: options.daemonInstances,
    serviceDeployments,
    rollBack(record: ServiceRecord, to: Deployment, reason: string) {
      deploy(record, to.definition, reason, true);
      options.onSaved();
      kick();
    },
  };

  function look(record: ServiceRecord): void {
    const { lastCompleted } = record;
    reconcile(record, tasksOf(record), reconcileOptions);
    if (record.lastCompleted !== lastCompleted) options.onSaved();
  }

  function kick(): void {
    if (kicked || closed) return;
    kicked = true;
    setImmediate(() => {
      kicked = false;
      if (closed) return;
      for (const record of daemonsFirst([...records.values()])) look(record);
    });
  }
  const tick = (): void => {
    if (closed) return;
    kick();
    clock.afterWall(TICK_WALL_MS, tick);
  };
  tick();

  function put(next: Service, previous: Service | null): void {
    const restore = restoreRevision({ ...options, actions });
    const resume: PutContext['resume'] = (record, service, was) =>
      resumeRolling(record, service, was, { find: options.definition, deploy });
    putService(next, previous, { records, taskSets, takeSaved, definitionOf, deploy, restore, resume });
    options.onSaved();
    kick();
  }
  function takeSaved(arn: string): SavedService | null {
    const found = saved.get(arn) ?? null;
    saved.delete(arn);
    return found;
  }

  /** Ends its tasks; resolves when the last one is gone. */
  async function drain(record: ServiceRecord, signal?: AbortSignal): Promise<void> {
    record.status = 'DRAINING';
    record.desiredCount = 0;
    serviceDeployments.abandon(record);
    for (const task of tasksOf(record))
      if (task.desiredStatus === 'RUNNING') options.stopTask(task, 'ServiceSchedulerInitiated', 'Service was deleted');
    options.onSaved();
    while (tasksOf(record).length > 0) {
      signal?.throwIfAborted();
      if (closed) return;
      await new Promise<void>((resolve) => void clock.afterWall(POLL_WALL_MS, resolve));
    }
    record.status = 'INACTIVE';
    const { name } = record.definition;
    events.emit({ source: 'ecs', subject: name, code: 'SERVICE_DELETED', message: `(service ${name}) was deleted.` });
  }

  const untilSteady = (arn: string, signal: AbortSignal): Promise<void> =>
    waitSteady(arn, { signal, clock, find: (one) => records.get(one) });

  return {
    taskSets: taskSets.control,
    records: () => [...records.values()],
    kick,
    // What has not been put yet is still to come back.
    saved: () => [...savedServices([...records.values()]), ...saved.values()],
    standIn(targetGroupArn) {
      const moved = [...records.values()].find((record) => record.movedFrom.includes(targetGroupArn));
      const live = moved?.deployments[0]?.service ?? moved?.definition;
      return live?.loadBalancers[0]?.targetGroupArn ?? targetGroupArn;
    },
    waitSteady: untilSteady,
    find(clusterName, name) {
      const short = name.split('/').at(-1);
      const cluster = clusterName.split('/').at(-1) ?? clusterName;
      const found = [...records.values()].find(
        (r) => r.definition.name === short && r.definition.clusterName === cluster,
      );
      if (!found || found.status === 'INACTIVE') throw new ApiError('ServiceNotFoundException', 'Service not found.');
      return found;
    },
    create(definition) {
      const known = records.get(definition.arn);
      if (known && known.status === 'DRAINING')
        throw new ApiError('InvalidParameterException', 'Unable to Start a service that is still Draining.');
      if (known && known.status === 'ACTIVE')
        throw new ApiError('InvalidParameterException', 'Creation of service was not idempotent.');
      if (definition.deploymentController !== 'EXTERNAL')
        checkNewService(definition, definitionOf(definition.taskDefinitionArn), options.associated, options.network);
      try {
        // What an older plane has kept of the endpoint knows no alarms.
        put({ ...definition, deploymentAlarms: definition.deploymentAlarms ?? NO_ALARMS }, null);
      } catch (error) {
        if (error instanceof CutoverError) throw new ApiError('InvalidParameterException', error.message);
        throw error;
      }
      return records.get(definition.arn) as ServiceRecord;
    },
    remove(record, force) {
      checkDeletion(record, force);
      void drain(record);
    },
    update(record, change) {
      updateService(record, change, { definitionOf, deploy });
      options.onSaved();
      kick();
    },
    stopDeployment(serviceArn, id, how) {
      const record = records.get(serviceArn);
      if (!record) throw new ApiError('ServiceNotFoundException', 'Service not found.');
      serviceDeployments.stop(record, id, how);
    },
    taskStopped(task) {
      const record = [...records.values()].find((r) => owns(r, task));
      if (record && (task.stopCode === 'EssentialContainerExited' || task.stopCode === 'TaskFailedToStart')) {
        const set = record.taskSets.find((s) => s.id === task.deploymentId) ?? null;
        const message = `(task ${task.id}) stopped: ${task.stoppedReason}`;
        actions.say(record, { message, code: 'TASK_STOPPED_UNEXPECTEDLY', level: 'warn', set });
        actions.countFailure(record, task);
      }
      kick();
    },
    close() {
      closed = true;
      serviceDeployments.close();
    },
    handler: {
      async put(next, previous, signal) {
        put(next, previous);
        if (next.waitForSteadyState) await untilSteady(next.arn, signal);
      },
      async remove(previous, signal) {
        const record = records.get(previous.arn);
        if (!record) return;
        await drain(record, signal);
        records.delete(previous.arn);
      },
      drift: (applied) => serviceDrift(applied, records.get(applied.arn)),
    },
  };
}
