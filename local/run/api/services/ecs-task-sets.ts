/** Task sets: the versions of a service that CodeDeploy or an external controller deploys (ECS API_TaskSet). */
import type { z } from 'zod';
import { ApiError, type ServiceState } from '../../contracts.ts';
import type { TaskSetState } from '../../contracts-delivery.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { failure, needActiveDefinition, needService, shortName } from './ecs-lookup.ts';
import {
  createTaskSetInput,
  deleteTaskSetInput,
  describeTaskSetsInput,
  primaryTaskSetInput,
  updateTaskSetInput,
} from './ecs-service-input.ts';
import { taskSetShape } from './ecs-service-shapes.ts';

export const taskSetOperations: Readonly<Record<string, Operation>> = {
  DescribeTaskSets: operation(describeTaskSetsInput, ({ cluster, service, taskSets: wanted = [] }, call) => {
    const { definition } = needService(call, cluster, service);
    if (definition.deploymentController === 'ECS')
      throw new ApiError(
        'InvalidParameterException',
        'Task sets are of services with an EXTERNAL or CODE_DEPLOY deployment controller.',
      );
    const all = call.ecs.taskSets.of(definition.arn);
    const found = wanted.length === 0 ? all : all.filter((set) => wanted.some((one) => names(set, one)));
    const missing = wanted.filter((one) => !all.some((set) => names(set, one)));
    return { taskSets: found.map((set) => taskSetShape(set, definition)), failures: missing.map(failure) };
  }),
  CreateTaskSet: operation(createTaskSetInput, createTaskSet),
  UpdateTaskSet: operation(updateTaskSetInput, (input, call) => {
    const { service, set } = needExternalSet(call, input.cluster, input.service, input.taskSet);
    call.ecs.taskSets.scale(set.id, input.scale.value);
    return { taskSet: shapeAfter(call, service, set) };
  }),
  UpdateServicePrimaryTaskSet: operation(primaryTaskSetInput, (input, call) => {
    const { service, set } = needExternalSet(call, input.cluster, input.service, input.primaryTaskSet);
    call.ecs.taskSets.makePrimary(set.id);
    return { taskSet: shapeAfter(call, service, set) };
  }),
  DeleteTaskSet: operation(deleteTaskSetInput, (input, call) => {
    const { service, set } = needExternalSet(call, input.cluster, input.service, input.taskSet);
    if (set.scalePercent > 0 && !input.force)
      throw new ApiError('InvalidParameterException', 'The task set cannot be deleted while it is scaled above 0.');
    const gone = call.ecs.taskSets.remove(set.id);
    gone.catch((error: unknown) =>
      call.events.emit({
        source: 'api',
        subject: set.id,
        code: 'TASK_SET_ERROR',
        level: 'warn',
        message: `the task set was not removed: ${String(error)}`,
      }),
    );
    return { taskSet: shapeAfter(call, service, { ...set, status: 'DRAINING' }) };
  }),
};

function createTaskSet(input: z.output<typeof createTaskSetInput>, call: Call): object {
  const service = needExternal(call, input.cluster, input.service);
  const { definition } = service;
  const taskDefinition = needActiveDefinition(call, input.taskDefinition);
  if (input.launchType !== undefined && input.launchType !== definition.launchType)
    throw new ApiError(
      'InvalidParameterException',
      `The task sets of this service have its launch type, ${definition.launchType}.`,
    );
  const network = input.networkConfiguration?.awsvpcConfiguration;
  const subnets = network?.subnets ?? definition.subnetIds;
  if (taskDefinition.networkMode === 'awsvpc' && subnets.length === 0)
    throw new ApiError(
      'InvalidParameterException',
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
  const [behind] = input.loadBalancers ?? [];
  if (behind && !call.balancer.targetGroups().some(({ arn }) => arn === behind.targetGroupArn))
    throw new ApiError(
      'InvalidParameterException',
      `The specified target group does not exist: ${behind.targetGroupArn}`,
    );
  const made = call.ecs.taskSets.create({
    serviceArn: definition.arn,
    externalId: input.externalId ?? null,
    taskDefinitionArn: taskDefinition.arn,
    targetGroupArn: behind?.targetGroupArn ?? null,
    containerName: behind?.containerName ?? null,
    containerPort: behind?.containerPort ?? null,
    ...(network ? { subnetIds: network.subnets, securityGroupIds: network.securityGroups ?? [] } : {}),
    scalePercent: input.scale?.value ?? 0,
  });
  return { taskSet: taskSetShape(made, definition) };
}

/** CodeDeploy's task sets are CodeDeploy's to change. */
function needExternal(call: Call, cluster: string, wanted: string): ServiceState {
  const service = needService(call, cluster, wanted);
  if (service.definition.deploymentController !== 'EXTERNAL')
    throw new ApiError(
      'InvalidParameterException',
      `Task sets are managed through the API for services with an EXTERNAL deployment controller, not ${service.definition.deploymentController}.`,
    );
  return service;
}

function needExternalSet(
  call: Call,
  cluster: string,
  wanted: string,
  taskSet: string,
): { service: ServiceState; set: TaskSetState } {
  const service = needExternal(call, cluster, wanted);
  const set = call.ecs.taskSets.of(service.definition.arn).find((one) => names(one, taskSet));
  if (!set)
    throw new ApiError(
      'TaskSetNotFoundException',
      'The specified task set was not found. You can view your task sets with DescribeTaskSets.',
    );
  return { service, set };
}

/** As it is now; a set that is gone already is shown as it was. */
function shapeAfter(call: Call, { definition }: ServiceState, set: TaskSetState): object {
  const now = call.ecs.taskSets.of(definition.arn).find(({ id }) => id === set.id) ?? set;
  return taskSetShape(now, definition);
}

/** By id (`ecs-svc/…`), its number, or ARN. */
const names = (set: TaskSetState, wanted: string): boolean =>
  set.id === wanted || set.arn === wanted || shortName(set.id) === wanted;
