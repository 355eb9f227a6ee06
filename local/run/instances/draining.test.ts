/** How container instances end: managed draining, lifecycle hooks, protection from scale-in. No process runs on them. */
import test, { type ExecutionContext } from 'ava';
import { createManualClock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import { type Instance, type InstancePolicy, instanceState } from './instances.ts';
import { groupOf, startFleet } from './testing/fleet.ts';

const HOUR = 3_600_000;
const MANAGED: InstancePolicy = { managedDraining: true, managedTerminationProtection: false };

async function fleet(t: ExecutionContext, policy: InstancePolicy | null, desiredCapacity = 2) {
  const clock = createManualClock();
  const started = await startFleet(t, { clock, policyOf: () => policy });
  const putting = started.put(groupOf({ clusterName: 'shop', desiredCapacity }));
  await clock.advance(3000);
  await putting;
  const { instances } = started;
  /** A task on an instance, as placement reserves it. */
  const occupy = (instance: Instance, task: string): void =>
    void instance.reservations.set(task, { taskGroup: 'service:web', cpuUnits: 1, memoryMiB: 1, ports: [] });
  const free = (instance: Instance, task: string): void => {
    instance.reservations.delete(task);
    instances.settle();
  };
  const [first, second] = instances.all() as [Instance, Instance];
  return { ...started, clock, first, second, occupy, free };
}

const lifecycle = (instance: Instance): string => instanceState(instance, '').lifecycleState;

test('managed draining: DRAINING and out of the group at once, gone when its last task is', async (t) => {
  const { instances, first, occupy, free, codes } = await fleet(t, MANAGED);
  occupy(first, 'a');
  occupy(first, 'b');
  instances.terminate(first.id, false, 'wanted');
  t.is(first.status, 'DRAINING');
  t.is(lifecycle(first), 'Terminating:Wait');
  t.is(instances.all().length, 3, 'its replacement is launched while it drains');
  t.deepEqual(
    instances.active('shop').map((one) => one.id),
    instances
      .all()
      .slice(1, 2)
      .map((one) => one.id),
  );
  free(first, 'a');
  t.is(first.status, 'DRAINING');
  free(first, 'b');
  t.is(instances.get(first.id), undefined);
  t.true(codes().includes('INSTANCE_TERMINATED'));
});

test('managed draining ends after 48 hours, whatever is still on the instance', async (t) => {
  const { instances, first, occupy, free, clock, codes } = await fleet(t, MANAGED);
  occupy(first, 'standalone');
  instances.terminate(first.id, true, 'wanted');
  await clock.advance(48 * HOUR - 5000);
  t.is(first.status, 'DRAINING');
  await clock.advance(5000);
  t.is(first.status, 'TERMINATED', 'its tasks end with it');
  t.true(codes().includes('LIFECYCLE_HOOK_TIMED_OUT'));
  free(first, 'standalone');
  t.is(instances.get(first.id), undefined);
});

test('an instance that drains may be killed: its tasks end with it, and nothing is launched twice', async (t) => {
  const { instances, first, occupy, free } = await fleet(t, MANAGED);
  occupy(first, 'a');
  instances.terminate(first.id, false, 'wanted');
  t.is(first.status, 'DRAINING');
  instances.terminate(first.id, false, 'killed', false);
  t.is(first.status as string, 'TERMINATED');
  free(first, 'a');
  t.is(instances.get(first.id), undefined);
  t.is(instances.all().length, 2);
});

test('without managed draining and hooks an instance takes its tasks with it', async (t) => {
  for (const policy of [null, { ...MANAGED, managedDraining: false }]) {
    const { instances, first, occupy } = await fleet(t, policy);
    occupy(first, 'a');
    instances.terminate(first.id, true, 'wanted');
    t.is(first.status, 'TERMINATED');
    t.is(lifecycle(first), 'Terminating:Proceed');
  }
});

test('lifecycle hooks hold an instance: completed, abandoned, kept by heartbeats, timed out', async (t) => {
  const { instances, first, second, clock, put } = await fleet(t, null);
  const { hooks } = instances;
  const group = first.group.name;
  hooks.put(group, { name: 'drain', heartbeatSeconds: 60, defaultResult: 'CONTINUE' });
  hooks.put(group, { name: 'log', heartbeatSeconds: 120, defaultResult: 'ABANDON' });
  instances.terminate(first.id, false, 'wanted');
  t.is(lifecycle(first), 'Terminating:Wait');
  t.is(first.status, 'ACTIVE', 'ECS does not drain it: whoever answers the hook does');
  const wait = hooks.waitOf(first.id);
  t.is(hooks.waitOf(wait.token), wait);
  await clock.advance(59_000);
  wait.heartbeat('drain');
  await clock.advance(59_000);
  t.deepEqual(wait.waits(), ['drain', 'log']);
  wait.complete('drain', 'CONTINUE');
  t.deepEqual(wait.waits(), ['log']);
  await clock.advance(2000);
  t.is(instances.get(first.id), undefined, 'the other one timed out after its 120 s');

  instances.terminate(second.id, false, 'wanted');
  hooks.waitOf(second.id).complete('drain', 'ABANDON');
  t.is(instances.get(second.id), undefined, 'ABANDON ends the waits of other hooks too');

  t.throws(() => hooks.waitOf(second.id), { instanceOf: ApiError, message: /No active Lifecycle Action/ });
  t.throws(() => hooks.remove(group, 'nope'), { instanceOf: ApiError });
  t.throws(() => hooks.put('nope', hooks.of(group)[0]!), { instanceOf: ApiError, message: /not found/ });
  const emptying = put(groupOf({ clusterName: 'shop', desiredCapacity: 0, minSize: 0 }));
  await clock.advance(HOUR);
  await emptying;
  t.deepEqual(instances.all(), []);
});

test('an instance that ECS drains stays its group’s, takes no task, and can be taken back', async (t) => {
  const { instances, first, second, occupy, free } = await fleet(t, MANAGED);
  instances.setDraining(first.id, true);
  t.is(first.status, 'DRAINING');
  t.is(lifecycle(first), 'InService');
  t.deepEqual(instances.active('shop'), [second]);
  occupy(first, 'a');
  free(first, 'a');
  t.is(instances.get(first.id), first, 'empty, it waits for somebody to end it');
  instances.setDraining(first.id, false);
  t.is(first.status, 'ACTIVE');
  t.throws(() => instances.setDraining('i-nope', true), { instanceOf: ApiError });
});

test('managed termination protection: scale-in waits until an instance has no task; termination by name does not', async (t) => {
  const { instances, first, second, occupy, free, events } = await fleet(t, {
    ...MANAGED,
    managedTerminationProtection: true,
  });
  const held = (): string[] =>
    events
      .since(0)
      .filter((event) => event.code === 'CAPACITY_NOT_REACHED')
      .map((event) => event.message);
  occupy(first, 'a');
  occupy(second, 'b');
  t.true(instances.isProtected(first));
  instances.setDesired(first.group.name, 0);
  t.deepEqual([first.status, second.status], ['ACTIVE', 'ACTIVE']);
  free(second, 'nothing');
  t.is(held().length, 1, 'told once');
  t.regex(held()[0] ?? '', /all remaining instances are protected from scale-in/);
  free(second, 'b');
  t.is(instances.get(second.id), undefined, 'the one without a task goes as soon as it has none');
  t.is(first.status, 'ACTIVE');
  instances.terminate(first.id, false, 'wanted');
  t.is(first.status, 'DRAINING');
});
