/** Amazon EC2 Auto Scaling: the groups of the stacks and the instances that run. */
import { z } from 'zod';
import type { AutoScalingGroup } from '../../../topology.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, names, text } from '../schema.ts';

const describe = z.object({
  AutoScalingGroupNames: names.optional(),
  NextToken: text.optional(),
  MaxRecords: integer(1, 100).optional(),
});

export const autoscaling: ServiceTable = {
  name: 'autoscaling',
  version: '2011-01-01',
  xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  validationError: 'ValidationError',
  operations: {
    DescribeAutoScalingGroups: operation(
      describe,
      ({ AutoScalingGroupNames: wanted, NextToken, MaxRecords = 50 }, call) => {
        const all = call.resources().autoScalingGroups;
        const found = wanted?.length ? all.filter((group) => wanted.includes(group.name)) : all;
        const options = { token: NextToken, max: MaxRecords, errorCode: 'InvalidNextToken' };
        const page = paginate(found, (group) => group.name, options);
        return { AutoScalingGroups: page.items.map((group) => groupShape(group, call)), NextToken: page.next };
      },
    ),
  },
};

function groupShape(group: AutoScalingGroup, call: Call): object {
  const instances = call.ecs
    .instances()
    .filter((one) => one.autoScalingGroupName === group.name && one.status !== 'TERMINATED');
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [...new Set(group.zones)],
    TargetGroupARNs: group.targetGroupArns,
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 0,
    Instances: instances.map((instance) => ({
      InstanceId: instance.id,
      InstanceType: instance.instanceType,
      AvailabilityZone: instance.zone,
      LifecycleState: instance.status === 'PENDING' ? 'Pending' : 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
    })),
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
