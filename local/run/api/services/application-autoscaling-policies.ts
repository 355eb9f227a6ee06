/** Scaling policies of ECS services (Application Auto Scaling API_PutScalingPolicy). */
import { z } from 'zod';
import type { ScalingPolicy } from '../../../topology.ts';
import type { ScalingPolicyState } from '../../autoscaler/contracts.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { name, names } from '../schema.ts';
import { DIMENSION, filter, ofService, type PutPolicyInput, putPolicyInput } from './application-autoscaling-input.ts';
import { alarmShapes, asValidation, findPolicy, needTarget } from './application-autoscaling-lookup.ts';
import { madeBase } from './codedeploy-lookup.ts';

/** For ECS services (API_TargetTrackingScalingPolicyConfiguration, API_StepScalingPolicyConfiguration). */
const DEFAULT_COOLDOWN_SECONDS = 300;
/** Policies of one scalable target (AAS application-auto-scaling-limits). */
const MAX_POLICIES = 50;

const bad = (message: string): ApiError => new ApiError('ValidationException', message);

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutScalingPolicy: operation(putPolicyInput, putPolicy),
  DescribeScalingPolicies: operation(
    z.object({ ...filter, PolicyNames: names.optional() }),
    ({ PolicyNames: wanted, ResourceId, MaxResults = 50, NextToken }, call) => {
      const found = call.autoscaler
        .policies()
        .filter(({ definition }) => ResourceId === undefined || definition.resourceId === ResourceId)
        .filter(
          ({ definition }) => !wanted?.length || wanted.includes(definition.name) || wanted.includes(definition.arn),
        );
      const options = { token: NextToken, max: MaxResults, errorCode: 'InvalidNextTokenException' };
      const page = paginate(found, ({ definition }) => definition.arn, options);
      return { ScalingPolicies: page.items.map((one) => policyShape(one, call)), NextToken: page.next };
    },
  ),
  DeleteScalingPolicy: operation(
    z.strictObject({ ...ofService, PolicyName: name }),
    async ({ ResourceId, PolicyName }, call) => {
      const found = findPolicy(call, ResourceId, PolicyName);
      if (!found)
        throw new ApiError(
          'ObjectNotFoundException',
          `No scaling policy found for service namespace: ecs, resource ID: ${ResourceId}, scalable dimension: ${DIMENSION}, policy name: ${PolicyName}`,
        );
      await call.handlers.scalingPolicies.remove(found.definition, call.signal);
      return {};
    },
  ),
};

async function putPolicy(input: PutPolicyInput, call: Call): Promise<object> {
  const { ResourceId, PolicyName } = input;
  needTarget(call, ResourceId);
  const known = findPolicy(call, ResourceId, PolicyName)?.definition;
  const policy = policyOf(input, known);
  const own = call.autoscaler.policies().filter(({ definition }) => definition.resourceId === ResourceId);
  if (!known && own.length >= MAX_POLICIES)
    throw new ApiError('LimitExceededException', `${ResourceId} has ${MAX_POLICIES} scaling policies already`);
  const next: ScalingPolicy = {
    ...(known ?? {
      ...madeBase(call, 'aws_appautoscaling_policy', `${ResourceId}/${PolicyName}`, {}),
      arn: arnAt(
        call,
        'autoscaling',
        `scalingPolicy:${call.random.uuid()}:resource/ecs/${ResourceId}:policyName/${PolicyName}`,
      ),
      name: PolicyName,
      resourceId: ResourceId,
    }),
    policy,
  };
  await asValidation(() => call.handlers.scalingPolicies.put(next, known ?? null, call.signal));
  const state = findPolicy(call, ResourceId, PolicyName) ?? { definition: next, alarms: [] };
  return { PolicyARN: next.arn, Alarms: alarmShapes(call, state) };
}

/** @throws ApiError where the configuration is not the one of its type */
function policyOf(input: PutPolicyInput, known: ScalingPolicy | undefined): ScalingPolicy['policy'] {
  const type = input.PolicyType ?? known?.policy.type ?? 'StepScaling';
  if (known && known.policy.type !== type)
    throw bad(`PolicyType of ${input.PolicyName} is ${known.policy.type} and cannot be changed`);
  const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } = input;
  const [own, other] = type === 'StepScaling' ? [step, tracking] : [tracking, step];
  if (!own) throw bad(`${type}PolicyConfiguration must be specified for policy type ${type}`);
  if (other) throw bad(`Only ${type}PolicyConfiguration goes with policy type ${type}`);
  return type === 'StepScaling'
    ? steppingOf(step as NonNullable<typeof step>)
    : trackingOf(tracking as NonNullable<typeof tracking>);
}

type Stepping = NonNullable<PutPolicyInput['StepScalingPolicyConfiguration']>;
type Tracking = NonNullable<PutPolicyInput['TargetTrackingScalingPolicyConfiguration']>;
type TrackingPolicy = Extract<ScalingPolicy['policy'], { type: 'TargetTrackingScaling' }>;

function steppingOf(given: Stepping): ScalingPolicy['policy'] {
  if (given.MinAdjustmentMagnitude !== undefined && given.AdjustmentType !== 'PercentChangeInCapacity')
    throw bad('MinAdjustmentMagnitude goes with PercentChangeInCapacity only');
  return {
    type: 'StepScaling',
    adjustmentType: given.AdjustmentType,
    minAdjustmentMagnitude: given.MinAdjustmentMagnitude ?? null,
    metricAggregation: given.MetricAggregationType ?? 'Average',
    cooldownSeconds: given.Cooldown ?? DEFAULT_COOLDOWN_SECONDS,
    steps: given.StepAdjustments.map((one) => ({
      lowerBound: one.MetricIntervalLowerBound ?? null,
      upperBound: one.MetricIntervalUpperBound ?? null,
      adjustment: one.ScalingAdjustment,
    })),
  };
}

function trackingOf(given: Tracking): TrackingPolicy {
  return {
    type: 'TargetTrackingScaling',
    targetValue: given.TargetValue,
    metric: metricOf(given),
    scaleOutCooldownSeconds: given.ScaleOutCooldown ?? DEFAULT_COOLDOWN_SECONDS,
    scaleInCooldownSeconds: given.ScaleInCooldown ?? DEFAULT_COOLDOWN_SECONDS,
    disableScaleIn: given.DisableScaleIn ?? false,
  };
}

function metricOf({
  PredefinedMetricSpecification: predefined,
  CustomizedMetricSpecification: customized,
}: Tracking): TrackingPolicy['metric'] {
  if (!predefined === !customized)
    throw bad('Specify either PredefinedMetricSpecification or CustomizedMetricSpecification');
  if (customized)
    return {
      kind: 'custom',
      namespace: customized.Namespace,
      name: customized.MetricName,
      dimensions: Object.fromEntries((customized.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
      statistic: customized.Statistic,
    };
  const kind = predefined?.PredefinedMetricType ?? 'ECSServiceAverageCPUUtilization';
  const label = predefined?.ResourceLabel ?? '';
  if (kind === 'ALBRequestCountPerTarget') return { kind, label };
  if (label !== '') throw bad(`ResourceLabel goes with ALBRequestCountPerTarget only, not with ${kind}`);
  return { kind };
}

function policyShape(state: ScalingPolicyState, call: Call): object {
  const { definition, createdAtMs } = state;
  const { policy } = definition;
  return {
    PolicyARN: definition.arn,
    PolicyName: definition.name,
    ServiceNamespace: 'ecs',
    ResourceId: definition.resourceId,
    ScalableDimension: DIMENSION,
    PolicyType: policy.type,
    ...(policy.type === 'StepScaling'
      ? { StepScalingPolicyConfiguration: steppingShape(policy) }
      : { TargetTrackingScalingPolicyConfiguration: trackingShape(policy) }),
    Alarms: alarmShapes(call, state),
    CreationTime: new Date(Math.floor(createdAtMs)),
  };
}

const steppingShape = (policy: Extract<ScalingPolicy['policy'], { type: 'StepScaling' }>): object => ({
  AdjustmentType: policy.adjustmentType,
  StepAdjustments: policy.steps.map(({ lowerBound, upperBound, adjustment }) => ({
    MetricIntervalLowerBound: lowerBound ?? undefined,
    MetricIntervalUpperBound: upperBound ?? undefined,
    ScalingAdjustment: adjustment,
  })),
  MinAdjustmentMagnitude: policy.minAdjustmentMagnitude ?? undefined,
  Cooldown: policy.cooldownSeconds,
  MetricAggregationType: policy.metricAggregation,
});

function trackingShape({ metric, ...policy }: TrackingPolicy): object {
  const specification =
    metric.kind === 'custom'
      ? {
          CustomizedMetricSpecification: {
            MetricName: metric.name,
            Namespace: metric.namespace,
            Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
            Statistic: metric.statistic,
          },
        }
      : {
          PredefinedMetricSpecification: {
            PredefinedMetricType: metric.kind,
            ResourceLabel: metric.kind === 'ALBRequestCountPerTarget' ? metric.label : undefined,
          },
        };
  return {
    TargetValue: policy.targetValue,
    ...specification,
    ScaleOutCooldown: policy.scaleOutCooldownSeconds,
    ScaleInCooldown: policy.scaleInCooldownSeconds,
    DisableScaleIn: policy.disableScaleIn,
  };
}
