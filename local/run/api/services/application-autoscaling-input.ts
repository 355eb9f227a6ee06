/** What Application Auto Scaling's operations accept. Strict where they change something: what would do nothing is refused. */
import { z } from 'zod';
import { bool, decimal, integer, list, name, names, text } from '../schema.ts';

export const DIMENSION = 'ecs:service:DesiredCount';

const namespace = z.literal('ecs', 'only ecs is scaled here');
const dimension = z.literal(DIMENSION, `only ${DIMENSION} is scaled here`);
const resourceId = z.string().regex(/^service\/[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/, 'must be service/CLUSTER/SERVICE');

export const ofService = { ServiceNamespace: namespace, ResourceId: resourceId, ScalableDimension: dimension };
/** Filters of the Describe operations. */
export const filter = {
  ServiceNamespace: namespace,
  ResourceId: text.optional(),
  ScalableDimension: dimension.optional(),
  MaxResults: integer(1, 100).optional(),
  NextToken: text.optional(),
};

const absent = (what: string) => z.never(`has no local counterpart: ${what}`).optional();
const noMath = absent('metric math is not evaluated here, track one metric');

export const registerInput = z.strictObject({
  ...ofService,
  MinCapacity: integer(0).optional(),
  MaxCapacity: integer(0).optional(),
  RoleARN: text.optional(),
  SuspendedState: z
    .strictObject({
      DynamicScalingInSuspended: bool.optional(),
      DynamicScalingOutSuspended: bool.optional(),
      ScheduledScalingSuspended: bool.optional(),
    })
    .optional(),
  Tags: z.record(text, text).optional(),
});

const step = z.strictObject({
  MetricIntervalLowerBound: decimal.optional(),
  MetricIntervalUpperBound: decimal.optional(),
  ScalingAdjustment: integer(),
});

const stepping = z.strictObject({
  AdjustmentType: z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
  StepAdjustments: list(step, 20),
  MinAdjustmentMagnitude: integer(1).optional(),
  Cooldown: integer(0).optional(),
  MetricAggregationType: z.enum(['Average', 'Minimum', 'Maximum']).optional(),
});

const tracking = z.strictObject({
  TargetValue: decimal,
  PredefinedMetricSpecification: z
    .strictObject({
      PredefinedMetricType: z.enum([
        'ECSServiceAverageCPUUtilization',
        'ECSServiceAverageMemoryUtilization',
        'ALBRequestCountPerTarget',
      ]),
      ResourceLabel: text.optional(),
    })
    .optional(),
  CustomizedMetricSpecification: z
    .strictObject({
      MetricName: name,
      Namespace: name,
      Dimensions: list(z.strictObject({ Name: name, Value: name }), 30).optional(),
      Statistic: z.enum(['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum']),
      Unit: absent('datapoints of every unit count'),
      Metrics: noMath,
    })
    .optional(),
  ScaleOutCooldown: integer(0).optional(),
  ScaleInCooldown: integer(0).optional(),
  DisableScaleIn: bool.optional(),
});

export const putPolicyInput = z.strictObject({
  ...ofService,
  PolicyName: name,
  PolicyType: z
    .enum(['StepScaling', 'TargetTrackingScaling'], 'must be StepScaling or TargetTrackingScaling')
    .optional(),
  StepScalingPolicyConfiguration: stepping.optional(),
  TargetTrackingScalingPolicyConfiguration: tracking.optional(),
  PredictiveScalingPolicyConfiguration: absent('nothing is predicted here'),
});

export type PutPolicyInput = z.output<typeof putPolicyInput>;

export const putScheduledInput = z.strictObject({
  ...ofService,
  ScheduledActionName: name,
  Schedule: name.optional(),
  Timezone: text.optional(),
  StartTime: absent('a schedule begins when it is put'),
  EndTime: absent('a schedule ends when it is deleted'),
  ScalableTargetAction: z
    .strictObject({ MinCapacity: integer(0).optional(), MaxCapacity: integer(0).optional() })
    .optional(),
});

export const describeTargetsInput = z.object({
  ServiceNamespace: namespace,
  ResourceIds: names.optional(),
  ScalableDimension: dimension.optional(),
  MaxResults: integer(1, 50).optional(),
  NextToken: text.optional(),
});
