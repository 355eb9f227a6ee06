/** The autoscaler's side of apply: registering targets, putting policies and scheduled actions, as AWS takes them. */
import { isDeepStrictEqual as isEqual } from 'node:util';
import { CutoverError } from '../../errors.ts';
import type { Alarm, ResourceBase, ScalableTarget, ScheduledScaling } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { ServiceState } from '../contracts.ts';
import type { Random } from '../random.ts';
import type { Autoscaler, AutoscalerOptions } from './autoscaler.ts';
import { checkPolicy, checkSchedule } from './check-scaling.ts';
import { compileSchedule } from './decide-schedule.ts';
import { type HeldPolicy, type HeldTarget, holdTarget } from './held-target.ts';
import { trackingAlarms } from './tracking-alarms.ts';

export interface HandlersContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly targets: Map<string, HeldTarget>;
  readonly serviceOf: (target: ScalableTarget) => ServiceState | null;
  /** Takes the alarms that policies own. */
  readonly alarms: AutoscalerOptions['alarms'];
  readonly keepBounds: (held: HeldTarget, sourceArn: string | null, by: string) => void;
}

export function createHandlers(context: HandlersContext): Autoscaler['handlers'] {
  const { clock, random, targets, alarms, serviceOf, keepBounds } = context;

  function heldFor(resource: ResourceBase & { readonly resourceId: string }): HeldTarget {
    const held = targets.get(resource.resourceId);
    if (held) return held;
    throw new CutoverError({
      code: 'APPLY_FAILED',
      address: resource.address,
      message: `No scalable target registered for resource ID: ${resource.resourceId}`,
      value: resource.resourceId,
      rule: 'policies and scheduled actions belong to a registered target (AAS API_PutScalingPolicy, ObjectNotFoundException)',
      fix: 'take resource_id from the aws_appautoscaling_target, so that it comes first',
    });
  }

  const alarmsOf = (held: HeldTarget, { definition, alarmId }: HeldPolicy): Alarm[] =>
    trackingAlarms({ target: held.definition, policy: definition, alarmId });

  function dropPolicy(held: HeldTarget, policy: HeldPolicy | undefined): void {
    if (!policy) return;
    held.policies.delete(policy.definition.arn);
    for (const alarm of alarmsOf(held, policy)) void alarms.handler.remove(alarm, NEVER);
  }

  return {
    scalableTargets: {
      put(next) {
        if (!serviceOf(next)) throw noService(next);
        const known = targets.get(next.resourceId);
        const held = known ?? holdTarget(next, clock.now());
        const { minCapacity, maxCapacity, suspended } = next;
        Object.assign(held, { definition: next, minCapacity, maxCapacity, suspended });
        targets.set(next.resourceId, held);
        keepBounds(held, null, 'registered target');
      },
      // Its policies and scheduled actions go with it (AAS API_DeregisterScalableTarget).
      remove(previous) {
        const held = targets.get(previous.resourceId);
        for (const policy of held?.policies.values() ?? []) dropPolicy(held as HeldTarget, policy);
        targets.delete(previous.resourceId);
      },
      drift(applied) {
        const held = targets.get(applied.resourceId);
        if (!held) return GONE;
        return [
          ...(held.minCapacity === applied.minCapacity ? [] : ['min_capacity']),
          ...(held.maxCapacity === applied.maxCapacity ? [] : ['max_capacity']),
          ...(isEqual(held.suspended, applied.suspended) ? [] : ['suspended_state']),
        ];
      },
    },
    scalingPolicies: {
      put(next) {
        const problems = checkPolicy(next);
        if (problems.length > 0) throw new CutoverError(problems);
        const held = heldFor(next);
        const known = held.policies.get(next.arn);
        dropPolicy(held, known);
        const entry = known ?? { definition: next, createdAtMs: clock.now(), alarmId: random.uuid() };
        entry.definition = next;
        held.policies.set(next.arn, entry);
        for (const alarm of alarmsOf(held, entry)) void alarms.handler.put(alarm, null, NEVER);
      },
      remove(previous) {
        const held = targets.get(previous.resourceId);
        if (held) dropPolicy(held, held.policies.get(previous.arn));
      },
      drift(applied) {
        const live = targets.get(applied.resourceId)?.policies.get(applied.arn)?.definition;
        if (!live) return GONE;
        const attribute = `${applied.policy.type === 'StepScaling' ? 'step' : 'target_tracking'}_scaling_policy_configuration`;
        return isEqual(live.policy, applied.policy) ? [] : [attribute];
      },
    },
    scheduledScalings: {
      put(next) {
        const problems = checkSchedule(next);
        if (problems.length > 0) throw new CutoverError(problems);
        const nowMs = clock.now();
        heldFor(next).schedules.set(next.arn, {
          definition: next,
          schedule: compileSchedule(next.schedule, next.timezone, nowMs),
          checkedUntilMs: nowMs,
        });
      },
      remove: (previous: ScheduledScaling) => void targets.get(previous.resourceId)?.schedules.delete(previous.arn),
      drift(applied) {
        const live = targets.get(applied.resourceId)?.schedules.get(applied.arn)?.definition;
        if (!live) return GONE;
        return [
          ...(live.schedule === applied.schedule ? [] : ['schedule']),
          ...(live.timezone === applied.timezone ? [] : ['timezone']),
          ...(live.minCapacity === applied.minCapacity && live.maxCapacity === applied.maxCapacity
            ? []
            : ['scalable_target_action']),
        ];
      },
    },
  };
}

/** A call removed it: the next apply makes it anew. */
const GONE: readonly string[] = ['(gone)'];

/** Alarms are put and removed at once. */
const NEVER = new AbortController().signal;

const noService = (target: ScalableTarget): CutoverError =>
  new CutoverError({
    code: 'APPLY_FAILED',
    address: target.address,
    message: `ECS service doesn't exist: ${target.resourceId}`,
    value: target.resourceId,
    rule: 'a scalable target is an existing service (AAS API_RegisterScalableTarget, ValidationException)',
    fix: 'build resource_id from the aws_ecs_service, so that the service comes first',
  });
