import test from 'ava';
import { SERVICE as BLUE_GREEN, taskDefinition } from '../codedeploy/testing/builders.ts';
import { createWorld } from './testing/world.ts';

const SERVICE = {
  ...BLUE_GREEN,
  deploymentController: 'ECS' as const,
  circuitBreaker: { enable: true, rollback: true },
  ignoreChanges: [],
};
const next = (revision: number) => ({ ...SERVICE, taskDefinitionArn: taskDefinition(revision).arn });

async function running(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  await world.put(SERVICE);
  await world.clock.advance(10_000);
  return world;
}

test('a service that ECS deploys has deployments and no task sets', async (t) => {
  const world = await running();
  t.deepEqual(world.record().taskSets, []);
  t.is(world.record().deployments[0]?.rolloutState, 'COMPLETED');
  t.true(world.record().steady);
  t.deepEqual(
    world.services.saved().map(({ taskSets }) => taskSets),
    [[]],
  );
});

test('after a kill the desired count is what scaling or a call had made it, unless the stacks own it and have changed', async (t) => {
  const before = await running();
  const changes = before.savedChanges();
  before.services.update(before.record(), { desiredCount: 5 });
  t.is(before.savedChanges(), changes + 1, 'written at once');
  const saved = before.services.saved();
  t.like(saved[0], { arn: SERVICE.arn, desiredCount: 5 });
  for (const [what, service, count] of [
    ['nothing has changed', SERVICE, 5],
    ['the stacks have changed', { ...next(2), digest: 'other' }, SERVICE.desiredCount],
    ['they have, and ignore the count', { ...next(2), digest: 'other', ignoreChanges: ['desired_count'] }, 5],
  ] as const) {
    const world = createWorld({ saved });
    await world.put(service);
    t.is(world.record().desiredCount, count, what);
    await world.clock.advance(10_000);
    t.is(world.running().length, count, what);
  }
});

test('a new revision replaces the old one, and the service is steady again', async (t) => {
  const world = await running();
  await world.put(next(2), SERVICE);
  t.false(world.record().steady);
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), ['threads-tg v2', 'threads-tg v2']);
  t.true(world.record().steady);
});

test('a revision that cannot start trips the circuit breaker and is rolled back; apply names it', async (t) => {
  const world = await running({ crashing: [2] });
  const put = world.put({ ...next(2), waitForSteadyState: true }, SERVICE);
  const failed = t.throwsAsync(async () => put, { message: /circuit breaker.*rolled back to threads:1/ });
  await world.clock.advance(60_000);
  await failed;
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1']);
  t.deepEqual(world.services.handler.drift?.(next(2)), ['task_definition'], 'the next apply tries it again');
});

test('deployment settings of a call hold at once, and are drift', async (t) => {
  const world = await running();
  world.services.update(world.record(), { settings: { maximumPercent: 150, healthCheckGracePeriodSeconds: 77 } });
  t.is(world.record().definition.maximumPercent, 150);
  await world.clock.advance(30_000);
  t.is(world.record().deployments.length, 1);
  t.deepEqual(world.services.handler.drift?.(SERVICE), [
    'deployment_maximum_percent',
    'health_check_grace_period_seconds',
  ]);
  await world.put(SERVICE, SERVICE);
  t.deepEqual(world.services.handler.drift?.(SERVICE), []);
});

test('what a call changed is put back by the next apply, unless it is ignored', async (t) => {
  const world = await running();
  world.services.update(world.record(), { desiredCount: 3, taskDefinition: taskDefinition(2).arn });
  await world.clock.advance(30_000);
  t.deepEqual(world.services.handler.drift?.(SERVICE), ['desired_count', 'task_definition']);
  await world.put({ ...SERVICE, ignoreChanges: ['desired_count'] }, SERVICE);
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1', 'threads-tg v1']);
});
