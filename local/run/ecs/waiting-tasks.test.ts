/** Tasks that wait for capacity, on instances that run nothing. */
import test, { type ExecutionContext } from 'ava';
import * as build from '../api/testing/builders.ts';
import { createManualClock } from '../clock.ts';
import { groupOf, startFleet } from '../instances/testing/fleet.ts';
import { DEFAULT_PLACE } from '../place.ts';
import { createRandom } from '../random.ts';
import type { TaskSpec } from './place-task.ts';
import type { Task } from './task.ts';
import { createWaitingTasks } from './waiting-tasks.ts';

const MINUTE = 60_000;

async function bench(t: ExecutionContext) {
  const clock = createManualClock();
  const { instances, events, put } = await startFleet(t, { clock });
  const group = (desiredCapacity: number) =>
    groupOf({ clusterName: 'shop', minSize: 0, desiredCapacity, cpuUnits: 1024, memoryMiB: 1024 });
  await put(group(0));
  const started: Task[] = [];
  const failed: string[] = [];
  const waiting = createWaitingTasks({
    clock,
    events,
    context: {
      clock,
      random: createRandom('waiting'),
      addresses: { leaseTask: () => '127.30.0.1' } as never,
      instances,
      zoneOf: () => null,
      place: DEFAULT_PLACE,
      count: () => 0,
    },
    start: (task) => void started.push(task),
    fail: (_task, reason) => void failed.push(reason),
  });
  instances.onChange(() => waiting.look());
  const spec: TaskSpec = {
    definition: { ...build.taskDefinition, cpuUnits: 600, memoryMiB: 128 },
    clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/shop',
    launchType: 'EC2',
    group: 'family:job',
    startedBy: null,
    deploymentId: null,
    service: null,
    subnetIds: [],
    securityGroupIds: [],
    overrides: [],
    capacityProvider: 'ec2',
  };
  async function grow(to: number): Promise<void> {
    const work = put(group(to));
    await clock.advance(3000);
    await work;
  }
  return { clock, waiting, spec, started, failed, grow, events };
}

test('placed in the order they came, as instances come', async (t) => {
  const { waiting, spec, started, grow } = await bench(t);
  const [first, second] = [waiting.add(spec, 'none'), waiting.add(spec, 'none')];
  t.is(first?.status, 'PROVISIONING');
  t.is(first?.instance, null);
  await grow(1);
  t.deepEqual(started, [first]);
  t.is(first?.address, first?.instance?.address);
  t.is(first?.instance?.reservations.size, 1);
  await grow(2);
  t.deepEqual(started, [first, second]);
  t.not(first?.instance, second?.instance);
});

test('given up after thirty minutes, with what was lacking; one that was stopped is neither placed nor given up', async (t) => {
  const { waiting, spec, started, failed, grow, clock } = await bench(t);
  const stopped = waiting.add(spec, 'none');
  waiting.add(spec, 'none');
  waiting.remove(stopped as Task);
  waiting.look();
  await clock.advance(30 * MINUTE - 1);
  t.deepEqual(failed, []);
  await clock.advance(1);
  t.is(failed.length, 1);
  t.regex(failed[0] ?? '', /^no capacity of ec2 within 30 minutes: no container instance met/);
  await grow(2);
  t.deepEqual(started, []);
});

test('at most 500 wait', async (t) => {
  const { waiting, spec } = await bench(t);
  for (let i = 0; i < 500; i++) t.truthy(waiting.add(spec, 'none'));
  t.is(waiting.add(spec, 'none'), null);
  waiting.close();
});
