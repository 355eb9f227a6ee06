/** Application Auto Scaling of ECS services: targets, scheduled actions and activities; policies have a file of their own. */
import { z } from 'zod';
import type { ScheduledScaling } from '../../../topology.ts';
import type { ScalableTargetState, ScalingActivity } from '../../autoscaler/contracts.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt, globalArnAt } from '../../place.ts';
import { MADE_STACK } from '../made.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import type { NamedTarget } from '../ports.ts';
import { bool, name, names } from '../schema.ts';
import {
  DIMENSION,
  describeTargetsInput,
  filter,
  ofService,
  putScheduledInput,
  registerInput,
} from './application-autoscaling-input.ts';
import { asValidation, findTarget, needTarget, targetArn } from './application-autoscaling-lookup.ts';
import { policyOperations } from './application-autoscaling-policies.ts';
import { madeBase } from './codedeploy-lookup.ts';

const TOKEN_ERROR = 'InvalidNextTokenException';
const bad = (message: string): ApiError => new ApiError('ValidationException', message);

export const applicationAutoscaling: ServiceTable = {
  name: 'application-autoscaling',
  targetPrefix: 'AnyScaleFrontendService',
  jsonVersion: '1.1',
  validationError: 'ValidationException',
  operations: {
    RegisterScalableTarget: operation(registerInput, registerTarget),
    DescribeScalableTargets: operation(
      describeTargetsInput,
      ({ ResourceIds: wanted, MaxResults = 50, NextToken }, call) => {
        const found = call.autoscaler
          .targets()
          .filter(({ definition }) => !wanted?.length || wanted.includes(definition.resourceId));
        const options = { token: NextToken, max: MaxResults, errorCode: TOKEN_ERROR };
        const page = paginate(found, ({ definition }) => definition.resourceId, options);
        return { ScalableTargets: page.items.map((one) => targetShape(one, call)), NextToken: page.next };
      },
    ),
    DeregisterScalableTarget: operation(z.strictObject(ofService), async ({ ResourceId }, call) => {
      const { definition } = needTarget(call, ResourceId);
      // What belongs to it goes with it, and is not to come back after a kill either.
      for (const one of call.autoscaler.policies())
        if (one.definition.resourceId === ResourceId)
          await call.handlers.scalingPolicies.remove(one.definition, call.signal);
      for (const one of call.autoscaler.scheduled())
        if (one.resourceId === ResourceId) await call.handlers.scheduledScalings.remove(one, call.signal);
      const named = { ...definition, arn: targetArn(ResourceId, call) };
      await call.handlers.scalableTargets.remove(named, call.signal);
      return {};
    }),
    PutScheduledAction: operation(putScheduledInput, putScheduled),
    DescribeScheduledActions: operation(
      z.object({ ...filter, ScheduledActionNames: names.optional() }),
      ({ ScheduledActionNames: wanted, ResourceId, MaxResults = 50, NextToken }, call) => {
        const found = call.autoscaler
          .scheduled()
          .filter((one) => ResourceId === undefined || one.resourceId === ResourceId)
          .filter((one) => !wanted?.length || wanted.includes(one.name) || wanted.includes(one.arn));
        const options = { token: NextToken, max: MaxResults, errorCode: TOKEN_ERROR };
        const page = paginate(found, ({ arn }) => arn, options);
        return { ScheduledActions: page.items.map((one) => scheduledShape(one, call)), NextToken: page.next };
      },
    ),
    DeleteScheduledAction: operation(
      z.strictObject({ ...ofService, ScheduledActionName: name }),
      async ({ ResourceId, ScheduledActionName }, call) => {
        const found = findScheduled(call, ResourceId, ScheduledActionName);
        if (!found)
          throw new ApiError(
            'ObjectNotFoundException',
            `No scheduled action found for service namespace: ecs, resource ID: ${ResourceId}, scheduled action name: ${ScheduledActionName}`,
          );
        await call.handlers.scheduledScalings.remove(found, call.signal);
        return {};
      },
    ),
    DescribeScalingActivities: operation(
      z.object({ ...filter, IncludeNotScaledActivities: bool.optional() }),
      ({ ResourceId, IncludeNotScaledActivities: includeNotScaled = false, MaxResults = 50, NextToken }, call) => {
        const all = call.autoscaler.activities({ ...(ResourceId ? { resourceId: ResourceId } : {}), includeNotScaled });
        const options = { token: NextToken, max: MaxResults, errorCode: TOKEN_ERROR };
        // Newest first: the key falls as time goes on.
        const keyOf = ({ startedAtMs, id }: ScalingActivity): string =>
          `${String(Number.MAX_SAFE_INTEGER - Math.floor(startedAtMs)).padStart(17, '0')} ${id}`;
        const page = paginate(all, keyOf, options);
        return { ScalingActivities: page.items.map(activityShape), NextToken: page.next };
      },
    ),
    ...policyOperations,
  },
};

/** What is not given stays as it is; a new target needs both bounds (API_RegisterScalableTarget). */
async function registerTarget(input: z.output<typeof registerInput>, call: Call): Promise<object> {
  const { ResourceId: resourceId, MinCapacity, MaxCapacity, SuspendedState: given } = input;
  const known = findTarget(call, resourceId);
  const minCapacity = MinCapacity ?? known?.minCapacity;
  const maxCapacity = MaxCapacity ?? known?.maxCapacity;
  if (minCapacity === undefined || maxCapacity === undefined)
    throw bad('MinCapacity and MaxCapacity must be specified for a new scalable target');
  if (minCapacity > maxCapacity) throw bad('Maximum capacity cannot be less than minimum capacity');
  const suspended = {
    scaleIn: given?.DynamicScalingInSuspended ?? known?.suspended.scaleIn ?? false,
    scaleOut: given?.DynamicScalingOutSuspended ?? known?.suspended.scaleOut ?? false,
    scheduled: given?.ScheduledScalingSuspended ?? known?.suspended.scheduled ?? false,
  };
  const arn = targetArn(resourceId, call);
  if (known && known.definition.stack !== MADE_STACK) {
    call.autoscaler.updateTarget(resourceId, { minCapacity, maxCapacity, suspended });
    return { ScalableTargetARN: arn };
  }
  const [, clusterName = '', serviceName = ''] = resourceId.split('/');
  const service = call.ecs
    .services()
    .find(({ definition: d }) => d.clusterName === clusterName && d.name === serviceName);
  if (service?.definition.schedulingStrategy === 'DAEMON')
    throw bad(`${resourceId} has the DAEMON scheduling strategy, whose count is that of the container instances`);
  const next: NamedTarget = {
    ...(known?.definition ?? madeBase(call, 'aws_appautoscaling_target', resourceId, input.Tags ?? {})),
    arn,
    resourceId,
    clusterName,
    serviceName,
    minCapacity,
    maxCapacity,
    suspended,
  };
  await asValidation(() => call.handlers.scalableTargets.put(next, null, call.signal));
  return { ScalableTargetARN: arn };
}

/** What is not given stays as it is; a new one needs its schedule (API_PutScheduledAction). */
async function putScheduled(input: z.output<typeof putScheduledInput>, call: Call): Promise<object> {
  const { ResourceId: resourceId, ScheduledActionName, ScalableTargetAction: action } = input;
  needTarget(call, resourceId);
  const known = findScheduled(call, resourceId, ScheduledActionName);
  const schedule = input.Schedule ?? known?.schedule;
  if (schedule === undefined) throw bad('Schedule must be specified');
  const minCapacity = action ? (action.MinCapacity ?? null) : (known?.minCapacity ?? null);
  const maxCapacity = action ? (action.MaxCapacity ?? null) : (known?.maxCapacity ?? null);
  if (minCapacity === null && maxCapacity === null)
    throw bad('ScalableTargetAction must have MinCapacity, MaxCapacity or both');
  const next: ScheduledScaling = {
    ...(known ?? {
      ...madeBase(call, 'aws_appautoscaling_scheduled_action', `${resourceId}/${ScheduledActionName}`, {}),
      arn: arnAt(
        call,
        'autoscaling',
        `scheduledAction:${call.random.uuid()}:resource/ecs/${resourceId}:scheduledActionName/${ScheduledActionName}`,
      ),
      name: ScheduledActionName,
      resourceId,
    }),
    schedule,
    timezone: input.Timezone ?? known?.timezone ?? 'UTC',
    minCapacity,
    maxCapacity,
  };
  await asValidation(() => call.handlers.scheduledScalings.put(next, known ?? null, call.signal));
  return {};
}

const findScheduled = (call: Call, resourceId: string, wanted: string): ScheduledScaling | undefined =>
  call.autoscaler.scheduled().find((one) => one.resourceId === resourceId && one.name === wanted);

const ofResource = (resourceId: string) => ({
  ServiceNamespace: 'ecs',
  ResourceId: resourceId,
  ScalableDimension: DIMENSION,
});

const SERVICE_ROLE =
  'role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService';

function targetShape(one: ScalableTargetState, call: Call): object {
  return {
    ...ofResource(one.definition.resourceId),
    MinCapacity: one.minCapacity,
    MaxCapacity: one.maxCapacity,
    RoleARN: globalArnAt(call, 'iam', SERVICE_ROLE),
    CreationTime: new Date(Math.floor(one.registeredAtMs)),
    SuspendedState: {
      DynamicScalingInSuspended: one.suspended.scaleIn,
      DynamicScalingOutSuspended: one.suspended.scaleOut,
      ScheduledScalingSuspended: one.suspended.scheduled,
    },
    ScalableTargetARN: targetArn(one.definition.resourceId, call),
  };
}

function scheduledShape(one: ScheduledScaling, call: Call): object {
  return {
    ...ofResource(one.resourceId),
    ScheduledActionName: one.name,
    ScheduledActionARN: one.arn,
    Schedule: one.schedule,
    Timezone: one.timezone,
    ScalableTargetAction: { MinCapacity: one.minCapacity ?? undefined, MaxCapacity: one.maxCapacity ?? undefined },
    CreationTime: new Date(Math.floor(findTarget(call, one.resourceId)?.registeredAtMs ?? call.clock.now())),
  };
}

function activityShape(one: ScalingActivity): object {
  return {
    ActivityId: one.id,
    ...ofResource(one.resourceId),
    Description: one.description,
    Cause: one.cause,
    StartTime: new Date(Math.floor(one.startedAtMs)),
    EndTime: one.endedAtMs === null ? undefined : new Date(Math.floor(one.endedAtMs)),
    StatusCode: one.status,
    StatusMessage: one.statusMessage,
    Details: one.details,
    NotScaledReasons: one.notScaled
      ? [
          {
            Code: one.notScaled.code,
            MaxCapacity: one.notScaled.maxCapacity,
            MinCapacity: one.notScaled.minCapacity,
            CurrentCapacity: one.fromCapacity,
          },
        ]
      : undefined,
  };
}
