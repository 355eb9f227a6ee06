/** Deployments that alarms watch over, in the services' loop (ECS deployment-alarm-failure). */
import test from 'ava';
import { SERVICE as BLUE_GREEN, taskDefinition } from '../codedeploy/testing/builders.ts';
import { createWorld } from './testing/world.ts';

const SERVICE = {
  ...BLUE_GREEN,
  deploymentController: 'ECS' as const,
  deploymentAlarms: { enable: true, rollback: true, names: ['errors'] },
  ignoreChanges: [],
};
const next = (revision: number, part: Partial<typeof SERVICE> = {}) => ({
  ...SERVICE,
  taskDefinitionArn: taskDefinition(revision).arn,
  ...part,
});

/** Two periods of a minute. */
const BAKE_MS = 120_000;

async function running(service = SERVICE) {
  const world = createWorld();
  world.setAlarm('errors', 'OK');
  await world.put(service);
  await world.clock.advance(10_000 + BAKE_MS);
  return world;
}
const states = (world: Awaited<ReturnType<typeof running>>) =>
  world.record().deployments.map(({ status, rolloutState }) => `${status} ${rolloutState}`);
const said = (world: Awaited<ReturnType<typeof running>>, pattern: RegExp) =>
  world.record().events.some(({ message }) => pattern.test(message));

test('a deployment bakes: the old one stays ACTIVE and the new one IN_PROGRESS until its alarms were quiet', async (t) => {
  const world = await running();
  t.deepEqual(states(world), ['PRIMARY COMPLETED']);
  await world.put(next(2), SERVICE);
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), ['threads-tg v2', 'threads-tg v2']);
  t.deepEqual(states(world), ['PRIMARY IN_PROGRESS', 'ACTIVE COMPLETED']);
  t.false(world.record().steady);
  await world.clock.advance(BAKE_MS);
  t.deepEqual(states(world), ['PRIMARY COMPLETED', 'INACTIVE COMPLETED']);
  t.true(world.record().steady);
});

for (const [what, afterMs] of [
  ['while it rolls out', 2000],
  ['while it bakes', 60_000],
] as const)
  test(`an alarm that goes off ${what} fails the deployment and rolls it back; the roll-back is not watched`, async (t) => {
    const world = await running();
    const put = world.put({ ...next(2), waitForSteadyState: true }, SERVICE);
    const failed = t.throwsAsync(async () => put, {
      message: /alarm detected\. \(errors\) It was rolled back to threads:1/,
    });
    await world.clock.advance(afterMs);
    world.setAlarm('errors', 'ALARM');
    await world.clock.advance(30_000);
    await failed;
    t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1']);
    t.deepEqual(states(world), ['PRIMARY COMPLETED', 'INACTIVE FAILED', 'INACTIVE COMPLETED']);
    t.true(said(world, /\(deployment ecs-svc\/\d+\) deployment failed: alarm detected\.$/));
    t.true(said(world, /rolling back to \(deployment ecs-svc\/\d+\)\.$/));
    t.deepEqual(world.services.handler.drift?.(next(2)), ['task_definition'], 'the next apply tries it again');
  });

test('without rollback the deployment stays as it is: nothing more starts, nothing old is stopped', async (t) => {
  const service = { ...SERVICE, deploymentAlarms: { ...SERVICE.deploymentAlarms, rollback: false } };
  const world = await running(service);
  await world.put({ ...service, taskDefinitionArn: taskDefinition(2).arn }, service);
  await world.clock.advance(2000);
  world.setAlarm('errors', 'ALARM');
  await world.clock.advance(60_000);
  t.deepEqual(states(world), ['PRIMARY FAILED', 'ACTIVE COMPLETED']);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1', 'threads-tg v2', 'threads-tg v2']);
  world.setAlarm('errors', 'OK');
  await world.put({ ...service, taskDefinitionArn: taskDefinition(3).arn }, service);
  await world.clock.advance(30_000 + BAKE_MS);
  t.deepEqual(world.running(), ['threads-tg v3', 'threads-tg v3']);
});

test('an alarm that is on already does not stop the repair', async (t) => {
  const world = await running();
  world.setAlarm('errors', 'ALARM');
  await world.put(next(2), SERVICE);
  await world.clock.advance(30_000);
  t.deepEqual(states(world), ['PRIMARY COMPLETED', 'INACTIVE COMPLETED']);
  t.deepEqual(world.running(), ['threads-tg v2', 'threads-tg v2']);
});

test('alarms that a call gives hold for the deployment under way, and are drift', async (t) => {
  const off = { ...SERVICE, deploymentAlarms: { enable: false, rollback: false, names: [] } };
  const world = await running(off);
  await world.put({ ...off, taskDefinitionArn: taskDefinition(2).arn }, off);
  world.services.update(world.record(), { settings: { deploymentAlarms: SERVICE.deploymentAlarms } });
  await world.clock.advance(2000);
  world.setAlarm('errors', 'ALARM');
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1']);
  t.true(world.services.handler.drift?.(off).includes('alarms'));
});

async function killed(before: Awaited<ReturnType<typeof running>>, service = next(2)) {
  const world = createWorld({ saved: before.services.saved() });
  world.setAlarm('errors', 'INSUFFICIENT_DATA');
  await world.put(service);
  return world;
}

test('a deployment that bakes when the plane is killed rolls out and bakes again, and has its way back', async (t) => {
  const before = await running();
  const changes = before.savedChanges();
  await before.put(next(2), SERVICE);
  await before.clock.advance(60_000);
  const world = await killed(before);
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), ['threads-tg v2', 'threads-tg v2']);
  t.deepEqual(states(world), ['PRIMARY IN_PROGRESS'], 'it bakes');
  world.setAlarm('errors', 'ALARM');
  await world.clock.advance(2_000);
  t.true(said(world, /rolling back to \(deployment ecs-svc\/\d+\)\.$/));
  // Killed once more: the roll-back goes on, not what was rolled back.
  const back = await killed(world);
  await back.clock.advance(30_000 + BAKE_MS);
  t.deepEqual(back.running(), ['threads-tg v1', 'threads-tg v1']);
  t.true(before.savedChanges() > changes);
});

test('a deployment that was completed, or stacks that have changed, begin as the stacks say', async (t) => {
  const before = await running();
  t.is(before.services.saved()[0]?.rolling, null);
  before.services.update(before.record(), { taskDefinition: taskDefinition(2).arn });
  await before.clock.advance(30_000);
  t.like(before.services.saved()[0]?.rolling, { taskDefinitionArn: taskDefinition(2).arn });
  const byHand = await killed(before, next(1));
  const changed = await killed(before, next(3, { digest: 'other' }));
  for (const world of [byHand, changed]) await world.clock.advance(10_000);
  t.deepEqual(byHand.running(), ['threads-tg v2', 'threads-tg v2'], 'under way, and the stacks are as they were');
  t.deepEqual(changed.running(), ['threads-tg v3', 'threads-tg v3']);
});
