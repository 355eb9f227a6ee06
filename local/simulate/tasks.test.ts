import test from 'ava';
import fc from 'fast-check';
import { type DeciderTask, decideDeployment } from '../run/deployer/decide-deployment.ts';
import { Placement } from './placement/index.ts';
import { scenario } from './scenario.ts';
import { LAUNCHES_PER_MINUTE, Tasks } from './tasks.ts';

const [SERVICE] = scenario({ profile: 'soak', tasks: 10, instances: 1, hours: 1 }).services;

function bench(instances: number) {
  const placement = new Placement();
  for (let i = 0; i < instances; i++)
    placement.addNode({ id: `i-${i}`, zone: 'a', instanceType: 'm5.large', cpuUnits: 8192, memoryMiB: 65_536 });
  if (!SERVICE) throw new Error('the scenario has no service');
  const tasks = new Tasks({ ...SERVICE, desiredCount: 0 }, placement);
  return { placement, tasks };
}

const at = (nowMs: number, most = Number.POSITIVE_INFINITY) => ({ nowMs, startSeconds: 30, most });

test('property: starts and stops as many as the deployer would, of the same kind', (t) => {
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), fc.nat(30), (first, second, third) => {
      const { tasks } = bench(20);
      tasks.desired = first;
      tasks.reconcile(at(0), () => 0);
      tasks.promote(30_000);
      tasks.desired = Math.max(first, second);
      tasks.reconcile(at(60_000), () => 0);
      const before = { serving: tasks.serving, starting: tasks.starting };
      const list = [
        ...Array.from({ length: before.serving }, (_, i): DeciderTask => decided(`s${i}`, true)),
        ...Array.from({ length: before.starting }, (_, i): DeciderTask => decided(`n${i}`, false)),
      ];
      const expected = decideDeployment({
        desiredCount: third,
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        circuitBreakerEnabled: false,
        deployments: [{ id: 'd', status: 'PRIMARY', rolloutState: 'COMPLETED', failedTasks: 0 }],
        tasks: list,
        throttled: false,
      });
      tasks.desired = third;
      const started = tasks.reconcile(at(61_000), () => 0);
      const stopped = (prefix: string): number => expected.stop.filter((s) => s.taskId.startsWith(prefix)).length;
      return (
        started === expected.start &&
        tasks.serving === before.serving - stopped('s') &&
        tasks.starting === before.starting - stopped('n') + started
      );
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});

const decided = (id: string, healthy: boolean): DeciderTask => ({
  id,
  deploymentId: 'd',
  phase: healthy ? 'running' : 'starting',
  healthy,
  unhealthy: false,
});

test('what does not fit waits, and takes its place when there is room', (t) => {
  const { placement, tasks } = bench(1);
  tasks.desired = 100;
  tasks.reconcile(at(0), () => 0);
  t.is(tasks.starting + tasks.pending, 100);
  t.is(placement.nodes.get('i-0')?.tasks, tasks.starting);
  t.true(tasks.pending > 0);
  tasks.desired = 3;
  tasks.reconcile(at(1), () => 0);
  t.is(tasks.pending, 0);
  t.is(placement.nodes.get('i-0')?.tasks, 3);
});

test('no more are started than may be', (t) => {
  const { tasks } = bench(20);
  tasks.desired = 40;
  t.is(
    tasks.reconcile(at(0, 7), () => 0),
    7,
  );
  t.is(tasks.pending, 0);
  t.is(LAUNCHES_PER_MINUTE, 500);
});

test('checks end the oldest whose grace is over; an instance that goes takes its own', (t) => {
  const { placement, tasks } = bench(1);
  tasks.desired = 4;
  tasks.reconcile(at(0), () => 0);
  tasks.promote(30_000);
  t.is(tasks.kill(2, 29_999), 0);
  t.is(tasks.kill(2, 30_000), 2);
  t.is(tasks.serving, 2);
  const node = placement.nodes.get('i-0');
  t.is(node?.tasks, 2);
  if (node) tasks.leave(node);
  t.is(tasks.serving, 0);
});
