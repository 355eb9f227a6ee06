import test from 'ava';
import type { Status } from '../../local/status.ts';
import { status } from '../testing/status.ts';
import { chooseVictims, notRecovered } from './decide-kill.ts';

/** The small plane with so many tasks on each instance. */
function plane(onInstances: Readonly<Record<string, number>>, change: { arnFrom?: number } = {}): Status {
  const base = status();
  const [service] = base.services;
  const [instance] = base.instances;
  const [task] = service?.tasks ?? [];
  let n = change.arnFrom ?? 0;
  const tasks = Object.entries(onInstances).flatMap(([instanceId, count]) =>
    Array.from({ length: count }, () => ({ ...task, arn: `task/${++n}`, pid: 100 + n, instanceId })),
  );
  return {
    ...base,
    services: [{ ...service, tasks, desiredCount: tasks.length, runningCount: tasks.length }],
    instances: Object.keys(onInstances).map((id) => ({ ...instance, id })),
  } as Status;
}

test('half of each service’s tasks, rounded down', (t) => {
  const victims = chooseVictims(plane({ 'i-a': 3, 'i-b': 2 }), 'tasks');
  t.deepEqual(typeof victims === 'string' ? victims : victims.tasks.map((task) => task.pid), [101, 102]);
  t.regex(String(chooseVictims(plane({ 'i-a': 1 }), 'tasks')), /no service runs two tasks/);
});

test('the instance with most tasks, and only where another is left', (t) => {
  const victims = chooseVictims(plane({ 'i-a': 1, 'i-b': 3 }), 'instance');
  t.like(victims, { instanceId: 'i-b' });
  t.is(typeof victims === 'string' ? -1 : victims.tasks.length, 3);
  t.regex(String(chooseVictims(plane({ 'i-a': 2 }), 'instance')), /two are needed/);
  t.is(chooseVictims(plane({ 'i-a': 0, 'i-b': 0 }), 'instance'), 'no task runs on an instance');
});

test('recovered: as many tasks and instances as before, and no victim among them', (t) => {
  const before = plane({ 'i-a': 2, 'i-b': 2 });
  const victims = chooseVictims(before, 'instance');
  if (typeof victims === 'string') return t.fail(victims);
  t.true(notRecovered(before, before, victims).some((line) => line.includes('2 killed task(s)')));
  const oneInstance = plane({ 'i-b': 4 }, { arnFrom: 10 });
  t.deepEqual(notRecovered(before, oneInstance, victims), ['1 of 2 instances are active']);
  const fewer = plane({ 'i-b': 2, 'i-c': 1 }, { arnFrom: 10 });
  t.deepEqual(notRecovered(before, fewer, victims), ['monolith: 3 of 4 tasks run']);
  t.deepEqual(notRecovered(before, plane({ 'i-b': 2, 'i-c': 2 }, { arnFrom: 10 }), victims), []);
});
