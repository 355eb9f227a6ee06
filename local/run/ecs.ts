/** The ECS of the local plane: instances, placement, tasks and services behind one face. */
import type { AutoScalingGroup, CapacityProvider, Cluster, Service, TaskDefinition } from '../topology.ts';
import type { Clock } from './clock.ts';
import {
  type AddressBook,
  ApiError,
  type EcsControl,
  type ImageResolver,
  type LogStore,
  type MetricStore,
  type ParameterStore,
  type ProcessRunner,
  type ResourceHandler,
  type TargetRegistry,
} from './contracts.ts';
import type { FunctionRunner, TrafficControl } from './contracts-delivery.ts';
import type { AlarmSight } from './deployer/decide-alarms.ts';
import type { SavedService } from './deployer/saved-service.ts';
import { type Rollout, type ServiceRecord, serviceState } from './deployer/service-record.ts';
import { createServices } from './deployer/services.ts';
import { createDaemons } from './ecs/daemons.ts';
import type { KnownNetwork } from './ecs/known-network.ts';
import { placeTask, type TaskSpec } from './ecs/place-task.ts';
import { runTask } from './ecs/run-task.ts';
import { type Task, taskState } from './ecs/task.ts';
import { createTaskDefinitions } from './ecs/task-definitions.ts';
import { createTaskRunner } from './ecs/task-runner.ts';
import { publishUsage } from './ecs/usage-metrics.ts';
import { createWaitingTasks } from './ecs/waiting-tasks.ts';
import type { EventLog } from './events.ts';
import { type Instances, instanceState } from './instances/instances.ts';
import type { SecretValues } from './params/secret-values.ts';
import type { Place } from './place.ts';
import type { Random } from './random.ts';

export interface EcsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly instances: Instances;
  readonly registry: TargetRegistry;
  readonly processes: ProcessRunner;
  readonly images: ImageResolver;
  readonly parameters: ParameterStore;
  readonly secretValues: SecretValues;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly taskEnvironment: () => Readonly<Record<string, string>>;
  readonly metadataUri: (taskId: string) => string;
  /** Availability zone of a subnet; null where these stacks do not declare it. */
  readonly zoneOf: (subnetId: string) => string | null;
  readonly network: KnownNetwork;
  readonly place: Place;
  /** The next revision of a task definition's family. */
  readonly nextRevision: (family: string) => number;
  /** Does a load balancer forward to the target group? */
  readonly associated: (targetGroupArn: string) => boolean;
  /** Does a CodeDeploy deployment of this service run? */
  readonly deploying: (serviceArn: string) => boolean;
  /** Every alarm that there is, as it is now. */
  readonly alarms: () => readonly AlarmSight[];
  /** What moves traffic between the revisions of a service that ECS deploys blue/green. */
  readonly traffic: TrafficControl;
  /** Calls the function of a lifecycle hook. */
  readonly invoke: FunctionRunner['invoke'];
  /** Does managed scaling bring instances of this capacity provider when tasks wait for them? */
  readonly scales: (capacityProvider: string) => boolean;
  /** What ran before the plane was killed. */
  readonly saved: SavedEcs;
  /** Something of what `saved()` gives has changed. */
  readonly onSaved: () => void;
}

/** What outlives a plane that is killed. */
export interface SavedEcs {
  readonly services: readonly SavedService[];
  /** Registered through the endpoint. */
  readonly taskDefinitions: readonly TaskDefinition[];
}

export interface Ecs extends EcsControl {
  readonly handlers: {
    readonly clusters: ResourceHandler<Cluster>;
    readonly capacityProviders: ResourceHandler<CapacityProvider>;
    readonly autoScalingGroups: ResourceHandler<AutoScalingGroup>;
    readonly taskDefinitions: ResourceHandler<TaskDefinition>;
    readonly services: ResourceHandler<Service>;
  };
  waitSteady(serviceArn: string, signal: AbortSignal): Promise<void>;
  saved(): SavedEcs;
  /** The target group that serves in place of the given one, since its service came back after a kill; else itself. */
  standIn(targetGroupArn: string): string;
  close(): Promise<void>;
}

/** Stopped tasks stay visible for an hour of control time, at most this many. */
const STOPPED_KEPT = 1000;
const STOPPED_KEPT_MS = 3_600_000;

export function createEcs(options: EcsOptions): Ecs {
  const { clock, addresses } = options;
  const definitions = createTaskDefinitions({ ...options, saved: options.saved.taskDefinitions });
  const clusters = new Map<string, Cluster>();
  const live = new Map<string, Task>();
  let stopped: Task[] = [];
  const { instances } = options;
  const runner = createTaskRunner({
    ...options,
    onChange: () => services.kick(),
    onStopped(task) {
      live.delete(task.id);
      waiting.remove(task);
      task.instance?.reservations.delete(task.id);
      if (!task.instance || task.definition.networkMode === 'awsvpc') addresses.releaseTask(task.id);
      stopped = [task, ...stopped].slice(0, STOPPED_KEPT);
      instances.settle();
      services.taskStopped(task);
      waiting.look();
    },
  });
  const daemons = createDaemons(instances, () => services.records());
  const placeContext = { ...options, instances, heldOn: daemons.heldOn, count: () => live.size };
  const waiting = createWaitingTasks({
    ...options,
    context: placeContext,
    start: (task) => void runner.start(task),
    fail: (task, reason) => void runner.stop(task, 'TaskFailedToStart', `RESOURCE: ${reason}`),
  });
  const services = createServices({
    ...options,
    tasks: () => [...live.values()],
    saved: options.saved.services,
    definition: definitions.find,
    isInactive: definitions.isInactive,
    startTask: startForService,
    daemonInstances: daemons.instancesFor,
    stopTask: (task, code, reason) => void runner.stop(task, code, reason),
  });
  instances.onChange(() => {
    // Tasks of a draining instance are moved by their services, and those of RunTask run to their end.
    for (const task of live.values())
      if (task.instance?.status === 'TERMINATED')
        void runner.stop(task, 'ServiceSchedulerInitiated', `Host EC2 (instance ${task.instance.id}) terminated.`, {
          skipDrain: true,
          graceSeconds: 0,
        });
    waiting.look();
    services.kick();
  });
  const stopMetrics = publishUsage({ ...options, tasks: () => [...live.values()] });

  function startForService(
    record: ServiceRecord,
    rollout: Rollout,
    instanceId: string | null,
  ): { task: Task } | { reason: string } {
    const { service } = rollout;
    return place({
      definition: rollout.definition,
      clusterArn: service.clusterArn,
      launchType: service.launchType,
      group: `service:${service.name}`,
      startedBy: rollout.id,
      deploymentId: rollout.id,
      service: { ...record.definition, loadBalancers: service.loadBalancers },
      subnetIds: service.subnetIds,
      securityGroupIds: service.securityGroupIds,
      overrides: [],
      instanceId,
      capacityProvider: service.capacityProviderStrategy[0]?.capacityProvider ?? null,
    });
  }

  function place(spec: TaskSpec): { task: Task } | { reason: string } {
    const outcome = placeTask(spec, placeContext);
    if ('task' in outcome) {
      live.set(outcome.task.id, outcome.task);
      void runner.start(outcome.task);
    }
    return outcome;
  }

  /** A task of RunTask: where its capacity provider scales, it waits for an instance. */
  function placeOrWait(spec: TaskSpec): { task: Task } | { reason: string } {
    const outcome = place(spec);
    if ('task' in outcome || !spec.capacityProvider || !options.scales(spec.capacityProvider)) return outcome;
    const task = waiting.add(spec, outcome.reason);
    if (!task) return outcome;
    live.set(task.id, task);
    return { task };
  }

  const tasksOf = (record: ServiceRecord): Task[] =>
    [...live.values()].filter(
      (t) => t.clusterArn === record.definition.clusterArn && t.group === `service:${record.definition.name}`,
    );
  const clusterArnOf = (name: string): string => {
    const found = [...clusters.values()].find((c) => c.arn === name || c.name === name);
    if (!found) throw new ApiError('ClusterNotFoundException', 'Cluster not found.');
    return found.arn;
  };

  return {
    handlers: {
      clusters: {
        put: (next) => void clusters.set(next.arn, next),
        remove: (previous) => void clusters.delete(previous.arn),
      },
      capacityProviders: { put: () => services.kick(), remove: () => undefined },
      autoScalingGroups: instances.handler,
      taskDefinitions: { put: definitions.put, remove: () => undefined },
      services: services.handler,
    },
    waitSteady: services.waitSteady,
    standIn: services.standIn,
    services: () => services.records().map((r) => serviceState(r, tasksOf(r))),
    tasks() {
      const since = clock.now() - STOPPED_KEPT_MS;
      return [...live.values(), ...stopped.filter((t) => (t.stoppedAtMs ?? 0) >= since)].map(taskState);
    },
    instances: () =>
      instances
        .all()
        .map((i) =>
          instanceState(
            i,
            [...clusters.values()].find((c) => c.name === i.group.clusterName)?.arn ?? '',
            instances.isProtected(i),
          ),
        ),
    taskDefinitions: definitions.all,
    taskSets: services.taskSets,
    saved() {
      const saved = services.saved();
      // The stacks may name another revision by the time that this one comes back.
      const serving = saved
        .flatMap(({ revision, rolling }) => [
          revision?.taskDefinitionArn ?? [],
          rolling?.completed.taskDefinitionArn ?? [],
        ])
        .flat()
        .flatMap((arn) => definitions.find(arn) ?? []);
      return { services: saved, taskDefinitions: [...new Set([...definitions.registered(), ...serving])] };
    },
    createService(definition) {
      clusterArnOf(definition.clusterArn);
      const record = services.create(definition);
      return serviceState(record, tasksOf(record));
    },
    deleteService(cluster, name, force) {
      clusterArnOf(cluster);
      const record = services.find(cluster, name);
      services.remove(record, force);
      return serviceState(record, tasksOf(record));
    },
    runTask: (input) =>
      runTask(input, {
        definition: definitions.find,
        clusterArnOf,
        network: options.network,
        place: placeOrWait,
      }),
    stopTask(cluster, reference, reason) {
      clusterArnOf(cluster);
      const task = live.get(reference.split('/').at(-1) ?? '');
      if (!task) throw new ApiError('InvalidParameterException', 'The referenced task was not found.');
      void runner.stop(task, 'UserInitiated', reason || 'Task stopped by user');
      return taskState(task);
    },
    updateService(cluster, name, change) {
      const record = services.find(cluster, name);
      services.update(record, change);
      return serviceState(record, tasksOf(record));
    },
    stopServiceDeployment: services.stopDeployment,
    registerTaskDefinition: definitions.register,
    deactivateTaskDefinition: definitions.deactivate,
    async close() {
      services.close();
      waiting.close();
      stopMetrics();
      await Promise.all(
        [...live.values()].map((task) =>
          runner.stop(task, 'UserInitiated', 'The plane is going down', { skipDrain: true, graceSeconds: 5 }),
        ),
      );
    },
  };
}
