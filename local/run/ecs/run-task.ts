/** RunTask (ECS API_RunTask): as many tasks of one definition as were asked for, each placed, waiting or failed. */
import type { TaskDefinition } from '../../topology.ts';
import { ApiError, type EcsControl, type TaskState } from '../contracts.ts';
import { checkNetwork } from '../deployer/service-checks.ts';
import type { KnownNetwork } from './known-network.ts';
import type { TaskSpec } from './place-task.ts';
import { type Task, taskState } from './task.ts';

export interface RunTaskContext {
  readonly definition: (reference: string) => TaskDefinition | undefined;
  /** @throws ApiError ClusterNotFoundException */
  readonly clusterArnOf: (name: string) => string;
  readonly network: KnownNetwork;
  /** Where its capacity provider scales, a task that fits nowhere waits for an instance. */
  readonly place: (spec: TaskSpec) => { task: Task } | { reason: string };
}

/** @throws ApiError in AWS's words */
export function runTask(
  input: Parameters<EcsControl['runTask']>[0],
  context: RunTaskContext,
): ReturnType<EcsControl['runTask']> {
  const { launchType, subnetIds = [], securityGroupIds = [] } = input;
  const definition = context.definition(input.taskDefinition);
  if (!definition) throw new ApiError('ClientException', 'TaskDefinition not found.');
  const clusterArn = context.clusterArnOf(input.cluster);
  if (!definition.requiresCompatibilities.includes(launchType))
    throw new ApiError('InvalidParameterException', `Task definition does not support launch_type ${launchType}.`);
  checkNetwork({ subnetIds, securityGroupIds }, context.network);
  const tasks: TaskState[] = [];
  const failures: { arn: string; reason: string; detail: string }[] = [];
  for (let i = 0; i < input.count; i++) {
    const outcome = context.place({
      definition,
      clusterArn,
      capacityProvider: input.capacityProvider ?? null,
      launchType,
      group: input.group ?? `family:${definition.family}`,
      startedBy: input.startedBy ?? null,
      deploymentId: null,
      service: null,
      subnetIds,
      securityGroupIds,
      overrides: input.overrides ?? [],
    });
    if ('task' in outcome) tasks.push(taskState(outcome.task));
    else failures.push({ arn: clusterArn, reason: 'RESOURCE', detail: outcome.reason });
  }
  return { tasks, failures };
}
