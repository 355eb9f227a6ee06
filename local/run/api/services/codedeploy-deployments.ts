/** CodeDeploy deployments and their targets. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import type { BlueGreenDeployment } from '../../contracts-delivery.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, list, text, timestamp } from '../schema.ts';
import { alarmConfiguration, alarmsOf, autoRollback, autoRollbackOf } from './codedeploy-group-input.ts';
import {
  applicationName,
  deploymentId,
  groupName,
  needApplication,
  needConfig,
  needDeployment,
  needGroup,
} from './codedeploy-lookup.ts';
import { appSpecOf, revision } from './codedeploy-revision-input.ts';
import { deploymentShape, targetIdOf, targetShape, targetStatusOf } from './codedeploy-shapes.ts';

const PAGE = 100;
/** BatchGetDeployments and BatchGetDeploymentTargets take this many (API reference). */
const BATCH = 25;
const MAX_DESCRIPTION = 1024;

const byId = z.object({ deploymentId: text.optional() });

/** Strict: what would do nothing here is refused by name. */
const createInput = z.strictObject({
  applicationName: text.optional(),
  deploymentGroupName: text.optional(),
  revision: revision.optional(),
  deploymentConfigName: text.optional(),
  description: text.optional(),
  autoRollbackConfiguration: autoRollback.optional(),
  overrideAlarmConfiguration: alarmConfiguration.optional(),
  // These are of servers; their defaults change nothing.
  ignoreApplicationStopFailures: bool.refine((value) => !value, 'is for deployments to servers').optional(),
  updateOutdatedInstancesOnly: bool.refine((value) => !value, 'is for deployments to servers').optional(),
  fileExistsBehavior: z.literal('DISALLOW', 'is for deployments to servers').optional(),
});

const STATUSES = ['Created', 'Queued', 'InProgress', 'Baking', 'Succeeded', 'Failed', 'Stopped', 'Ready'];

const listInput = z.object({
  applicationName: text.optional(),
  deploymentGroupName: text.optional(),
  externalId: text.optional(),
  includeOnlyStatuses: list(text).optional(),
  createTimeRange: z.object({ start: timestamp.optional(), end: timestamp.optional() }).optional(),
  nextToken: text.optional(),
});

export const deploymentOperations: Readonly<Record<string, Operation>> = {
  CreateDeployment: operation(createInput, createDeployment),
  GetDeployment: operation(byId, (input, call) => ({
    deploymentInfo: shapeOf(call, needDeployment(call, input.deploymentId)),
  })),
  BatchGetDeployments: operation(z.object({ deploymentIds: list(text).optional() }), ({ deploymentIds }, call) => {
    const ids = batch(deploymentIds, 'DeploymentIdRequiredException', 'BatchLimitExceededException').map(deploymentId);
    const found = call.codedeploy.deployments().filter(({ id }) => ids.includes(id));
    return { deploymentsInfo: found.map((one) => shapeOf(call, one)) };
  }),
  ListDeployments: operation(listInput, listDeployments),
  StopDeployment: operation(byId.extend({ autoRollbackEnabled: bool.optional() }), (input, call) => {
    const { id } = needDeployment(call, input.deploymentId);
    const { status, message } = call.codedeploy.stop(id, input.autoRollbackEnabled);
    return { status, statusMessage: message };
  }),
  ContinueDeployment: operation(byId.extend({ deploymentWaitType: text.optional() }), (input, call) => {
    const { id } = needDeployment(call, input.deploymentId);
    const wait = input.deploymentWaitType ?? 'READY_WAIT';
    if (wait !== 'READY_WAIT' && wait !== 'TERMINATION_WAIT')
      throw new ApiError(
        'InvalidDeploymentWaitTypeException',
        `The wait type is READY_WAIT or TERMINATION_WAIT, not ${wait}`,
      );
    call.codedeploy.continueDeployment(id, wait);
    return {};
  }),
  SkipWaitTimeForInstanceTermination: operation(byId, (input, call) => {
    call.codedeploy.continueDeployment(needDeployment(call, input.deploymentId).id, 'TERMINATION_WAIT');
    return {};
  }),
  PutLifecycleEventHookExecutionStatus: operation(
    byId.extend({ lifecycleEventHookExecutionId: text.optional(), status: text.optional() }),
    putHookStatus,
  ),
  ListDeploymentTargets: operation(
    byId.extend({ nextToken: text.optional(), targetFilters: z.record(text, list(text)).optional() }),
    ({ deploymentId: wanted, targetFilters = {} }, call) => {
      const one = started(needDeployment(call, wanted));
      const unknown = Object.keys(targetFilters).find((key) => key !== 'TargetStatus' && key !== 'ServerInstanceLabel');
      if (unknown !== undefined)
        throw new ApiError('InvalidTargetFilterNameException', `The target filter name ${unknown} is invalid`);
      const statuses = targetFilters['TargetStatus'] ?? [];
      const passes = statuses.length === 0 || statuses.includes(targetStatusOf(one));
      return { targetIds: passes ? [targetIdOf(one)] : [] };
    },
  ),
  GetDeploymentTarget: operation(byId.extend({ targetId: text.optional() }), (input, call) => {
    const one = started(needDeployment(call, input.deploymentId));
    return { deploymentTarget: targetOf(call, one, input.targetId) };
  }),
  BatchGetDeploymentTargets: operation(byId.extend({ targetIds: list(text).optional() }), (input, call) => {
    const one = started(needDeployment(call, input.deploymentId));
    const wanted = batch(
      input.targetIds,
      'DeploymentTargetIdRequiredException',
      'DeploymentTargetListSizeExceededException',
    );
    return { deploymentTargets: wanted.map((id) => targetOf(call, one, id)) };
  }),
};

function createDeployment(input: z.output<typeof createInput>, call: Call): object {
  const group = needGroup(call, input.applicationName, input.deploymentGroupName);
  const { content, sha256 } = appSpecOf(input.revision);
  if (input.deploymentConfigName !== undefined) needConfig(call, input.deploymentConfigName);
  if ((input.description ?? '').length > MAX_DESCRIPTION)
    throw new ApiError('DescriptionTooLongException', `The description is over ${MAX_DESCRIPTION} characters`);
  const made = call.codedeploy.createDeployment({
    applicationName: group.applicationName,
    groupName: group.name,
    content,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(input.deploymentConfigName === undefined ? {} : { configName: input.deploymentConfigName }),
    ...(input.description === undefined ? {} : { description: input.description }),
    ...(input.autoRollbackConfiguration ? { autoRollback: autoRollbackOf(input.autoRollbackConfiguration) } : {}),
    ...(input.overrideAlarmConfiguration ? { alarms: alarmsOf(input.overrideAlarmConfiguration) } : {}),
  });
  return { deploymentId: made.id };
}

/** Newest first. Application and group go together (API ListDeployments). */
function listDeployments(input: z.output<typeof listInput>, call: Call): object {
  const { createTimeRange: range, includeOnlyStatuses: statuses = [] } = input;
  if (input.externalId !== undefined)
    throw new ApiError('InvalidExternalIdException', 'externalId is of deployments by CloudFormation: there are none');
  const group = filterGroup(input, call);
  const wrong = statuses.find((status) => !STATUSES.includes(status));
  if (wrong !== undefined)
    throw new ApiError('InvalidDeploymentStatusException', `The deployment status ${wrong} is invalid`);
  if (range?.start !== undefined && range.end !== undefined && range.start > range.end)
    throw new ApiError('InvalidTimeRangeException', 'The start of the time range is after its end');
  const found = call.codedeploy
    .deployments()
    .filter((one) => group === null || (one.applicationName === group.application && one.groupName === group.name))
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(({ createdAtMs }) => createdAtMs >= (range?.start ?? 0))
    .filter(({ createdAtMs }) => createdAtMs <= (range?.end ?? Number.POSITIVE_INFINITY));
  const newestFirst = ({ createdAtMs, id }: BlueGreenDeployment): string =>
    `${String(Number.MAX_SAFE_INTEGER - Math.floor(createdAtMs)).padStart(17, '0')} ${id}`;
  const options = { token: input.nextToken, max: PAGE, errorCode: 'InvalidNextTokenException' };
  const page = paginate(found, newestFirst, options);
  return { deployments: page.items.map(({ id }) => id), nextToken: page.next };
}

function filterGroup(
  input: { applicationName?: string | undefined; deploymentGroupName?: string | undefined },
  call: Call,
): { application: string; name: string } | null {
  if (input.applicationName === undefined && input.deploymentGroupName === undefined) return null;
  const application = applicationName(input.applicationName);
  const name = groupName(input.deploymentGroupName);
  // A group that is gone still has its deployments.
  const past = call.codedeploy
    .deployments()
    .some((one) => one.applicationName === application && one.groupName === name);
  if (!past) needGroup(call, application, name);
  else needApplication(call, application);
  return { application, name };
}

function putHookStatus(
  input: {
    deploymentId?: string | undefined;
    lifecycleEventHookExecutionId?: string | undefined;
    status?: string | undefined;
  },
  call: Call,
): object {
  const { status, lifecycleEventHookExecutionId: execution } = input;
  const { id } = needDeployment(call, input.deploymentId);
  if (!execution)
    throw new ApiError('InvalidLifecycleEventHookExecutionIdException', 'lifecycleEventHookExecutionId is missing');
  if (status !== 'Succeeded' && status !== 'Failed')
    throw new ApiError(
      'InvalidLifecycleEventHookExecutionStatusException',
      `A hook may answer Succeeded or Failed, not ${status ?? 'nothing'}`,
    );
  return { lifecycleEventHookExecutionId: call.codedeploy.putHookStatus(id, execution, status) };
}

function shapeOf(call: Call, one: BlueGreenDeployment): object {
  const { codedeploy } = call;
  const group = codedeploy
    .groups()
    .find(({ applicationName: owner, name }) => owner === one.applicationName && name === one.groupName);
  const before = codedeploy
    .deployments()
    .find(
      (other) =>
        other.applicationName === one.applicationName &&
        other.groupName === one.groupName &&
        other.status === 'Succeeded' &&
        other.createdAtMs < one.createdAtMs,
    );
  return deploymentShape(one, group, before?.revision);
}

function targetOf(call: Call, one: BlueGreenDeployment, wanted: string | undefined): object {
  if (!wanted) throw new ApiError('DeploymentTargetIdRequiredException', 'The deployment target id is missing');
  if (wanted !== targetIdOf(one))
    throw new ApiError(
      'DeploymentTargetDoesNotExistException',
      `The deployment ${one.id} has no target ${wanted.slice(0, 200)}; its target is ${targetIdOf(one)}`,
    );
  const side = one.green.taskSet ?? one.blue.taskSet;
  const arn = arnAt(call, 'ecs', `service/${one.clusterName}/${one.serviceName}`);
  return targetShape(one, side?.serviceArn ?? arn);
}

/** A deployment that waits behind another has no targets yet. */
function started(one: BlueGreenDeployment): BlueGreenDeployment {
  if (one.startedAtMs === null)
    throw new ApiError('DeploymentNotStartedException', `The specified deployment has not started: ${one.id}`);
  return one;
}

function batch(given: readonly string[] | undefined, missing: string, tooMany: string): readonly string[] {
  if (!given || given.length === 0) throw new ApiError(missing, 'At least one id is required');
  if (given.length > BATCH) throw new ApiError(tooMany, `At most ${BATCH} ids are allowed, not ${given.length}`);
  return given;
}
