/** Amazon EC2 Auto Scaling: the groups of the stacks and the instances that run. */
import { z } from 'zod';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, integer, name, names, text } from '../schema.ts';
import { hookOperations } from './autoscaling-hooks.ts';

const paging = { NextToken: text.optional(), MaxRecords: integer(1, 100).optional() };

const desiredInput = z.strictObject({
  AutoScalingGroupName: name,
  DesiredCapacity: integer(0),
  // There are no cooldowns of simple scaling policies to honor.
  HonorCooldown: bool.optional(),
});

export const autoscaling: ServiceTable = {
  name: 'autoscaling',
  version: '2011-01-01',
  xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  validationError: 'ValidationError',
  operations: {
    DescribeAutoScalingGroups: operation(
      z.object({ AutoScalingGroupNames: names.optional(), ...paging }),
      ({ AutoScalingGroupNames: wanted, NextToken, MaxRecords = 50 }, call) => {
        const all = call.instances.groups();
        const found = wanted?.length ? all.filter(({ definition }) => wanted.includes(definition.name)) : all;
        const options = { token: NextToken, max: MaxRecords, errorCode: 'InvalidNextToken' };
        const page = paginate(found, ({ definition }) => definition.name, options);
        return { AutoScalingGroups: page.items.map((group) => groupShape(group, call)), NextToken: page.next };
      },
    ),
    DescribeAutoScalingInstances: operation(
      z.object({ InstanceIds: names.optional(), ...paging }),
      ({ InstanceIds: wanted, NextToken, MaxRecords = 50 }, call) => {
        const all = call.ecs.instances();
        const found = wanted?.length ? all.filter(({ id }) => wanted.includes(id)) : all;
        const options = { token: NextToken, max: MaxRecords, errorCode: 'InvalidNextToken' };
        const page = paginate(found, ({ id }) => id, options);
        const AutoScalingInstances = page.items.map((one) => ({
          ...instanceShape(one),
          AutoScalingGroupName: one.autoScalingGroupName,
          HealthStatus: 'HEALTHY',
        }));
        return { AutoScalingInstances, NextToken: page.next };
      },
    ),
    SetDesiredCapacity: operation(desiredInput, ({ AutoScalingGroupName, DesiredCapacity }, call) => {
      call.instances.setDesired(AutoScalingGroupName, DesiredCapacity, { reason: 'a user request' });
      return null;
    }),
    TerminateInstanceInAutoScalingGroup: operation(
      z.strictObject({ InstanceId: name, ShouldDecrementDesiredCapacity: bool }),
      ({ InstanceId, ShouldDecrementDesiredCapacity: decrement }, call) => {
        const { autoScalingGroupName = '' } = call.ecs.instances().find(({ id }) => id === InstanceId) ?? {};
        const cause = 'an instance was taken out of service in response to a user request.';
        call.instances.terminate(InstanceId, decrement, cause);
        return {
          Activity: {
            ActivityId: call.random.uuid(),
            AutoScalingGroupName: autoScalingGroupName,
            Description: `Terminating EC2 instance: ${InstanceId}`,
            Cause: `At ${new Date(call.clock.now()).toISOString()} ${cause}`,
            StartTime: new Date(call.clock.now()),
            StatusCode: 'InProgress',
            Progress: 0,
          },
        };
      },
    ),
    ...hookOperations,
  },
};

type Group = ReturnType<Call['instances']['groups']>[number];
type InstanceState = ReturnType<Call['ecs']['instances']>[number];

function instanceShape(one: InstanceState): object {
  return {
    InstanceId: one.id,
    InstanceType: one.instanceType,
    AvailabilityZone: one.zone,
    LifecycleState: one.lifecycleState,
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: one.protectedFromScaleIn,
  };
}

function groupShape({ definition: group, desiredCapacity }: Group, call: Call): object {
  const instances = call.ecs
    .instances()
    .filter((one) => one.autoScalingGroupName === group.name && one.status !== 'TERMINATED');
  const attribute = (key: string, other: unknown): unknown => group.attributes[key] ?? other;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [...new Set(group.zones)],
    TargetGroupARNs: group.targetGroupArns,
    HealthCheckType: attribute('health_check_type', 'EC2'),
    HealthCheckGracePeriod: attribute('health_check_grace_period', 0),
    Instances: instances.map(instanceShape),
    CreatedTime: new Date(Math.min(call.clock.now(), ...instances.map((instance) => instance.registeredAtMs))),
    Tags: Object.entries(group.tags).map(([Key, Value]) => ({
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value,
      PropagateAtLaunch: false,
    })),
  };
}
