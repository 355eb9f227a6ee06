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
  type TaskState,
} from './contracts.ts';
import { type Deployment, type ServiceRecord, serviceState } from './deployer/service-record.ts';
import { createServices } from './deployer/services.ts';
import { type Task, taskState } from './ecs/task.ts';
import { createTaskRunner } from './ecs/task-runner.ts';
import { publishUsage } from './ecs/usage-metrics.ts';
import type { EventLog } from './events.ts';
import { createInstances, type Instance, instanceState } from './instances/instances.ts';
import type { Random } from './random.ts';
import { type Candidate, decidePlacement } from './scheduler/decide-placement.ts';
import { hostPortsOf, reservationOf } from './scheduler/task-size.ts';

export interface EcsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly registry: TargetRegistry;
  readonly processes: ProcessRunner;
  readonly images: ImageResolver;
  readonly parameters: ParameterStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly taskEnvironment: () => Readonly<Record<string, string>>;
  readonly metadataUri: (taskId: string) => string;
  /** Availability zone of a subnet; null where these stacks do not declare it. */
  readonly zoneOf: (subnetId: string) => string | null;
  readonly region: string;
  readonly accountId: string;
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
  close(): Promise<void>;
}

/** Stopped tasks stay visible for an hour of control time, at most this many. */
const STOPPED_KEPT = 1000;
const STOPPED_KEPT_MS = 3_600_000;

interface TaskSpec {
  readonly definition: TaskDefinition;
  readonly clusterArn: string;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly group: string;
  readonly startedBy: string | null;
  readonly deploymentId: string | null;
  readonly service: Service | null;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly overrides: Task['overrides'];
}

export function createEcs(options: EcsOptions): Ecs {
  const { clock, random, addresses } = options;
  const definitions = new Map<string, TaskDefinition>();
  const clusters = new Map<string, Cluster>();
  const live = new Map<string, Task>();
  let stopped: Task[] = [];
  const instances = createInstances(options);
  const runner = createTaskRunner({
    ...options,
    onChange: () => services.kick(),
    onStopped(task) {
      live.delete(task.id);
      task.instance?.reservations.delete(task.id);
      if (!task.instance || task.definition.networkMode === 'awsvpc') addresses.releaseTask(task.id);
      stopped = [task, ...stopped].slice(0, STOPPED_KEPT);
      instances.settle();
      services.taskStopped(task);
    },
  });
  const services = createServices({
    ...options,
    tasks: () => [...live.values()],
    definition: findDefinition,
    startTask: (record, deployment) => startForService(record, deployment),
    stopTask: (task, code, reason) => void runner.stop(task, code, reason),
  });
  instances.onChange(() => {
    // Tasks of a draining instance move first; their replacements are placed elsewhere.
    for (const task of live.values())
      if (task.instance?.status === 'DRAINING')
        void runner.stop(task, 'ServiceSchedulerInitiated', 'Container instance is draining');
    services.kick();
  });
  const stopMetrics = publishUsage({ ...options, tasks: () => [...live.values()] });

  function findDefinition(reference: string): TaskDefinition | undefined {
    const short = reference.split('/').at(-1) ?? reference;
    if (definitions.has(reference)) return definitions.get(reference);
    const [family, revision] = short.split(':');
    return [...definitions.values()]
      .filter((d) => d.family === family && (revision === undefined || d.revision === Number(revision)))
      .sort((a, b) => b.revision - a.revision)[0];
  }

  function startForService(record: ServiceRecord, deployment: Deployment): { task: Task } | { reason: string } {
    const { service } = deployment;
    return place({
      definition: deployment.definition,
      clusterArn: service.clusterArn,
      launchType: service.launchType,
      group: `service:${service.name}`,
      startedBy: deployment.id,
      deploymentId: deployment.id,
      service: record.definition,
      subnetIds: service.subnetIds,
      securityGroupIds: service.securityGroupIds,
      overrides: [],
    });
  }

  function place(spec: TaskSpec): { task: Task } | { reason: string } {
    const clusterName = spec.clusterArn.split('/').at(-1) ?? '';
    const need = reservationOf(spec.definition);
    const id = random.hex(32);
    if (spec.launchType === 'FARGATE') {
      const known = spec.subnetIds.flatMap((id) => options.zoneOf(id) ?? []);
      const zones = known.length > 0 ? known : [`${options.region}a`];
      return {
        task: begin(spec, {
          id,
          clusterName,
          need,
          instance: null,
          address: addresses.leaseTask(id),
          zone: zones[live.size % zones.length] as string,
          groups: spec.securityGroupIds,
        }),
      };
    }
    const placed = decidePlacement(
      {
        group: spec.group,
        ...need,
        hostPorts: hostPortsOf(spec.definition),
        constraints: [...(spec.service?.placementConstraints ?? []), ...spec.definition.placementConstraints],
        strategies: spec.service?.placementStrategies ?? [],
      },
      instances.active(clusterName).map(candidateOf),
      random.next(),
    );
    if (placed.instanceId === null) return { reason: placed.reason };
    const instance = instances.get(placed.instanceId) as Instance;
    instance.reservations.set(id, { taskGroup: spec.group, ...need, ports: hostPortsOf(spec.definition) });
    const own = spec.definition.networkMode === 'awsvpc';
    return {
      task: begin(spec, {
        id,
        clusterName,
        need,
        instance,
        address: own ? addresses.leaseTask(id) : instance.address,
        zone: instance.zone,
        groups: own ? spec.securityGroupIds : instance.group.securityGroupIds,
      }),
    };
  }

  function begin(
    spec: TaskSpec,
    at: {
      id: string;
      clusterName: string;
      need: { cpuUnits: number; memoryMiB: number };
      instance: Instance | null;
      address: string;
      zone: string;
      groups: readonly string[];
    },
  ): Task {
    const task: Task = {
      ...spec,
      id: at.id,
      arn: `arn:aws:ecs:${options.region}:${options.accountId}:task/${at.clusterName}/${at.id}`,
      clusterName: at.clusterName,
      securityGroupIds: at.groups,
      instance: at.instance,
      address: at.address,
      zone: at.zone,
      ...at.need,
      createdAtMs: clock.now(),
      status: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      containers: spec.definition.containers.map((c) => ({
        name: c.name,
        image: c.image,
        essential: c.essential,
        handle: null,
        pid: null,
        lastStatus: 'PENDING',
        exitCode: null,
        reason: null,
        health: 'UNKNOWN',
        bindings: [],
        logGroup: null,
        logStream: null,
      })),
      targets: [],
      startedAtMs: null,
      stoppingAtMs: null,
      stoppedAtMs: null,
      stopCode: null,
      stoppedReason: null,
      everHealthy: false,
      stopping: null,
    };
    live.set(task.id, task);
    void runner.start(task);
    return task;
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
      taskDefinitions: { put: (next) => void definitions.set(next.arn, next), remove: () => undefined },
      services: services.handler,
    },
    waitSteady: services.waitSteady,
    services: () => services.records().map((r) => serviceState(r, tasksOf(r))),
    tasks() {
      const since = clock.now() - STOPPED_KEPT_MS;
      return [...live.values(), ...stopped.filter((t) => (t.stoppedAtMs ?? 0) >= since)].map(taskState);
    },
    instances: () =>
      instances
        .all()
        .map((i) => instanceState(i, [...clusters.values()].find((c) => c.name === i.group.clusterName)?.arn ?? '')),
    taskDefinitions: () => [...definitions.values()],
    runTask(input) {
      const definition = findDefinition(input.taskDefinition);
      if (!definition) throw new ApiError('ClientException', 'TaskDefinition not found.');
      const clusterArn = clusterArnOf(input.cluster);
      if (!definition.requiresCompatibilities.includes(input.launchType))
        throw new ApiError(
          'InvalidParameterException',
          `Task definition does not support launch_type ${input.launchType}.`,
        );
      const tasks: TaskState[] = [];
      const failures: { arn: string; reason: string; detail: string }[] = [];
      for (let i = 0; i < input.count; i++) {
        const outcome = place({
          definition,
          clusterArn,
          launchType: input.launchType,
          group: input.group ?? `family:${definition.family}`,
          startedBy: input.startedBy ?? null,
          deploymentId: null,
          service: null,
          subnetIds: input.subnetIds ?? [],
          securityGroupIds: input.securityGroupIds ?? [],
          overrides: input.overrides ?? [],
        });
        if ('task' in outcome) tasks.push(taskState(outcome.task));
        else failures.push({ arn: clusterArn, reason: 'RESOURCE', detail: outcome.reason });
      }
      return { tasks, failures };
    },
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
    registerTaskDefinition(definition) {
      const revision =
        Math.max(0, ...[...definitions.values()].filter((d) => d.family === definition.family).map((d) => d.revision)) +
        1;
      const full: TaskDefinition = {
        ...definition,
        revision,
        arn: `arn:aws:ecs:${options.region}:${options.accountId}:task-definition/${definition.family}:${revision}`,
      };
      definitions.set(full.arn, full);
      return full;
    },
    async close() {
      services.close();
      stopMetrics();
      await Promise.all(
        [...live.values()].map((task) =>
          runner.stop(task, 'UserInitiated', 'The plane is going down', { skipDrain: true, graceSeconds: 5 }),
        ),
      );
    },
  };
}

function candidateOf(instance: Instance): Candidate {
  const state = instanceState(instance, '');
  return {
    id: instance.id,
    zone: instance.zone,
    instanceType: state.instanceType,
    ...state.remaining,
    ports: new Set(state.ports),
    groups: [...instance.reservations.values()].map((r) => r.taskGroup),
  };
}
