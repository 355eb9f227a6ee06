/** Scaling of ECS services (Application Auto Scaling user guide). What scales tables has no effect here. */
import { SCALABLE_TARGET, SCHEDULED_ACTION } from '../../read/schemas/aws-appautoscaling.ts';
import type { ScalableTarget, ScheduledScaling } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, textOf, uuid } from '../names.ts';
import { scalesService, scalingArn } from './scaling-common.ts';
import { scalingPolicy } from './scaling-policies.ts';
import { isTimezone, scheduleProblem } from './schedule.ts';

const scalableTarget = acting(
  SCALABLE_TARGET,
  'scalableTargets',
  (names, block, attribute) => ({
    id: textOf(attribute('resource_id')),
    arn: arnOf(names, 'application-autoscaling', `scalable-target/${uuid(block.address).replaceAll('-', '')}`),
    role_arn: `arn:${names.partition}:iam::${names.accountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
  }),
  buildTarget,
);

function buildTarget({ base, values: v, report }: BuildContext<typeof SCALABLE_TARGET.fields>): ScalableTarget | null {
  if (!scalesService(v, report)) return null;
  if (v.min_capacity > v.max_capacity)
    report.bad(
      'min_capacity',
      v.min_capacity,
      `it is above max_capacity (${v.max_capacity})`,
      'min_capacity ≤ max_capacity',
    );
  const [, clusterName = '', serviceName = ''] = v.resource_id.split('/');
  const suspended = v.suspended_state;
  return {
    ...base,
    resourceId: v.resource_id,
    clusterName,
    serviceName,
    minCapacity: v.min_capacity,
    maxCapacity: v.max_capacity,
    suspended: {
      scaleIn: suspended?.dynamic_scaling_in_suspended ?? false,
      scaleOut: suspended?.dynamic_scaling_out_suspended ?? false,
      scheduled: suspended?.scheduled_scaling_suspended ?? false,
    },
  };
}

const scheduledAction = acting(
  SCHEDULED_ACTION,
  'scheduledScalings',
  (names, block, attribute) => ({
    id: `${textOf(attribute('name'))}-${textOf(attribute('service_namespace'))}-${textOf(attribute('resource_id'))}`,
    arn: scalingArn({ names, address: block.address }, 'scheduledAction', attribute),
  }),
  buildSchedule,
);

function buildSchedule(context: BuildContext<typeof SCHEDULED_ACTION.fields>): ScheduledScaling | null {
  const { base, values: v, computed, report } = context;
  if (!scalesService(v, report)) return null;
  const wrong = scheduleProblem(v.schedule);
  if (wrong) report.bad('schedule', v.schedule, wrong, 'at(…), rate(…) or cron(…) (AAS scheduled scaling)');
  if (!isTimezone(v.timezone))
    report.bad('timezone', v.timezone, 'there is no such time zone', 'a name such as Europe/Zurich');
  const capacity = (text: string | null): number | null => (text ? Number(text) : null);
  const minCapacity = capacity(v.scalable_target_action.min_capacity);
  const maxCapacity = capacity(v.scalable_target_action.max_capacity);
  if (minCapacity === null && maxCapacity === null)
    report.missing('scalable_target_action.min_capacity', 'min_capacity, max_capacity or both');
  if (minCapacity !== null && maxCapacity !== null && minCapacity > maxCapacity)
    report.bad(
      'scalable_target_action.min_capacity',
      minCapacity,
      `it is above max_capacity (${maxCapacity})`,
      'min_capacity ≤ max_capacity',
    );
  return {
    ...base,
    arn: computed('arn'),
    name: v.name,
    resourceId: v.resource_id,
    schedule: v.schedule,
    timezone: v.timezone,
    minCapacity,
    maxCapacity,
  };
}

export const SCALING_KINDS = [scalableTarget, scalingPolicy, scheduledAction];
