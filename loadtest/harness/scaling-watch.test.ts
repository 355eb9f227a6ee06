import test from 'ava';
import type { Status } from '../../local/status.ts';
import { status } from '../testing/status.ts';
import { isAsBefore, readingOf, ScalingWatch } from './scaling-watch.ts';

/** The small plane with these ports in use: `draining` ones have no task any more. */
function plane(ports: readonly number[], change: { draining?: readonly number[]; desired?: number } = {}): Status {
  const base = status();
  const [service] = base.services;
  const [group] = base.targetGroups;
  const [task] = service?.tasks ?? [];
  const [target] = group?.targets ?? [];
  const tasks = ports.map((hostPort) => ({ ...task, arn: `task/${hostPort}`, hostPort }));
  const of = (port: number, state: string) => ({ ...target, id: 'i-a', port, state });
  const targets = [...ports.map((p) => of(p, 'healthy')), ...(change.draining ?? []).map((p) => of(p, 'draining'))];
  return {
    ...base,
    services: [{ ...service, tasks, runningCount: ports.length, desiredCount: change.desired ?? ports.length }],
    targetGroups: [{ ...group, targets }],
  } as Status;
}

test('each change of counts is kept once', (t) => {
  const watch = new ScalingWatch();
  for (const [i, one] of [plane([1, 2]), plane([1, 2]), plane([1, 2], { desired: 4 }), plane([1, 2, 3, 4])].entries())
    watch.observe(one, i);
  t.deepEqual(
    watch.readings.map(({ atMs, services }) => [atMs, services['monolith']?.desired, services['monolith']?.running]),
    [
      [0, 2, 2],
      [2, 4, 2],
      [3, 4, 4],
    ],
  );
});

test('a port is its task’s until its target has drained; the next task there is another', (t) => {
  const watch = new ScalingWatch();
  watch.observe(plane([1, 2]), 0);
  watch.observe(plane([1], { draining: [2] }), 1);
  watch.observe(plane([1], { draining: [2] }), 2);
  watch.observe(plane([1]), 3);
  watch.observe(plane([1]), 4);
  const ports = Object.fromEntries(watch.ports.map((use) => [use.hostPort, [use.firstMs, use.lastMs]]));
  t.deepEqual(ports, { 1: [0, 4], 2: [0, 2] });
});

test('what a port’s target answered is kept, from before it is registered until after it has gone', (t) => {
  const watch = new ScalingWatch();
  const answered = (one: Status, requests: number): Status => ({
    ...one,
    targetGroups: one.targetGroups.map((g) => ({
      ...g,
      targets: g.targets.map((target) => ({ ...target, requests })),
    })),
  });
  watch.observe({ ...plane([1]), targetGroups: [] }, 0);
  t.is(watch.ports[0]?.requests, null);
  watch.observe(answered(plane([1]), 5), 1);
  watch.observe(answered(plane([], { draining: [1] }), 7), 2);
  watch.observe(answered(plane([]), 0), 3);
  t.like(watch.ports[0], { hostPort: 1, requests: 7, firstMs: 0, lastMs: 2 });
});

test('as before: no more instances and tasks than there were, and every one that is wanted runs', (t) => {
  const before = readingOf(plane([1, 2]), 0);
  t.true(isAsBefore(before, readingOf(plane([7, 8]), 9)));
  t.false(isAsBefore(before, readingOf(plane([1, 2, 3]), 9)));
  t.false(isAsBefore(before, readingOf(plane([1], { desired: 2 }), 9)));
  t.false(isAsBefore(before, { ...before, instances: 2 }));
  t.true(isAsBefore(before, readingOf(plane([1]), 9)), 'it began with more than it needed');
  t.false(isAsBefore(before, readingOf(plane([]), 9)), 'nothing is left');
  t.false(isAsBefore(before, { ...before, instances: 0 }));
  t.false(isAsBefore(before, { ...before, services: {} }));
});
