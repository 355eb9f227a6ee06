/** Finding what Application Auto Scaling holds, and its refusals in AWS's codes. */
import { createHash } from 'node:crypto';
import { CutoverError } from '../../../errors.ts';
import type { ScalingPolicy } from '../../../topology.ts';
import type { ScalableTargetState, ScalingPolicyState } from '../../autoscaler/contracts.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import type { Call } from '../operation.ts';
import { DIMENSION } from './application-autoscaling-input.ts';

const ID_DIGITS = 36;

export function targetArn(resourceId: string, call: Call): string {
  const id = createHash('sha256').update(resourceId).digest('hex').slice(0, ID_DIGITS);
  return arnAt(call, 'application-autoscaling', `scalable-target/${id}`);
}

export const findTarget = (call: Call, resourceId: string): ScalableTargetState | undefined =>
  call.autoscaler.targets().find(({ definition }) => definition.resourceId === resourceId);

/** @throws ApiError ObjectNotFoundException */
export function needTarget(call: Call, resourceId: string): ScalableTargetState {
  const found = findTarget(call, resourceId);
  if (!found)
    throw new ApiError(
      'ObjectNotFoundException',
      `No scalable target found for service namespace: ecs, resource ID: ${resourceId}, scalable dimension: ${DIMENSION}`,
    );
  return found;
}

export const findPolicy = (call: Call, resourceId: string, policyName: string): ScalingPolicyState | undefined =>
  call.autoscaler
    .policies()
    .find(({ definition }) => definition.resourceId === resourceId && definition.name === policyName);

/** Alarms of a policy: its own two, or those whose actions name it. */
export function alarmShapes(call: Call, { definition, alarms }: Pick<ScalingPolicyState, 'definition' | 'alarms'>) {
  const named = call.alarms
    .alarms()
    .map((one) => one.definition)
    .filter((one) => namesPolicy(one, definition));
  return (alarms.length > 0 ? alarms : named).map(({ name, arn }) => ({ AlarmName: name, AlarmARN: arn }));
}

const namesPolicy = (
  alarm: { readonly alarmActions: readonly string[]; readonly okActions: readonly string[] },
  { arn }: ScalingPolicy,
): boolean => alarm.alarmActions.includes(arn) || alarm.okActions.includes(arn);

/** The controllers' refusals in the API's words. */
export async function asValidation<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CutoverError)) throw error;
    throw new ApiError('ValidationException', error.problems.map(({ message }) => message).join('; '));
  }
}
