/** Task sets of CODE_DEPLOY and EXTERNAL services: made, scaled, made primary and removed (ECS API_TaskSet). */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import type { TaskSetControl, TaskSetInput } from '../contracts-delivery.ts';
import type { KnownNetwork } from '../ecs/known-network.ts';
import type { Task } from '../ecs/task.ts';
import type { SavedTaskSet } from './saved-service.ts';
import type { ServiceActions } from './service-actions.ts';
import { checkTaskSet } from './service-checks.ts';
import { hasTaskSets, noThrottle, type ServiceRecord, type TaskSet, taskSetState } from './service-record.ts';

export interface TaskSetsOptions {
  readonly clock: Clock;
  readonly actions: ServiceActions;
  readonly records: () => Iterable<ServiceRecord>;
  readonly tasksOf: (record: ServiceRecord) => readonly Task[];
  readonly definition: (reference: string) => TaskDefinition | undefined;
  readonly stopTask: (task: Task, stopCode: string, reason: string) => void;
  readonly network: KnownNetwork;
  /** Was the revision deregistered? */
  readonly isInactive: (taskDefinitionArn: string) => boolean;
  /** Reconcile soon, and keep what changed. */
  readonly changed: () => void;
}

export interface TaskSets {
  readonly control: TaskSetControl;
  /** The one that is made with its service. */
  first(record: ServiceRecord, definition: TaskDefinition): void;
  /** One that ran before the plane was killed. @returns false where its task definition is unknown now */
  restore(record: ServiceRecord, saved: SavedTaskSet): boolean;
}

/** "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit." */
const MAX_TASK_SETS = 5;

/** How often the end of a removed set's tasks is looked for, in wall time. */
const REMOVAL_POLL_MS = 50;

export function createTaskSets(options: TaskSetsOptions): TaskSets {
  const { clock, actions } = options;

  const byArn = (serviceArn: string): ServiceRecord => {
    const found = [...options.records()].find((r) => r.definition.arn === serviceArn && r.status !== 'INACTIVE');
    if (!found) throw new ApiError('ServiceNotFoundException', 'Service not found.');
    return found;
  };

  function find(id: string): { record: ServiceRecord; set: TaskSet } {
    for (const record of options.records()) {
      const set = record.taskSets.find((s) => s.id === id || s.arn === id);
      if (set) return { record, set };
    }
    throw new ApiError('TaskSetNotFoundException', 'The specified task set was not found.');
  }

  type Made = Pick<TaskSet, 'definition' | 'service' | 'externalId' | 'startedBy' | 'status' | 'scalePercent'>;
  function add(record: ServiceRecord, made: Made, id = actions.newId()): TaskSet {
    const now = clock.now();
    const set: TaskSet = {
      ...made,
      id,
      arn: `${record.definition.arn.replace(':service/', ':task-set/')}/${id}`,
      failedTasks: 0,
      createdAtMs: now,
      updatedAtMs: now,
      steady: false,
      throttle: noThrottle(),
      removal: null,
    };
    record.taskSets = [...record.taskSets, set];
    record.steady = false;
    options.changed();
    return set;
  }

  function definitionFor(input: TaskSetInput): TaskDefinition {
    const definition = options.definition(input.taskDefinitionArn);
    if (!definition)
      throw new ApiError('ClientException', `Unable to describe task definition ${input.taskDefinitionArn}.`);
    if (options.isInactive(definition.arn)) throw new ApiError('ClientException', 'TaskDefinition is inactive');
    if (input.targetGroupArn === null) return definition;
    const container = definition.containers.find((c) => c.name === input.containerName);
    if (!container)
      throw new ApiError(
        'InvalidParameterException',
        `The container ${input.containerName} does not exist in the task definition.`,
      );
    if (!container.portMappings.some((p) => p.containerPort === input.containerPort))
      throw new ApiError(
        'InvalidParameterException',
        `The container ${input.containerName} did not have a container port ${input.containerPort} defined.`,
      );
    return definition;
  }

  async function end(record: ServiceRecord, set: TaskSet): Promise<void> {
    const own = (): readonly Task[] => options.tasksOf(record).filter((task) => task.deploymentId === set.id);
    const count = own().filter((task) => task.desiredStatus === 'RUNNING').length;
    if (count > 0) {
      const message = `has begun draining connections on ${count} tasks.`;
      actions.say(record, { message, code: 'TASK_SET_DRAINING', set });
    }
    for (const task of own())
      if (task.desiredStatus === 'RUNNING')
        options.stopTask(task, 'ServiceSchedulerInitiated', `Task set ${set.id} was deleted`);
    while (own().length > 0) await new Promise<void>((resolve) => void clock.afterWall(REMOVAL_POLL_MS, resolve));
    record.taskSets = record.taskSets.filter((s) => s !== set);
    actions.say(record, { message: 'was deleted.', code: 'TASK_SET_DELETED', set });
    options.changed();
  }

  const control: TaskSetControl = {
    of(serviceArn) {
      const record = [...options.records()].find((r) => r.definition.arn === serviceArn && r.status !== 'INACTIVE');
      if (!record) return [];
      const tasks = options.tasksOf(record);
      return record.taskSets.map((set) => taskSetState(record, set, tasks));
    },
    create(input) {
      const record = byArn(input.serviceArn);
      if (record.status !== 'ACTIVE') throw new ApiError('ServiceNotActiveException', 'Service was not ACTIVE.');
      if (!hasTaskSets(record.definition))
        throw new ApiError(
          'InvalidParameterException',
          'Task sets may only be managed for services with an EXTERNAL or CODE_DEPLOY deployment controller.',
        );
      if (record.taskSets.length >= MAX_TASK_SETS)
        throw new ApiError(
          'InvalidParameterException',
          `${MAX_TASK_SETS} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.`,
        );
      const definition = definitionFor(input);
      const service = serviceFor(record.definition, input);
      checkTaskSet(service, definition, options.network);
      const set = add(record, {
        definition,
        service,
        externalId: input.externalId,
        startedBy: record.definition.deploymentController === 'CODE_DEPLOY' ? 'CODE_DEPLOY' : 'EXTERNAL',
        status: 'ACTIVE',
        scalePercent: input.scalePercent ?? 100,
      });
      return taskSetState(record, set, []);
    },
    scale(id, scalePercent) {
      const { record, set } = find(id);
      if (!(scalePercent >= 0 && scalePercent <= 100))
        throw new ApiError('InvalidParameterException', 'Scale value must be between 0 and 100.');
      set.scalePercent = scalePercent;
      set.updatedAtMs = clock.now();
      set.steady = false;
      record.steady = false;
      options.changed();
    },
    makePrimary(id) {
      const { record, set } = find(id);
      if (set.status === 'DRAINING')
        throw new ApiError('InvalidParameterException', 'A task set that drains cannot be made the primary one.');
      for (const other of record.taskSets) if (other.status === 'PRIMARY') other.status = 'ACTIVE';
      set.status = 'PRIMARY';
      set.updatedAtMs = clock.now();
      record.taskSets = [set, ...record.taskSets.filter((s) => s !== set)];
      // What DescribeServices shows of such a service is its primary task set's (ECS UpdateServicePrimaryTaskSet).
      record.definition = {
        ...record.definition,
        taskDefinitionArn: set.definition.arn,
        loadBalancers: set.service.loadBalancers,
      };
      options.changed();
    },
    remove(id) {
      const { record, set } = find(id);
      if (set.status === 'PRIMARY' && record.status === 'ACTIVE')
        throw new ApiError('InvalidParameterException', 'The primary task set of a service cannot be deleted.');
      set.status = 'DRAINING';
      set.removal ??= end(record, set);
      options.changed();
      return set.removal;
    },
  };

  return {
    control,
    first: (record, definition) =>
      void add(record, {
        definition,
        service: record.definition,
        externalId: null,
        startedBy: 'ecs',
        status: 'PRIMARY',
        scalePercent: 100,
      }),
    restore(record, saved) {
      const definition = options.definition(saved.taskDefinitionArn);
      if (!definition) return false;
      const { id, externalId, startedBy, status, scalePercent } = saved;
      const service = serviceFor(record.definition, saved);
      add(record, { definition, service, externalId, startedBy, status, scalePercent }, id);
      if (status === 'PRIMARY') control.makePrimary(id);
      return true;
    },
  };
}

function serviceFor(
  service: Service,
  set: Pick<
    TaskSetInput,
    'taskDefinitionArn' | 'targetGroupArn' | 'containerName' | 'containerPort' | 'subnetIds' | 'securityGroupIds'
  >,
): Service {
  const { targetGroupArn, containerName, containerPort } = set;
  return {
    ...service,
    taskDefinitionArn: set.taskDefinitionArn,
    loadBalancers:
      targetGroupArn === null || containerName === null || containerPort === null
        ? []
        : [{ targetGroupArn, containerName, containerPort }],
    subnetIds: set.subnetIds ?? service.subnetIds,
    securityGroupIds: set.securityGroupIds ?? service.securityGroupIds,
  };
}
