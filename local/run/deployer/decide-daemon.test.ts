import test from 'ava';
import fc from 'fast-check';
import { type DaemonInput, type DaemonInstance, type DaemonTask, decideDaemon } from './decide-daemon.ts';
import { lowerLimit } from './decide-deployment.ts';

const on = (id: string, part: Partial<DaemonInstance> = {}): DaemonInstance => ({
  id,
  eligible: true,
  draining: false,
  others: 0,
  ...part,
});
const task = (id: string, instanceId: string, deploymentId = 'new', part: Partial<DaemonTask> = {}): DaemonTask => ({
  id,
  instanceId,
  deploymentId,
  phase: 'running',
  healthy: true,
  unhealthy: false,
  ...part,
});
const PRIMARY = { id: 'new', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', failedTasks: 0 } as const;
const OLD = { id: 'old', status: 'ACTIVE', rolloutState: 'COMPLETED', failedTasks: 0 } as const;
const input = (part: Partial<DaemonInput> = {}): DaemonInput => ({
  minimumHealthyPercent: 0,
  circuitBreakerEnabled: true,
  deployments: [PRIMARY, OLD],
  tasks: [],
  instances: [on('i1'), on('i2'), on('i3')],
  throttled: false,
  ...part,
});

test('one task starts on every instance that has none, and on no other', (t) => {
  const instances = [on('i1'), on('i2'), on('i3', { eligible: false }), on('i4', { eligible: false, draining: true })];
  const decided = decideDaemon(input({ instances, tasks: [task('a', 'i1')] }));
  t.deepEqual(decided.start, ['i2']);
  t.deepEqual(decided.stop, []);
  t.is(decided.desiredCount, 2);
  t.false(decided.completed);
});

test('complete when each has its healthy task; a cluster without instances wants none and is complete', (t) => {
  t.true(decideDaemon(input({ tasks: ['i1', 'i2', 'i3'].map((i) => task(i, i)) })).completed);
  const empty = decideDaemon(input({ instances: [] }));
  t.like(empty, { desiredCount: 0, start: [], completed: true, steady: true });
});

test('0/100: every old task stops first; the new one of an instance waits until it is gone', (t) => {
  const tasks = ['i1', 'i2', 'i3'].map((i) => task(i, i, 'old'));
  const first = decideDaemon(input({ tasks }));
  t.deepEqual(
    first.stop.map((s) => s.why),
    ['replaced', 'replaced', 'replaced'],
  );
  t.deepEqual(first.start, []);
  const stopping = tasks.map((x) => ({ ...x, phase: 'stopping' as const, healthy: false }));
  t.deepEqual(decideDaemon(input({ tasks: stopping })).start, []);
  t.deepEqual(decideDaemon(input({ tasks: stopping.slice(1) })).start, ['i1']);
});

test('50/100: of three old tasks one may go', (t) => {
  const tasks = ['i1', 'i2', 'i3'].map((i) => task(i, i, 'old'));
  t.is(decideDaemon(input({ minimumHealthyPercent: 50, tasks })).stop.length, 1);
});

test('a daemon leaves a draining instance when nothing else is left on it', (t) => {
  const busy = [on('i1', { eligible: false, draining: true, others: 1 })];
  const tasks = [task('a', 'i1')];
  t.deepEqual(decideDaemon(input({ instances: busy, tasks })).stop, []);
  const empty = [on('i1', { eligible: false, draining: true })];
  t.deepEqual(decideDaemon(input({ instances: empty, tasks })).stop, [{ taskId: 'a', why: 'draining' }]);
});

test('one that no longer meets the constraints is stopped, an unhealthy one too', (t) => {
  const instances = [on('i1', { eligible: false }), on('i2')];
  const sick = task('b', 'i2', 'new', { healthy: false, unhealthy: true });
  t.deepEqual(decideDaemon(input({ instances, tasks: [task('a', 'i1'), sick] })).stop, [
    { taskId: 'b', why: 'unhealthy' },
    { taskId: 'a', why: 'misplaced' },
  ]);
});

test('the circuit breaker counts by instances; a failed deployment neither starts nor replaces', (t) => {
  const failing = (failedTasks: number) => [{ ...PRIMARY, failedTasks }, OLD];
  t.false(decideDaemon(input({ deployments: failing(2) })).failed);
  t.true(decideDaemon(input({ deployments: failing(3) })).failed);
  const halted = decideDaemon(
    input({ deployments: [{ ...PRIMARY, rolloutState: 'FAILED' }, OLD], tasks: [task('a', 'i1', 'old')] }),
  );
  t.deepEqual([halted.start, halted.stop], [[], []]);
});

const INSTANCES = ['i1', 'i2', 'i3', 'i4', 'i5', 'i6'];
const anyInstances = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...INSTANCES),
      eligible: fc.boolean(),
      draining: fc.boolean(),
      others: fc.integer({ min: 0, max: 2 }),
    }),
    { selector: (i) => i.id },
  )
  .map((list) => list.map((i) => ({ ...i, eligible: i.eligible && !i.draining })));
const anyTasks = fc.array(
  fc.record({
    instanceId: fc.constantFrom(...INSTANCES),
    deploymentId: fc.constantFrom('new', 'old'),
    phase: fc.constantFrom('starting' as const, 'running' as const, 'stopping' as const),
    healthy: fc.boolean(),
    unhealthy: fc.boolean(),
  }),
  { maxLength: 12 },
);
const anyInput = fc
  .record({
    instances: anyInstances,
    tasks: anyTasks,
    minimumHealthyPercent: fc.nat(99),
    throttled: fc.boolean(),
    rolloutState: fc.constantFrom('IN_PROGRESS' as const, 'COMPLETED' as const, 'FAILED' as const),
  })
  .map(({ rolloutState, tasks, ...part }) =>
    input({
      ...part,
      deployments: [{ ...PRIMARY, rolloutState }, OLD],
      tasks: tasks.map((x, i) => ({
        id: `t${i}`,
        ...x,
        unhealthy: x.unhealthy && x.phase === 'running',
        healthy: x.healthy && x.phase === 'running' && !x.unhealthy,
      })),
    }),
  );

test('property: at most one task an instance, none where none belongs, and daemons leave last', (t) => {
  fc.assert(
    fc.property(anyInput, (i) => {
      const { start, stop } = decideDaemon(i);
      const known = new Map(i.instances.map((x) => [x.id, x]));
      if (new Set(start).size !== start.length) return false;
      if (start.some((id) => !known.get(id)?.eligible || i.tasks.some((x) => x.instanceId === id))) return false;
      const gone = new Map(stop.map((s) => [s.taskId, s.why]));
      const left = i.tasks.filter((x) => x.phase !== 'stopping' && !gone.has(x.id));
      for (const { id, eligible } of i.instances)
        if (eligible && left.filter((x) => x.instanceId === id).length > 1) return false;
      return i.tasks.every((x) => {
        const why = gone.get(x.id);
        const at = known.get(x.instanceId);
        if (why === 'draining') return at?.draining === true && at.others === 0;
        if (at?.draining && why !== undefined) return why === 'unhealthy';
        return why !== 'misplaced' || at?.eligible === false;
      });
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('property: replacing never takes healthy daemons below the minimum', (t) => {
  fc.assert(
    fc.property(anyInput, (i) => {
      const { stop, desiredCount } = decideDaemon(i);
      const eligible = new Set(i.instances.filter((x) => x.eligible).map((x) => x.id));
      const replaced = new Set(stop.filter((s) => s.why === 'replaced').map((s) => s.taskId));
      const gone = new Set(stop.map((s) => s.taskId));
      const healthy = i.tasks.filter((x) => x.healthy && x.phase !== 'stopping' && eligible.has(x.instanceId));
      const taken = healthy.filter((x) => replaced.has(x.id)).length;
      const left = healthy.filter((x) => !gone.has(x.id)).length;
      return taken === 0 || left >= lowerLimit(desiredCount, i.minimumHealthyPercent);
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('property: every roll-out with tasks that become healthy ends complete, one task an instance all the way', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.nat(100), (count, minimumHealthyPercent) => {
      const least = lowerLimit(count, minimumHealthyPercent);
      // Such a percentage can never deploy: nothing may stop, and nothing may start beside it.
      fc.pre(least < count || count === 0);
      const instances = Array.from({ length: count }, (_, n) => on(`i${n}`));
      let tasks: DaemonTask[] = instances.map(({ id }) => task(`o-${id}`, id, 'old'));
      for (let step = 0; step < 100; step++) {
        const decided = decideDaemon(input({ instances, tasks, minimumHealthyPercent }));
        if (decided.completed) return tasks.length === count && tasks.every((x) => x.deploymentId === 'new');
        const gone = new Set(decided.stop.map((s) => s.taskId));
        tasks = [
          ...tasks
            .filter((x) => x.phase !== 'stopping')
            .map((x) =>
              gone.has(x.id)
                ? { ...x, phase: 'stopping' as const, healthy: false }
                : { ...x, phase: 'running' as const, healthy: true },
            ),
          ...decided.start.map((id) => task(`n${step}-${id}`, id, 'new', { phase: 'starting', healthy: false })),
        ];
        if (new Set(tasks.map((x) => x.instanceId)).size !== tasks.length) return false;
        if (tasks.filter((x) => x.healthy).length < least) return false;
      }
      return false;
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});
