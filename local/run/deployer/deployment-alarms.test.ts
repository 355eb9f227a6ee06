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
