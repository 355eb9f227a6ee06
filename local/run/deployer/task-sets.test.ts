import test from 'ava';
import { BLUE, GREEN, SERVICE, taskDefinition } from '../codedeploy/testing/builders.ts';
import { ApiError } from '../contracts.ts';
import type { SavedService } from './saved-service.ts';
import { createWorld } from './testing/world.ts';

type World = ReturnType<typeof createWorld>;

const green = (world: World, revision = 2) =>
  world.sets.create({
    serviceArn: SERVICE.arn,
    externalId: 'd-AAAAAAAAA',
    taskDefinitionArn: taskDefinition(revision).arn,
    targetGroupArn: GREEN.arn,
    containerName: 'threads',
    containerPort: 3000,
  });

async function running(options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(options);
  await world.put(SERVICE);
  await world.clock.advance(10_000);
  return world;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof ApiError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing was thrown';
};

test('a CODE_DEPLOY service is made with its first task set, primary, and no deployment', async (t) => {
  const world = await running();
  const [set] = world.sets.of(SERVICE.arn);
  t.like(set, { status: 'PRIMARY', startedBy: 'ecs', externalId: null, stability: 'STEADY_STATE', runningCount: 2 });
  t.is(set?.targetGroupArn, BLUE.arn);
  t.regex(set?.arn ?? '', /:task-set\/forum\/threads\/ecs-svc\/\d{19}$/);
  t.deepEqual(world.record().deployments, []);
  t.true(world.record().steady);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1']);
});

test('an EXTERNAL service runs nothing until its first task set is made', async (t) => {
  const world = createWorld();
  await world.put({ ...SERVICE, deploymentController: 'EXTERNAL', loadBalancers: [] });
  await world.clock.advance(5000);
  t.deepEqual(world.sets.of(SERVICE.arn), []);
  t.true(world.record().steady);
  t.is(green(world).startedBy, 'EXTERNAL');
});

test('a second task set runs beside the first in its own target group; neither replaces the other', async (t) => {
  const world = await running();
  green(world);
  await world.clock.advance(10_000);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1', 'threads-tg-2 v2', 'threads-tg-2 v2']);
  t.deepEqual(
    world.sets.of(SERVICE.arn).map((set) => [set.status, set.stability]),
    [
      ['PRIMARY', 'STEADY_STATE'],
      ['ACTIVE', 'STEADY_STATE'],
    ],
  );
});

test('each task set keeps its count: unhealthy tasks are replaced, a desired count holds for both, scale for one', async (t) => {
  const world = await running();
  const { id } = green(world);
  await world.clock.advance(10_000);
  world.makeSick(world.tasks()[0]!.id);
  await world.clock.advance(10_000);
  t.is(world.running().length, 4);
  t.is(world.sets.of(SERVICE.arn)[0]?.failedTasks, 1);
  world.services.update(world.record(), { desiredCount: 5 });
  world.sets.scale(id, 50);
  await world.clock.advance(10_000);
  t.is(world.running().filter((one) => one.endsWith('v1')).length, 5);
  t.is(world.running().filter((one) => one.endsWith('v2')).length, 3, 'ceil(5 × 50 %)');
});

test('tasks of a set that end at once are throttled, and the other set is left alone', async (t) => {
  const world = await running({ crashing: [2] });
  green(world);
  await world.clock.advance(600_000);
  const [blue, other] = world.sets.of(SERVICE.arn);
  t.is(blue?.stability, 'STEADY_STATE');
  t.is(blue?.failedTasks, 0);
  t.is(other?.stability, 'STABILIZING');
  t.true((other?.failedTasks ?? 0) >= 5 && (other?.failedTasks ?? 0) < 100, `${other?.failedTasks} starts`);
  t.deepEqual(world.running(), ['threads-tg v1', 'threads-tg v1']);
});

test('the primary one is what the service shows; a set that is removed drains and is forgotten', async (t) => {
  const world = await running();
  const { id } = green(world);
  await world.clock.advance(10_000);
  world.sets.makePrimary(id);
  t.is(world.record().definition.taskDefinitionArn, taskDefinition(2).arn);
  t.is(world.record().definition.loadBalancers[0]?.targetGroupArn, GREEN.arn);
  t.regex(
    codeOf(() => world.sets.remove(id)),
    /InvalidParameterException: The primary task set/,
  );
  const old = world.sets.of(SERVICE.arn).find((set) => set.status === 'ACTIVE')!;
  const removed = world.sets.remove(old.id);
  t.is(world.sets.of(SERVICE.arn).find((set) => set.id === old.id)?.status, 'DRAINING');
  await world.clock.advance(5000);
  await removed;
  t.deepEqual(
    world.sets.of(SERVICE.arn).map((set) => set.id),
    [id],
  );
  t.deepEqual(world.running(), ['threads-tg-2 v2', 'threads-tg-2 v2']);
  t.true(world.record().events.some((e) => e.message.includes(`taskSet ${old.id}) has begun draining connections`)));
});

test('refused in AWS’s words', async (t) => {
  const world = await running();
  const make = (change: object) => () => world.sets.create({ ...input, ...change });
  const input = {
    serviceArn: SERVICE.arn,
    externalId: null,
    taskDefinitionArn: taskDefinition(2).arn,
    targetGroupArn: GREEN.arn,
    containerName: 'threads',
    containerPort: 3000,
  };
  t.regex(codeOf(make({ taskDefinitionArn: 'none' })), /ClientException: Unable to describe task definition none/);
  t.regex(codeOf(make({ containerName: 'x' })), /The container x does not exist in the task definition/);
  t.regex(codeOf(make({ containerPort: 1 })), /did not have a container port 1 defined/);
  t.regex(codeOf(make({ serviceArn: 'x' })), /ServiceNotFoundException/);
  t.regex(
    codeOf(() => world.sets.scale('x', 10)),
    /TaskSetNotFoundException/,
  );
  for (let i = 0; i < 4; i++) make({})();
  t.regex(codeOf(make({})), /5 deployments exist on the service/);
  t.regex(
    codeOf(() => world.services.update(world.record(), { taskDefinition: taskDefinition(2).arn })),
    /Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy/,
  );
  t.regex(
    codeOf(() => world.services.update(world.record(), { forceNewDeployment: true })),
    /Cannot force a new deployment on services with a CODE_DEPLOY/,
  );
});

test('an apply leaves what it ignores and is refused what only CodeDeploy changes', async (t) => {
  const world = await running();
  world.sets.makePrimary(green(world).id);
  world.services.update(world.record(), { desiredCount: 4 });
  t.deepEqual(world.services.handler.drift?.(SERVICE), ['desired_count', 'load_balancer', 'task_definition']);
  await world.put({ ...SERVICE, healthCheckGracePeriodSeconds: 9 }, SERVICE);
  t.is(world.record().desiredCount, 4);
  t.is(world.record().definition.taskDefinitionArn, taskDefinition(2).arn);
  t.is(world.record().definition.healthCheckGracePeriodSeconds, 9);
  const strict = { ...SERVICE, ignoreChanges: [] };
  const error = await t.throwsAsync(async () => world.put(strict, SERVICE));
  t.regex(error?.message ?? '', /Unable to update task definition on services with a CODE_DEPLOY/);
  t.regex(error?.message ?? '', /Unable to update load balancers on services with a CODE_DEPLOY/);
  t.regex(error?.message ?? '', /lifecycle.ignore_changes/);
});

test('a service is steady again only when no deployment of CodeDeploy runs', async (t) => {
  let deploying = true;
  const world = await running({ deploying: () => deploying });
  t.false(world.record().steady);
  deploying = false;
  await world.clock.advance(500);
  t.true(world.record().steady);
});

test('removing the service ends every task set', async (t) => {
  const world = await running();
  green(world);
  await world.clock.advance(10_000);
  const removed = world.remove(SERVICE);
  await world.clock.advance(5000);
  await removed;
  t.deepEqual(world.tasks(), []);
  t.deepEqual(world.sets.of(SERVICE.arn), []);
  t.deepEqual(world.services.handler.drift?.(SERVICE), ['(gone)']);
});

test('CreateService and DeleteService through the endpoint', async (t) => {
  const world = createWorld({ associated: (arn) => arn === BLUE.arn });
  const other = { ...SERVICE, loadBalancers: [{ ...SERVICE.loadBalancers[0]!, targetGroupArn: GREEN.arn }] };
  t.regex(
    codeOf(() => world.services.create(other)),
    /The target group with targetGroupArn .* does not have an associated load balancer\./,
  );
  t.regex(
    codeOf(() => world.services.create({ ...SERVICE, subnetIds: [] })),
    /Network Configuration must be provided/,
  );
  t.regex(
    codeOf(() => world.services.create({ ...SERVICE, launchType: 'EC2' })),
    /does not support launch_type EC2/,
  );
  const record = world.services.create(SERVICE);
  t.regex(
    codeOf(() => world.services.create(SERVICE)),
    /Creation of service was not idempotent/,
  );
  await world.clock.advance(10_000);
  t.regex(
    codeOf(() => world.services.remove(record, false)),
    /cannot be stopped while it is scaled above 0/,
  );
  world.services.remove(record, true);
  t.is(record.status, 'DRAINING');
  t.regex(
    codeOf(() => world.services.create(SERVICE)),
    /still Draining/,
  );
  await world.clock.advance(5000);
  t.is(record.status, 'INACTIVE');
  t.notThrows(() => world.services.create(SERVICE));
});

const saved = (change: Partial<SavedService> = {}): SavedService => ({
  arn: SERVICE.arn,
  digest: SERVICE.digest,
  desiredCount: 3,
  taskSets: [
    {
      id: 'ecs-svc/1234567890123456789',
      externalId: 'd-AAAAAAAAA',
      startedBy: 'CODE_DEPLOY',
      status: 'PRIMARY',
      scalePercent: 100,
      taskDefinitionArn: taskDefinition(2).arn,
      targetGroupArn: GREEN.arn,
      containerName: 'threads',
      containerPort: 3000,
      subnetIds: ['subnet-1'],
      securityGroupIds: ['sg-1'],
    },
  ],
  ...change,
});

test('after a kill a service comes back in the version and target group that CodeDeploy gave it', async (t) => {
  const world = await running({ saved: [saved()] });
  t.deepEqual(world.running(), ['threads-tg-2 v2', 'threads-tg-2 v2', 'threads-tg-2 v2']);
  t.is(world.sets.of(SERVICE.arn)[0]?.id, 'ecs-svc/1234567890123456789');
  t.is(world.services.standIn(BLUE.arn), GREEN.arn, 'a wait for the group of the stacks waits for the one that serves');
  t.is(world.services.saved()[0]?.taskSets[0]?.taskDefinitionArn, taskDefinition(2).arn);
});

test('after a kill the stacks win where they have changed and do not ignore it, or the version is unknown', async (t) => {
  const changed = createWorld({ saved: [saved({ digest: 'other' })] });
  await changed.put({ ...SERVICE, ignoreChanges: [] });
  await changed.clock.advance(10_000);
  t.deepEqual(changed.running(), ['threads-tg v1', 'threads-tg v1']);
  const unknown = await running({
    saved: [saved({ taskSets: [{ ...saved().taskSets[0]!, taskDefinitionArn: 'arn:none' }] })],
  });
  t.deepEqual(unknown.running(), ['threads-tg v1', 'threads-tg v1', 'threads-tg v1']);
});

test('what was saved and has not been put yet is saved again', async (t) => {
  const world = createWorld({ saved: [saved()] });
  t.is(world.services.saved().length, 1);
});
