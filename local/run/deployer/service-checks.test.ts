import test from 'ava';
import { GREEN, SERVICE, taskDefinition } from '../codedeploy/testing/builders.ts';
import type { KnownNetwork } from '../ecs/known-network.ts';
import { checkNewService, checkTaskSet } from './service-checks.ts';
import { createWorld } from './testing/world.ts';

const known: KnownNetwork = { missing: (_kind, ids) => ids.find((id) => id.endsWith('-nope')) ?? null };
const awsvpc = taskDefinition(2);
const bridge = { ...awsvpc, networkMode: 'bridge' as const, requiresCompatibilities: ['EC2' as const] };
const onSubnets = (...subnetIds: string[]) => ({ ...SERVICE, subnetIds });

test('a task set, and a new service, has a network that there is', (t) => {
  t.notThrows(() => checkTaskSet(onSubnets('subnet-2'), awsvpc, known));
  t.throws(() => checkTaskSet(onSubnets('subnet-2', 'subnet-nope'), awsvpc, known), {
    message: /^Error retrieving subnet information for \[subnet-nope\]: The subnet ID 'subnet-nope' does/,
  });
  const behind = { ...onSubnets('subnet-2'), securityGroupIds: ['sg-1', 'sg-nope'] };
  const message = /^Error retrieving security group information for \[sg-nope\]: The security group 'sg-nope' does/;
  t.throws(() => checkTaskSet(behind, awsvpc, known), { message });
  t.throws(() => checkNewService(behind, awsvpc, () => true, known), { message });
});

test('a task set has a version that its service can run', (t) => {
  const ec2 = { ...SERVICE, launchType: 'EC2' as const };
  const refused = (run: () => void): string => t.throws(run)?.message ?? '';
  t.is(
    refused(() => checkTaskSet(SERVICE, bridge, known)),
    'Task definition does not support launch_type FARGATE.',
  );
  t.is(
    refused(() => checkTaskSet(ec2, bridge, known)),
    'Network Configuration is not valid for the given networkMode of this task definition.',
  );
  t.is(
    refused(() => checkTaskSet(onSubnets(), awsvpc, known)),
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  );
  t.notThrows(() => checkTaskSet({ ...ec2, subnetIds: [] }, bridge, known));
});

test('what is refused makes no task set', async (t) => {
  const gone = taskDefinition(3).arn;
  const world = createWorld({ inactive: [gone] });
  await world.put(SERVICE);
  const input = {
    serviceArn: SERVICE.arn,
    externalId: null,
    taskDefinitionArn: awsvpc.arn,
    targetGroupArn: GREEN.arn,
    containerName: 'threads',
    containerPort: 3000,
  };
  t.throws(() => world.sets.create({ ...input, subnetIds: ['subnet-nope'] }), { message: /subnet-nope/ });
  t.throws(() => world.sets.create({ ...input, securityGroupIds: ['sg-nope'] }), { message: /sg-nope/ });
  t.throws(() => world.sets.create({ ...input, taskDefinitionArn: gone }), { message: 'TaskDefinition is inactive' });
  t.is(world.sets.of(SERVICE.arn).length, 1);
});
