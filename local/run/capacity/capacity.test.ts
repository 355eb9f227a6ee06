import test from 'ava';
import { createManualClock } from '../clock.ts';
import { createEventLog } from '../events.ts';
import { createMetricStore } from '../metrics/store.ts';
import { createCapacity } from './capacity.ts';
import { fakeFleet, provider } from './testing/port.ts';

const signal = new AbortController().signal;
const MINUTE = 60_000;

function bench(options: { maxSize: number; bootMs?: number }, change = {}) {
  const clock = createManualClock();
  const events = createEventLog(clock);
  const metrics = createMetricStore({ clock });
  const fleet = fakeFleet(clock, { bootMs: options.bootMs ?? 150_000, maxSize: options.maxSize });
  const capacity = createCapacity({ clock, events, metrics, port: fleet.port });
  capacity.handler.put(provider(change), null, signal);
  return { clock, events, metrics, fleet, capacity };
}

const tasks = (count: number) => [
  { group: 'service:orders', count, cpuUnits: 512, memoryMiB: 256, oneAnInstance: false },
];

test('from zero two instances come; idle ones go after fifteen minutes, once warm', async (t) => {
  const { clock, fleet, events, metrics, capacity } = bench({ maxSize: 10 });
  fleet.pending = tasks(2);
  await clock.advance(MINUTE);
  t.deepEqual(fleet.changes, [{ desired: 2, ending: [] }]);
  await clock.advance(2 * MINUTE);
  fleet.pending = [];
  fleet.occupy(0, 2);
  t.is(fleet.changes.length, 1);
  await clock.advance(14 * MINUTE);
  t.is(fleet.changes.length, 1);
  await clock.advance(MINUTE);
  t.deepEqual(fleet.changes[1], { desired: 1, ending: ['i-1'] });
  const messages = events.since(0).map((e) => e.message);
  t.true(messages[0]?.startsWith('(capacity provider ec2) reservation 200 above 100: 2 tasks wait'));
  t.regex(messages.at(-1) ?? '', /15 of 15 datapoints below 100, newest 50; 1 needed; 2 → 1: i-1$/);
  const [first] = metrics.query({
    namespace: 'AWS/ECS/ManagedScaling',
    name: 'CapacityProviderReservation',
    dimensions: { ClusterName: 'shop', CapacityProviderName: 'ec2' },
    startMs: 0,
    endMs: clock.now() + 1,
    periodSeconds: 60,
    statistic: 'Average',
  });
  t.is(first?.value, 200);
  t.is(capacity.providers()[0]?.reservation?.percent, 50);
  t.deepEqual(capacity.providers()[0]?.protectedIds, ['i-0']);
});

test('tasks that wait at the maximum are told of once', async (t) => {
  const { clock, fleet, events } = bench({ maxSize: 1 });
  fleet.pending = tasks(9);
  await clock.advance(10 * MINUTE);
  t.deepEqual(fleet.changes, [{ desired: 1, ending: [] }]);
  t.is(events.since(0).filter((e) => e.code === 'CAPACITY_HELD').length, 1);
});

test('with managed scaling off, or without its group, nothing is done', async (t) => {
  const off = bench({ maxSize: 9 }, { managedScaling: { ...provider().managedScaling, enabled: false } });
  off.fleet.pending = tasks(9);
  await off.clock.advance(5 * MINUTE);
  t.deepEqual(off.fleet.changes, []);
});

test('unprotected instances go with their tasks, drained', async (t) => {
  const { clock, fleet } = bench({ maxSize: 10, bootMs: 1000 }, { managedTerminationProtection: false });
  fleet.pending = tasks(6);
  await clock.advance(3 * MINUTE);
  fleet.pending = [];
  t.true(fleet.instances.length >= 3);
  fleet.occupy(0, 2);
  await clock.advance(25 * MINUTE);
  t.is(fleet.changes.at(-1)?.desired, 1);
});

test('an instance that drains and yet belongs to its group takes no task: capacity is decided without it', async (t) => {
  const { clock, fleet, capacity } = bench({ maxSize: 4, bootMs: 1000 });
  fleet.pending = tasks(2);
  await clock.advance(MINUTE);
  fleet.pending = [];
  await clock.advance(MINUTE);
  t.is(fleet.changes.at(-1)?.desired, 2);
  fleet.drain(0);
  fleet.occupy(1, 2);
  fleet.pending = tasks(2);
  await clock.advance(MINUTE);
  t.is(fleet.changes.at(-1)?.desired, 3, 'one takes tasks, two are needed: one more, beside the one that drains');
  fleet.pending = [];
  fleet.leave(0);
  await clock.advance(MINUTE);
  t.is(capacity.providers()[0]?.reservation?.running, 2);
});
