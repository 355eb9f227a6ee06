/** Terminating lifecycle hooks of Auto Scaling groups (EC2 Auto Scaling lifecycle-hooks). */
import { z } from 'zod';
import { DEFAULT_HEARTBEAT_SECONDS } from '../../instances/leaving.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { integer, name, names, text } from '../schema.ts';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
const hookName = z.string().regex(/^[A-Za-z0-9\-_/]{1,255}$/, 'must be 1 to 255 letters, digits, - _ and /');
const noTarget = z.never('has no local counterpart: nothing is notified here').optional();

/** Strict: what would do nothing here is refused by name. */
const putInput = z.strictObject({
  AutoScalingGroupName: name,
  LifecycleHookName: hookName,
  LifecycleTransition: z
    .literal(TERMINATING, `only ${TERMINATING} is taken here: launches have no local counterpart`)
    .optional(),
  HeartbeatTimeout: integer(30, 7200).optional(),
  DefaultResult: z.enum(['ABANDON', 'CONTINUE']).optional(),
  RoleARN: noTarget,
  NotificationTargetARN: noTarget,
  NotificationMetadata: noTarget,
});

const ofAction = {
  AutoScalingGroupName: name,
  LifecycleHookName: hookName,
  LifecycleActionToken: text.optional(),
  InstanceId: text.optional(),
};

export const hookOperations: Readonly<Record<string, Operation>> = {
  PutLifecycleHook: operation(putInput, (input, call) => {
    const known = call.instances.hooks
      .of(input.AutoScalingGroupName)
      .find((hook) => hook.name === input.LifecycleHookName);
    call.instances.hooks.put(input.AutoScalingGroupName, {
      name: input.LifecycleHookName,
      heartbeatSeconds: input.HeartbeatTimeout ?? known?.heartbeatSeconds ?? DEFAULT_HEARTBEAT_SECONDS,
      defaultResult: input.DefaultResult ?? known?.defaultResult ?? 'ABANDON',
    });
    return {};
  }),
  DescribeLifecycleHooks: operation(
    z.object({ AutoScalingGroupName: name, LifecycleHookNames: names.optional() }),
    ({ AutoScalingGroupName, LifecycleHookNames: wanted }, call) => ({
      LifecycleHooks: call.instances.hooks
        .of(AutoScalingGroupName)
        .filter((hook) => !wanted?.length || wanted.includes(hook.name))
        .map((hook) => ({
          LifecycleHookName: hook.name,
          AutoScalingGroupName,
          LifecycleTransition: TERMINATING,
          HeartbeatTimeout: hook.heartbeatSeconds,
          GlobalTimeout: Math.min(172_800, 100 * hook.heartbeatSeconds),
          DefaultResult: hook.defaultResult,
        })),
    }),
  ),
  DeleteLifecycleHook: operation(
    z.strictObject({ AutoScalingGroupName: name, LifecycleHookName: hookName }),
    ({ AutoScalingGroupName, LifecycleHookName }, call) => {
      call.instances.hooks.remove(AutoScalingGroupName, LifecycleHookName);
      return {};
    },
  ),
  CompleteLifecycleAction: operation(
    z.strictObject({ ...ofAction, LifecycleActionResult: z.enum(['ABANDON', 'CONTINUE']) }),
    (input, call) => {
      waitOf(input, call).complete(input.LifecycleHookName, input.LifecycleActionResult);
      return {};
    },
  ),
  RecordLifecycleActionHeartbeat: operation(z.strictObject(ofAction), (input, call) => {
    waitOf(input, call).heartbeat(input.LifecycleHookName);
    return {};
  }),
};

function waitOf(
  input: { readonly InstanceId?: string | undefined; readonly LifecycleActionToken?: string | undefined },
  call: Call,
): ReturnType<Call['instances']['hooks']['waitOf']> {
  return call.instances.hooks.waitOf(input.LifecycleActionToken ?? input.InstanceId ?? '');
}
