/** An ECS in memory: services and task sets change as the contract says, no process runs. */
import type { TaskDefinition } from '../../../topology.ts';
import { ApiError, type EcsControl, type ServiceState, type TaskState } from '../../contracts.ts';
import type { TaskSetControl, TaskSetState } from '../../contracts-delivery.ts';
import * as build from './builders.ts';
import * as delivery from './builders-delivery.ts';

interface Store {
  services: ServiceState[];
  readonly tasks: TaskState[];
  readonly definitions: TaskDefinition[];
  taskSets: TaskSetState[];
}

export function fakeEcs(): EcsControl {
  const store: Store = {
    services: [build.serviceState(), delivery.blueGreenService()],
    tasks: [build.taskState(1), build.taskState(2)],
    definitions: [build.taskDefinition, delivery.threadsDefinition],
    taskSets: [delivery.taskSetState()],
  };
  const withSets = (one: ServiceState): ServiceState => ({
    ...one,
    taskSets: store.taskSets.filter((set) => set.serviceArn === one.definition.arn),
  });
  const find = (cluster: string, name: string): ServiceState => {
    const found = store.services.find(
      ({ definition, status }) =>
        definition.clusterName === cluster && definition.name === name && status !== 'INACTIVE',
    );
    if (!found) throw new ApiError('ServiceNotFoundException', 'Service not found.');
    return found;
  };
  const replace = (old: ServiceState, next: ServiceState): ServiceState => {
    store.services = store.services.map((one) => (one === old ? next : one));
    return withSets(next);
  };
  return {
    services: () => store.services.map(withSets),
    tasks: () => store.tasks,
    instances: () => [build.instanceState],
    taskDefinitions: () => store.definitions,
    taskSets: taskSetsOf(store),
    createService(definition) {
      const isEcs = definition.deploymentController === 'ECS';
      const { deployments } = build.serviceState();
      const made = { ...build.serviceState({ definition, runningCount: 0, events: [] }), steady: false };
      const full = {
        ...made,
        desiredCount: definition.desiredCount,
        deployments: isEcs
          ? deployments.map((one) => ({ ...one, taskDefinitionArn: definition.taskDefinitionArn }))
          : [],
      };
      store.services = [...store.services, full];
      return withSets(full);
    },
    deleteService(cluster, name, force) {
      const found = find(cluster, name);
      if (found.desiredCount > 0 && !force)
        throw new ApiError('InvalidParameterException', 'The service cannot be stopped while it is scaled above 0.');
      return replace(found, { ...found, status: 'DRAINING', desiredCount: 0 });
    },
    runTask: (input) => runTask(store, input),
    stopTask(_cluster, task, reason) {
      const index = store.tasks.findIndex((one) => one.id === task);
      const stopped = {
        ...store.tasks[index]!,
        desiredStatus: 'STOPPED' as const,
        lastStatus: 'DEACTIVATING' as const,
        stoppedReason: reason,
      };
      store.tasks[index] = stopped;
      return stopped;
    },
    updateService(cluster, name, change) {
      const found = find(cluster, name);
      const deployments = change.taskDefinition
        ? found.deployments.map((one) => ({ ...one, taskDefinitionArn: change.taskDefinition ?? '' }))
        : found.deployments;
      const { deploymentStrategy, ...settings } = change.settings ?? {};
      const definition = { ...found.definition, ...settings, ...(deploymentStrategy ? { deploymentStrategy } : {}) };
      return replace(found, {
        ...found,
        definition,
        deployments,
        desiredCount: change.desiredCount ?? found.desiredCount,
      });
    },
    stopServiceDeployment: () => undefined,
    deactivateTaskDefinition: () => undefined,
    registerTaskDefinition(definition) {
      const own = store.definitions.filter((one) => one.family === definition.family);
      const revision = 1 + Math.max(0, ...own.map((one) => one.revision));
      const arn = build.arn('ecs', `task-definition/${definition.family}:${revision}`);
      const made = { ...definition, revision, arn };
      store.definitions.push(made);
      return made;
    },
  };
}

function runTask(store: Store, input: Parameters<EcsControl['runTask']>[0]): ReturnType<EcsControl['runTask']> {
  if (input.launchType === 'FARGATE')
    return { tasks: [], failures: [{ arn: 'x', reason: 'RESOURCE:MEMORY', detail: 'none' }] };
  const made = Array.from({ length: input.count }, (_, index) =>
    build.taskState(store.tasks.length + index + 1, {
      group: input.group ?? 'family:orders',
      startedBy: input.startedBy ?? null,
      lastStatus: 'PROVISIONING',
    }),
  );
  store.tasks.push(...made);
  return { tasks: made, failures: [] };
}

function taskSetsOf(store: Store): TaskSetControl {
  const change = (id: string, patch: Partial<TaskSetState>): void => {
    store.taskSets = store.taskSets.map((one) => (one.id === id ? { ...one, ...patch } : one));
  };
  return {
    of: (serviceArn) => store.taskSets.filter((one) => one.serviceArn === serviceArn),
    create(input) {
      const made = delivery.taskSetState({
        ...input,
        id: `ecs-svc/${String(store.taskSets.length + 1).padStart(19, '2')}`,
        arn: `${input.serviceArn}/set-${store.taskSets.length + 1}`,
        startedBy: 'EXTERNAL',
        status: 'ACTIVE',
        scalePercent: input.scalePercent ?? 100,
        stability: 'STABILIZING',
      });
      store.taskSets = [...store.taskSets, made];
      return made;
    },
    scale: (id, scalePercent) => change(id, { scalePercent }),
    makePrimary(id) {
      for (const one of store.taskSets) if (one.status === 'PRIMARY') change(one.id, { status: 'ACTIVE' });
      change(id, { status: 'PRIMARY' });
    },
    async remove(id) {
      change(id, { status: 'DRAINING' });
    },
  };
}
