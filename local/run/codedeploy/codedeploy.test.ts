import test from 'ava';
import { appSpec, BLUE, PRODUCTION, TO_BLUE } from './testing/builders.ts';
import { createWorld } from './testing/world.ts';

const MINUTE = 60_000;
const CANARY = 'CodeDeployDefault.ECSCanary10Percent5Minutes';
const onTest = (): string => appSpec(2, { AfterAllowTestTraffic: 'check' });

test('all at once: green is made, checked, shifted to and primary; blue stays five minutes and ends', async (t) => {
  const world = createWorld();
  const { id } = world.deploy();
  t.is(world.newest().status, 'Created');
  await world.clock.advance(1000);
  t.deepEqual(world.weights(), { 'threads-tg': 100, 'threads-tg-2': 0 });
  t.is(world.taskSets.of('').length, 2);
  await world.clock.advance(10_000);
  t.deepEqual(world.weights(), { 'threads-tg': 0, 'threads-tg-2': 100 });
  t.deepEqual(world.testWeights(), { 'threads-tg': 0, 'threads-tg-2': 100 });
  const running = world.find(id);
  t.is(running.status, 'InProgress');
  t.is(running.green.taskSet?.status, 'PRIMARY');
  t.deepEqual([running.blue.trafficPercent, running.green.trafficPercent], [0, 100]);
  t.true(world.codedeploy.deploying(running.green.taskSet?.serviceArn ?? ''));
  await world.clock.advance(5 * MINUTE - 3000);
  t.is(world.taskSets.of('').length, 2, 'blue is kept');
  await world.clock.advance(10_000);
  t.is(world.find(id).status, 'Succeeded');
  t.is(world.taskSets.of('').length, 1);
  t.false(world.codedeploy.deploying(running.green.taskSet?.serviceArn ?? ''));
  t.deepEqual(world.faults, []);
});

test('the next deployment goes the other way round', async (t) => {
  const world = createWorld({ group: { blueTermination: { action: 'TERMINATE', waitMinutes: 0 } } });
  world.deploy(2);
  await world.clock.advance(30_000);
  const { id } = world.deploy(3);
  await world.clock.advance(30_000);
  t.is(world.find(id).status, 'Succeeded');
  t.is(world.find(id).blue.targetGroupName, 'threads-tg-2');
  t.deepEqual(world.weights(), { 'threads-tg-2': 0, 'threads-tg': 100 });
  t.deepEqual(world.faults, []);
});

test('canary: 10 %, five minutes later the rest, to the second', async (t) => {
  const world = createWorld();
  world.deploy(2, { configName: CANARY });
  await world.clock.advance(12_000);
  const first = world.events.find((event) => event.code === 'TRAFFIC_SHIFTED');
  t.deepEqual(first?.data?.['after'], { 'threads-tg': 90, 'threads-tg-2': 10 });
  await world.clock.advance(5 * MINUTE);
  const shifts = world.events.filter((event) => event.code === 'TRAFFIC_SHIFTED');
  t.is(shifts.length, 2);
  t.is(Date.parse(shifts[1]!.at) - Date.parse(shifts[0]!.at), 5 * MINUTE);
  t.deepEqual(shifts[1]?.data?.['before'], { 'threads-tg': 90, 'threads-tg-2': 10 });
});

test('a hook that reports Failed fails the deployment; a rollback puts back every route and ends green', async (t) => {
  const world = createWorld({
    invoke: ({ DeploymentId, LifecycleEventHookExecutionId }) => {
      world.control.putHookStatus(DeploymentId, LifecycleEventHookExecutionId, 'Failed');
      return {};
    },
  });
  const { id } = world.deploy(2, { content: onTest() });
  await world.clock.advance(30_000);
  const failed = world.find(id);
  t.is(failed.status, 'Failed');
  t.is(failed.error?.code, 'HOOK_EXECUTION_FAILURE');
  const rollback = world.newest();
  t.is(rollback.creator, 'codeDeployRollback');
  t.is(rollback.status, 'Succeeded');
  t.is(rollback.rollback.triggeringDeploymentId, id);
  t.is(failed.rollback.rollbackDeploymentId, rollback.id);
  t.deepEqual(world.weights(), { 'threads-tg': 1 }, 'as the stacks had it');
  t.deepEqual(world.testWeights(), { 'threads-tg': 1 });
  t.deepEqual(
    world.taskSets.of('').map((set) => [set.targetGroupArn, set.status]),
    [[BLUE.arn, 'PRIMARY']],
  );
  t.deepEqual(world.faults, []);
});

test('a hook that throws without a report leaves the deployment waiting; one whose function is gone fails it', async (t) => {
  const thrown = createWorld({ invoke: () => ({ outcome: 'threw', error: 'Error: no' }) });
  const { id } = thrown.deploy(2, { content: onTest() });
  await thrown.clock.advance(30 * MINUTE);
  t.is(thrown.find(id).status, 'InProgress');
  await thrown.clock.advance(31 * MINUTE);
  t.is(thrown.find(id).status, 'Failed');
  const gone = createWorld({ invoke: () => ({ outcome: 'not-found', error: 'Function not found: check' }) });
  const other = gone.deploy(2, { content: onTest() });
  await gone.clock.advance(MINUTE);
  t.is(gone.find(other.id).error?.code, 'INVALID_LAMBDA_FUNCTION');
});

test('a hook reports once, with its own id and a result that CodeDeploy knows', async (t) => {
  const world = createWorld();
  const { id } = world.deploy(2, { content: onTest() });
  await world.clock.advance(15_000);
  const executionId = world.find(id).lifecycleEvents.find((event) => event.hook)?.hook?.executionId ?? '';
  const code = (run: () => unknown): string | undefined => t.throws(run, { any: true }, '')?.['code' as never];
  t.is(
    code(() => world.control.putHookStatus('d-000000000', executionId, 'Succeeded')),
    'DeploymentDoesNotExistException',
  );
  t.is(
    code(() => world.control.putHookStatus(id, 'other', 'Succeeded')),
    'InvalidLifecycleEventHookExecutionIdException',
  );
  t.is(
    code(() => world.control.putHookStatus(id, executionId, 'Pending' as never)),
    'InvalidLifecycleEventHookExecutionStatusException',
  );
  t.is(world.control.putHookStatus(id, executionId, 'Succeeded'), executionId);
  t.is(
    code(() => world.control.putHookStatus(id, executionId, 'Failed')),
    'LifecycleEventAlreadyCompletedException',
  );
});

test('an alarm mid-shift stops the deployment and it is rolled back within a second', async (t) => {
  const alarms = { enabled: true, ignorePollAlarmFailure: false, names: ['errors'] };
  const world = createWorld({ group: { alarms } });
  world.setAlarm('errors', 'OK');
  const { id } = world.deploy(2, { configName: CANARY });
  await world.clock.advance(60_000);
  t.is(world.weights()['threads-tg-2'], 10);
  world.setAlarm('errors', 'ALARM');
  await world.clock.advance(1000);
  t.is(world.find(id).status, 'Stopped');
  t.is(world.find(id).error?.code, 'ALARM_ACTIVE');
  t.deepEqual(world.weights(), { 'threads-tg': 1 });
  t.is(world.find(id).green.trafficPercent, 10, 'its share when it was stopped');
});

test('an alarm that nobody knows stops a deployment, unless its group ignores that', async (t) => {
  const alarms = { enabled: true, ignorePollAlarmFailure: false, names: ['none'] };
  const strict = createWorld({ group: { alarms } });
  const { id } = strict.deploy();
  await strict.clock.advance(1000);
  t.is(strict.find(id).status, 'Stopped');
  const lax = createWorld({ group: { alarms: { ...alarms, ignorePollAlarmFailure: true } } });
  lax.deploy();
  await lax.clock.advance(20_000);
  t.is(lax.weights()['threads-tg-2'], 100);
});

test('one deployment at a time: the second is refused until the first has ended', async (t) => {
  const world = createWorld();
  const { id } = world.deploy();
  const error = t.throws(() => world.deploy());
  t.is(error.message, `The Deployment Group 'threadsDG' already has an active Deployment '${id}'`);
  world.control.stop(id, false);
  await world.clock.advance(1000);
  t.notThrows(() => world.deploy());
});

test('what a stopped deployment has left makes room for the next one, traffic first', async (t) => {
  const world = createWorld();
  const { id } = world.deploy(2, { configName: CANARY });
  await world.clock.advance(30_000);
  t.is(world.weights()['threads-tg-2'], 10);
  t.is(world.control.stop(id, false).status, 'Succeeded');
  t.is(world.taskSets.of('').length, 2, 'nothing was rolled back');
  const next = world.deploy(3);
  await world.clock.advance(40_000);
  t.is(world.find(next.id).green.trafficPercent, 100);
  t.deepEqual(
    world.taskSets.of('').map((set) => set.taskDefinitionArn.at(-1)),
    ['1', '3'],
  );
  t.deepEqual(world.faults, []);
});

test('a rollback after a leftover share does not lead back to the task set that is gone', async (t) => {
  const world = createWorld({ healthyAfterMs: 10_000 });
  const { id } = world.deploy(2, { configName: CANARY });
  await world.clock.advance(30_000);
  world.control.stop(id, false);
  const next = world.deploy(3, { configName: CANARY });
  await world.clock.advance(40_000);
  world.control.stop(next.id, true);
  await world.clock.advance(10_000);
  t.is(world.newest().status, 'Succeeded');
  t.deepEqual(world.weights(), { 'threads-tg': 100, 'threads-tg-2': 0 });
  t.deepEqual(world.faults, []);
});

test('stopping: refused for one that is over, one that is unknown, and one whose blue ends already', async (t) => {
  const world = createWorld();
  const { id } = world.deploy();
  await world.clock.advance(5 * MINUTE + 11_000);
  t.is(world.find(id).status, 'InProgress');
  t.throws(() => world.control.stop(id), { message: /cannot be stopped/ });
  await world.clock.advance(10_000);
  t.is(world.find(id).status, 'Succeeded');
  t.throws(() => world.control.stop(id), { message: /Succeeded already/ });
  t.throws(() => world.control.stop('d-123456789'), { message: /could not be found/ });
  t.throws(() => world.control.stop('x'), { message: /not valid/ });
});

test('ready and termination waits are continued from outside', async (t) => {
  const world = createWorld({ group: { ready: { actionOnTimeout: 'STOP_DEPLOYMENT', waitMinutes: 60 } } });
  const { id } = world.deploy();
  await world.clock.advance(15_000);
  t.is(world.find(id).status, 'Ready');
  t.truthy(world.find(id).readyUntilMs);
  t.throws(() => world.control.continueDeployment(id, 'TERMINATION_WAIT'));
  world.control.continueDeployment(id, 'READY_WAIT');
  await world.clock.advance(1000);
  t.is(world.weights()['threads-tg-2'], 100);
  t.throws(() => world.control.continueDeployment(id, 'READY_WAIT'), { message: /not in a ready state/ });
  world.control.continueDeployment(id, 'TERMINATION_WAIT');
  await world.clock.advance(5000);
  t.is(world.find(id).status, 'Succeeded');
});

test('a rule that is taken away mid-shift fails the deployment', async (t) => {
  const world = createWorld();
  const { id } = world.deploy(2, { configName: CANARY });
  await world.clock.advance(60_000);
  world.removeRule();
  await world.clock.advance(5 * MINUTE);
  t.is(world.find(id).error?.code, 'ELASTIC_LOAD_BALANCING_INVALID');
});

test('a service or group that an apply deletes stops its deployment', async (t) => {
  const service = createWorld();
  const { id } = service.deploy(2, { configName: CANARY });
  await service.clock.advance(60_000);
  service.removeService();
  await service.clock.advance(1000);
  t.is(service.find(id).status, 'Stopped');
  t.is(service.control.deployments().length, 1);
  const group = createWorld();
  const other = group.deploy(2, { configName: CANARY });
  await group.clock.advance(60_000);
  await group.removeGroup();
  await group.clock.advance(1000);
  t.is(group.find(other.id).error?.code, 'DEPLOYMENT_GROUP_MISSING');
});

test('every problem of an AppSpec is named at once, and nothing is made', (t) => {
  const world = createWorld();
  const content = JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: 'threads:2',
            LoadBalancerInfo: { ContainerName: 'other', ContainerPort: 80 },
          },
        },
      },
    ],
    Hooks: [{ AfterInstall: 'nobody' }, { Sometime: 'x' }],
  });
  const error = t.throws(() => world.deploy(2, { content }));
  t.regex(error.message, /Hooks has no event Sometime/, 'those of the file beside those of what it names');
  t.regex(error.message, /ContainerName other is no container of threads:2: it has threads/);
  t.regex(error.message, /Hooks.AfterInstall: there is no function nobody/);
  t.is(world.control.deployments().length, 0);
  t.throws(() => world.deploy(9), { message: /is not registered/ });
  t.throws(() => world.deploy(2, { sha256: '0' }), { message: /SHA-256/ });
});

test('refused: an unknown application, group and configuration, a service that ECS deploys, a wrong pair', (t) => {
  const world = createWorld();
  t.throws(() => world.deploy(2, { applicationName: 'x' }), { message: 'No application found for name: x' });
  t.throws(() => world.deploy(2, { groupName: 'x' }), { message: 'No Deployment Group found for name: x' });
  t.throws(() => world.deploy(2, { configName: 'x' }), { message: /No Deployment Configuration/ });
  const rolling = createWorld({ service: { deploymentController: 'ECS' } });
  t.throws(() => rolling.deploy(), { message: /CODE_DEPLOY deployment controller/ });
  const pair = createWorld({ group: { targetGroupNames: ['threads-tg-2', 'other'] } });
  t.throws(() => pair.deploy(), { message: /must be in one of the target groups/ });
});

test('a production listener that does not serve blue fails the deployment at once', async (t) => {
  const world = createWorld({ group: { productionListenerArns: ['arn:none'] } });
  const { id } = world.deploy();
  await world.clock.advance(1000);
  t.is(world.find(id).error?.code, 'ELASTIC_LOAD_BALANCING_INVALID');
  t.deepEqual(world.taskSets.of('').length, 1);
});

test('weights that something else changes mid-shift are set again by the next increment', async (t) => {
  const world = createWorld();
  world.deploy(2, { configName: CANARY });
  await world.clock.advance(60_000);
  const [production] = world.traffic.routes(PRODUCTION.arn, [BLUE.arn]);
  world.traffic.setActions(production!, TO_BLUE);
  await world.clock.advance(5 * MINUTE);
  t.deepEqual(world.weights(), { 'threads-tg': 0, 'threads-tg-2': 100 });
});
