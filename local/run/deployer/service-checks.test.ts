import test from 'ava';
import { GREEN, SERVICE, taskDefinition } from '../codedeploy/testing/builders.ts';
import { checkTaskSet } from './service-checks.ts';
import { createWorld } from './testing/world.ts';

const declared = (id: string): string | null => (id === 'subnet-1' || id === 'subnet-2' ? 'us-east-1a' : null);
const awsvpc = taskDefinition(2);
const bridge = { ...awsvpc, networkMode: 'bridge' as const, requiresCompatibilities: ['EC2' as const] };
const onSubnets = (...subnetIds: string[]) => ({ ...SERVICE, subnetIds });

test('a task set has a network that the stacks declare, or that is its service’s own', (t) => {
  const nope = {
    message: /^Error retrieving subnet information for \[subnet-nope\]: The subnet ID 'subnet-nope' does/,
  };
  t.notThrows(() => checkTaskSet(onSubnets('subnet-2'), awsvpc, onSubnets('subnet-1'), declared));
  t.throws(() => checkTaskSet(onSubnets('subnet-2', 'subnet-nope'), awsvpc, onSubnets('subnet-1'), declared), nope);
  const foreign = onSubnets('subnet-of-a-data-source');
  t.notThrows(() => checkTaskSet(foreign, awsvpc, foreign, declared));
  t.notThrows(() => checkTaskSet(onSubnets('subnet-other'), awsvpc, foreign, declared), 'nothing is known about them');
});

test('a task set has a version that its service can run', (t) => {
  const ec2 = { ...SERVICE, launchType: 'EC2' as const };
  const refused = (run: () => void): string => t.throws(run)?.message ?? '';
  t.is(
    refused(() => checkTaskSet(SERVICE, bridge, SERVICE, declared)),
    'Task definition does not support launch_type FARGATE.',
  );
  t.is(
    refused(() => checkTaskSet(ec2, bridge, ec2, declared)),
    'Network Configuration is not valid for the given networkMode of this task definition.',
  );
  t.is(
    refused(() => checkTaskSet(onSubnets(), awsvpc, onSubnets(), declared)),
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  );
  t.notThrows(() => checkTaskSet({ ...ec2, subnetIds: [] }, bridge, ec2, declared));
});

test('what is refused makes no task set', async (t) => {
  const world = createWorld();
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
  t.is(world.sets.of(SERVICE.arn).length, 1);
});
