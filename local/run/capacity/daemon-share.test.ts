/** What daemons take of instances to come (ECS ecs_services, "Daemon"). */
import test from 'ava';
import { SERVICE, taskDefinition } from '../codedeploy/testing/builders.ts';
import { daemonShare } from './daemon-share.ts';

const group = {
  clusterName: SERVICE.clusterName,
  zones: ['r-1a', 'r-1b'],
  instanceType: 't3.large',
  cpuUnits: 2048,
  memoryMiB: 8192,
};
const definition = { ...taskDefinition(1), cpuUnits: 256, memoryMiB: 512 };
const agent = (change: object = {}, rolloutState = 'COMPLETED') => ({
  definition: { ...SERVICE, schedulingStrategy: 'DAEMON', ...change },
  status: 'ACTIVE',
  deployments: [{ status: 'PRIMARY', rolloutState, taskDefinitionArn: definition.arn }],
});
const only = (expression: string) => ({ placementConstraints: [{ type: 'memberOf', expression }] });

for (const [what, services, tasks] of [
  ['two agents', [agent(), agent({ name: 'other' })], 2],
  ['a replica service', [agent({ schedulingStrategy: 'REPLICA' })], 0],
  ['one of another cluster', [agent({ clusterName: 'elsewhere' })], 0],
  ['one that is being deleted', [{ ...agent(), status: 'DRAINING' }], 0],
  ['one whose deployment FAILED', [agent({}, 'FAILED')], 0],
  ['one for another type', [agent(only('attribute:ecs.instance-type == m5.large'))], 0],
  ['one for a zone of the group', [agent(only('attribute:ecs.availability-zone == r-1b'))], 1],
] as const)
  test(`daemons of instances to come: ${what}`, (t) => {
    t.deepEqual(
      daemonShare(group, services as never, () => definition),
      { cpuUnits: 256 * tasks, memoryMiB: 512 * tasks },
    );
  });

test('a daemon that is larger than the instances takes nothing of them', (t) => {
  const nothing = { cpuUnits: 0, memoryMiB: 0 };
  t.deepEqual(
    daemonShare({ ...group, memoryMiB: 256 }, [agent()] as never, () => definition),
    nothing,
  );
  t.deepEqual(
    daemonShare(group, [agent()] as never, () => undefined),
    nothing,
  );
});
