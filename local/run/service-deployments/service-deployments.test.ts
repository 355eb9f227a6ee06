/** Services that ECS itself deploys blue/green, in the services' loop. */
import test from 'ava';
import type { DeploymentStrategy } from '../../topology.ts';
import { BLUE, SERVICE as BLUE_GREEN, GREEN, RULE, taskDefinition } from '../codedeploy/testing/builders.ts';
import { TEST_RULE } from '../deployer/testing/rules.ts';
import { createWorld } from '../deployer/testing/world.ts';
import { settleService } from './resume.ts';

const MINUTE_MS = 60_000;
const HOOK = 'arn:aws:lambda:us-east-1:123456789012:function:check';
const CANARY: DeploymentStrategy = {
  type: 'CANARY',
  routing: { type: 'TimeBasedCanary', percentage: 10, intervalMinutes: 2 },
  bakeTimeMinutes: 5,
  hooks: [{ functionArn: HOOK, roleArn: 'role', stages: ['POST_TEST_TRAFFIC_SHIFT'], details: { key: 'k' } }],
};
const ADVANCED = {
  alternateTargetGroupArn: GREEN.arn,
  productionRuleArn: RULE.arn,
  testRuleArn: TEST_RULE,
  roleArn: 'role',
};
const SERVICE = {
  ...BLUE_GREEN,
  deploymentController: 'ECS' as const,
  deploymentStrategy: CANARY,
  loadBalancers: BLUE_GREEN.loadBalancers.map((lb) => ({ ...lb, advanced: ADVANCED })),
  circuitBreaker: { enable: true, rollback: true },
  ignoreChanges: [],
};
const next = (revision: number, part: Partial<typeof SERVICE> = {}) => ({
  ...SERVICE,
  taskDefinitionArn: taskDefinition(revision).arn,
  ...part,
});
type World = Awaited<ReturnType<typeof running>>;

async function running(options: Parameters<typeof createWorld>[0] = {}, service = SERVICE) {
  const world = createWorld(options);
  await world.put(service);
  await world.clock.advance(20_000);
  return world;
}
const newest = (world: World) => world.record().serviceDeployments[0]!;
const RULE_OF_ALL = { listenerArn: RULE.listenerArn, ruleArn: RULE.arn };
const BLUE_TWICE = ['threads-tg v1', 'threads-tg v1'];
const GREEN_TWICE = ['threads-tg-2 v2', 'threads-tg-2 v2'];

test('the first revision has nobody beside it: no steps, no bake time', async (t) => {
  const world = await running();
  t.deepEqual(world.running(), BLUE_TWICE);
  t.like(newest(world), { status: 'SUCCESSFUL', blue: null });
  t.true(world.record().steady);
  t.is(world.rules.production(), '1/0', 'a rule that shares as wished is left as it is written');
});

test('a canary: green in full, test traffic, the hook, 10 %, all, the bake time, and only then blue ends', async (t) => {
  const events: unknown[] = [];
  const world = await running({ hook: (_name, event) => void events.push(event) });
  events.length = 0;
  await world.put(next(2), SERVICE);
  t.false(world.record().steady);
  await world.clock.advance(30_000);
  t.deepEqual(world.running(), [...BLUE_TWICE, ...GREEN_TWICE].sort());
  t.is(world.rules.production(), '90/10');
  t.is(world.rules.test(), '0/100');
  t.like(events[0], { lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT', hookDetails: { key: 'k' } });
  t.is(newest(world).stage, 'PRODUCTION_TRAFFIC_SHIFT');
  await world.clock.advance(2 * MINUTE_MS);
  t.is(world.rules.production(), '0/100');
  t.is(newest(world).stage, 'BAKE_TIME');
  t.deepEqual(world.running(), [...BLUE_TWICE, ...GREEN_TWICE].sort(), 'both revisions bake');
  await world.clock.advance(5 * MINUTE_MS);
  t.deepEqual(world.running(), GREEN_TWICE);
  t.is(newest(world).status, 'SUCCESSFUL');
  t.true(world.record().steady);
  t.deepEqual(world.services.handler.drift?.(next(2)), [], 'the service is as it was applied');
  await world.put(next(3), next(2));
  await world.clock.advance(8 * MINUTE_MS);
  t.deepEqual(world.running(), ['threads-tg v3', 'threads-tg v3'], 'the groups have changed roles');
  t.is(world.rules.production(), '100/0');
});

test('a hook that says FAILED: blue never lost traffic, green ends, and the apply says why', async (t) => {
  let answer = 'SUCCEEDED';
  const world = await running({ hook: () => ({ hookStatus: answer }) });
  answer = 'FAILED';
  const put = world.put(next(2, { waitForSteadyState: true }), SERVICE);
  const failed = t.throwsAsync(async () => put, {
    message: /hook check of POST_TEST.*FAILED.*rolled back to threads:1/,
  });
  await world.clock.advance(60_000);
  await failed;
  t.deepEqual(world.running(), BLUE_TWICE);
  t.like(newest(world), { status: 'ROLLBACK_SUCCESSFUL', shift: { percent: 0 } });
  t.deepEqual(world.rules.history, [], 'no production traffic moved');
  t.is(world.rules.test(), '100/0');
  t.true(world.record().steady);
  t.deepEqual(world.services.handler.drift?.(next(2)), ['task_definition'], 'the next apply tries it again');
});

test('a hook that is not sure is asked again after its delay, with what it has kept', async (t) => {
  const kept: unknown[] = [];
  const world = await running();
  world.setHook((_name, event) => {
    kept.push((event as { hookDetails: unknown }).hookDetails);
    return kept.length === 1
      ? { hookStatus: 'IN_PROGRESS', callBackDelay: 60, hookDetails: { seen: 1 } }
      : { hookStatus: 'SUCCEEDED' };
  });
  await world.put(next(2), SERVICE);
  await world.clock.advance(50_000);
  t.is(kept.length, 1);
  await world.clock.advance(30_000);
  t.deepEqual(kept, [{ key: 'k' }, { seen: 1 }]);
  t.is(newest(world).stage, 'PRODUCTION_TRAFFIC_SHIFT');
});

for (const [what, afterMs] of [
  ['while the canary has a tenth', 40_000],
  ['in the bake time', 3 * MINUTE_MS],
] as const)
  test(`an alarm ${what} gives everything back to blue`, async (t) => {
    const service = { ...SERVICE, deploymentAlarms: { enable: true, rollback: true, names: ['errors'] } };
    const world = createWorld();
    world.setAlarm('errors', 'OK');
    await world.put(service);
    await world.clock.advance(20_000);
    await world.put({ ...service, taskDefinitionArn: taskDefinition(2).arn }, service);
    await world.clock.advance(afterMs);
    t.true(newest(world).shift.percent > 0);
    world.setAlarm('errors', 'ALARM');
    await world.clock.advance(10_000);
    t.is(world.rules.production(), '100/0');
    t.deepEqual(world.running(), BLUE_TWICE);
    t.like(newest(world), { status: 'ROLLBACK_SUCCESSFUL', triggeredAlarms: ['errors'] });
  });

test('tasks that cannot start trip the circuit breaker: blue keeps all and stays whole', async (t) => {
  const world = await running({ crashing: [2] });
  await world.put(next(2), SERVICE);
  await world.clock.advance(60_000);
  t.deepEqual(world.running(), BLUE_TWICE);
  t.is(newest(world).status, 'ROLLBACK_SUCCESSFUL');
  t.regex(newest(world).statusReason ?? '', /circuit breaker/);
});

test('a newer revision stops one under way: its tasks end before the next come up', async (t) => {
  const world = await running();
  await world.put(next(2), SERVICE);
  await world.clock.advance(30_000);
  t.is(world.rules.production(), '90/10');
  await world.put(next(3), next(2));
  t.is(world.rules.production(), '100/0', 'at once');
  t.is(newest(world).stage, 'RECONCILE_SERVICE');
  await world.clock.advance(10 * MINUTE_MS);
  t.deepEqual(world.running(), ['threads-tg-2 v3', 'threads-tg-2 v3']);
  t.deepEqual(
    world.record().serviceDeployments.map(({ status }) => status),
    ['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL'],
  );
});

test('StopServiceDeployment: ROLLBACK gives back, ABORT leaves it where it is, and what is over cannot be stopped', async (t) => {
  const world = await running();
  await world.put(next(2), SERVICE);
  await world.clock.advance(30_000);
  const { id } = newest(world);
  world.services.stopDeployment(SERVICE.arn, id, 'ROLLBACK');
  t.throws(() => world.services.stopDeployment(SERVICE.arn, id, 'ABORT'), { message: /cannot be stopped/ });
  await world.clock.advance(10_000);
  t.is(newest(world).status, 'ROLLBACK_SUCCESSFUL');
  t.deepEqual(world.running(), BLUE_TWICE);
  await world.put(next(3), next(2));
  await world.clock.advance(30_000);
  world.services.stopDeployment(SERVICE.arn, newest(world).id, 'ABORT');
  await world.clock.advance(10 * MINUTE_MS);
  t.is(newest(world).status, 'STOPPED');
  t.is(world.rules.production(), '90/10');
  t.is(world.running().length, 4);
  await world.put(next(2), next(3));
  await world.clock.advance(10 * MINUTE_MS);
  t.deepEqual(world.running(), GREEN_TWICE, 'the next deployment clears up');
});

test('a service that turns to rolling updates, and back, stays in the group that serves', async (t) => {
  const world = await running();
  await world.put(next(2), SERVICE);
  await world.clock.advance(8 * MINUTE_MS);
  t.deepEqual(world.running(), GREEN_TWICE);
  const { deploymentStrategy: _, ...rolled } = next(3);
  await world.put(rolled, next(2));
  await world.clock.advance(MINUTE_MS);
  t.deepEqual(world.running(), ['threads-tg-2 v3', 'threads-tg-2 v3']);
  t.true(world.record().steady);
  await world.put(next(1), rolled);
  await world.clock.advance(8 * MINUTE_MS);
  t.deepEqual(world.running(), BLUE_TWICE);
});

for (const [what, afterMs, back, weights, status] of [
  ['mid-shift: blue comes back, with all traffic', 30_000, BLUE_TWICE, '100/0', 'ROLLBACK_SUCCESSFUL'],
  ['in the bake time: green comes back', 3 * MINUTE_MS, GREEN_TWICE, '0/100', 'SUCCESSFUL'],
  ['after it: green comes back', 10 * MINUTE_MS, GREEN_TWICE, '0/100', 'SUCCESSFUL'],
] as const)
  test(`a plane that is killed ${what}`, async (t) => {
    const before = await running();
    await before.put(next(2), SERVICE);
    await before.clock.advance(afterMs);
    const nowMs = before.clock.now();
    const saved = before.services.saved().map((one) => settleService(one, { nowMs, savedAtMs: nowMs }));
    const world = createWorld({ saved });
    world.rules.traffic.setWeights(RULE_OF_ALL, { [BLUE.arn]: 90, [GREEN.arn]: 10 });
    await world.put(next(2));
    t.is(world.rules.production(), weights, 'before any task runs');
    await world.clock.advance(20_000);
    t.deepEqual(world.running(), back);
    t.true(world.record().steady);
    t.is(newest(world).status, status);
    await world.put(next(3), next(2));
    await world.clock.advance(10 * MINUTE_MS);
    t.is(world.running().length, 2);
    t.true(world.running().every((one) => one.endsWith('v3')));
  });
