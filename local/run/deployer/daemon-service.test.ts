/** DAEMON services in the services' loop (ECS ecs_services, "Daemon"). */
import test from 'ava';
import { SERVICE as BLUE_GREEN, taskDefinition } from '../codedeploy/testing/builders.ts';
import type { DaemonInstance } from './decide-daemon.ts';
import { createWorld, type WorldOptions } from './testing/world.ts';

const SERVICE = {
  ...BLUE_GREEN,
  deploymentController: 'ECS' as const,
  schedulingStrategy: 'DAEMON' as const,
  launchType: 'EC2' as const,
  desiredCount: 0,
  minimumHealthyPercent: 0,
  maximumPercent: 100,
  loadBalancers: [],
  subnetIds: [],
  securityGroupIds: [],
  ignoreChanges: [],
};
const version = (revision: number) => ({ ...SERVICE, taskDefinitionArn: taskDefinition(revision).arn });
const active = (id: string): DaemonInstance => ({ id, eligible: true, draining: false, others: 0 });

function cluster(...ids: string[]) {
  const there = new Map(ids.map((id) => [id, active(id)]));
  return {
    instances: () => [...there.values()],
    put: (instance: DaemonInstance) => void there.set(instance.id, instance),
  };
}

async function running(on: ReturnType<typeof cluster>, options: WorldOptions = {}) {
  const world = createWorld({ ...options, instances: on.instances });
  await world.put(SERVICE);
  await world.clock.advance(10_000);
  return world;
}
const places = (world: Awaited<ReturnType<typeof running>>): string[] =>
  world
    .tasks()
    .filter(({ desiredStatus }) => desiredStatus === 'RUNNING')
    .map(({ instance, definition }) => `${instance?.id} v${definition.revision}`)
    .sort();

test('one task on each instance, also on one that comes later; its count is theirs and no drift', async (t) => {
  const on = cluster('i1', 'i2');
  const world = await running(on);
  t.deepEqual(places(world), ['i1 v1', 'i2 v1']);
  t.is(world.record().desiredCount, 2);
  t.true(world.record().steady);
  on.put(active('i3'));
  await world.clock.advance(10_000);
  t.deepEqual(places(world), ['i1 v1', 'i2 v1', 'i3 v1']);
  t.is(world.record().desiredCount, 3);
  t.deepEqual(world.services.handler.drift?.(SERVICE), []);
});

test('a new version: the old task of an instance stops, then the new one starts, one an instance all the way', async (t) => {
  const on = cluster('i1', 'i2', 'i3');
  const world = await running(on);
  await world.put(version(2), SERVICE);
  let most = 0;
  for (let i = 0; i < 40; i++) {
    await world.clock.advance(250);
    const counts = on.instances().map(({ id }) => world.tasks().filter(({ instance }) => instance?.id === id).length);
    most = Math.max(most, ...counts);
  }
  t.is(most, 1);
  t.deepEqual(places(world), ['i1 v2', 'i2 v2', 'i3 v2']);
  t.is(world.record().deployments[0]?.rolloutState, 'COMPLETED');
});

test('at a minimum of 50 % two of three go on running', async (t) => {
  const on = cluster('i1', 'i2', 'i3');
  const world = await running(on);
  await world.put({ ...version(2), minimumHealthyPercent: 50 }, SERVICE);
  let least = 3;
  for (let i = 0; i < 80; i++) {
    await world.clock.advance(250);
    least = Math.min(least, world.running().length);
  }
  t.is(least, 2);
  t.deepEqual(places(world), ['i1 v2', 'i2 v2', 'i3 v2']);
});

test('a daemon leaves a draining instance last, and is not missed there', async (t) => {
  const on = cluster('i1', 'i2');
  const world = await running(on);
  on.put({ ...active('i1'), eligible: false, draining: true, others: 1 });
  await world.clock.advance(5000);
  t.deepEqual(places(world), ['i1 v1', 'i2 v1']);
  on.put({ ...active('i1'), eligible: false, draining: true });
  await world.clock.advance(5000);
  t.deepEqual(places(world), ['i2 v1']);
  t.is(world.record().desiredCount, 1);
  t.true(world.record().steady);
});

test('a version that crashes trips the circuit breaker and is rolled back', async (t) => {
  const on = cluster('i1', 'i2', 'i3');
  const breaker = { circuitBreaker: { enable: true, rollback: true } };
  const world = createWorld({ instances: on.instances, crashing: [2] });
  await world.put({ ...SERVICE, ...breaker });
  await world.clock.advance(10_000);
  await world.put({ ...version(2), ...breaker }, { ...SERVICE, ...breaker });
  await world.clock.advance(60_000);
  t.deepEqual(places(world), ['i1 v1', 'i2 v1', 'i3 v1']);
  t.true(world.record().events.some(({ message }) => message.includes('deployment failed: tasks failed to start.')));
});

test('after a kill it comes back on what instances there are; a removed one ends its tasks for good', async (t) => {
  const before = await running(cluster('i1', 'i2'));
  const on = cluster('i7');
  const world = await running(on, { saved: before.services.saved() });
  t.deepEqual(places(world), ['i7 v1']);
  const removed = world.remove(SERVICE);
  await world.clock.advance(5000);
  await removed;
  t.deepEqual(world.tasks(), []);
});

test('refused in AWS’s words', async (t) => {
  const world = createWorld({ instances: cluster('i1').instances });
  for (const [part, message] of [
    [{ desiredCount: 2 }, /does not support a desired count for services/],
    [{ maximumPercent: 150 }, /does not support values above 100 for maximumPercent/],
    [{ placementStrategies: [{ type: 'random', field: null }] }, /does not support placement strategies/],
    [
      { capacityProviderStrategy: [{ capacityProvider: 'p', weight: 1, base: 0 }] },
      /capacity provider strategy is not/,
    ],
    [{ launchType: 'FARGATE' }, /FARGATE/],
    [{ deploymentController: 'CODE_DEPLOY' }, /CODE_DEPLOY/],
    [{ placementConstraints: [{ type: 'distinctInstance', expression: null }] }, /distinctInstance/],
  ] as const)
    t.throws(() => world.services.create({ ...SERVICE, ...part }), { message });
  await world.put(SERVICE);
  await world.clock.advance(10_000);
  t.throws(() => world.services.update(world.record(), { desiredCount: 3 }), { message: /desired count for services/ });
  t.notThrows(() => world.services.remove(world.record(), false), 'not scaled to 0 first');
});
