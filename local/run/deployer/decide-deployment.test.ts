import test from 'ava';
import fc from 'fast-check';
import {
  breakerThreshold,
  type DeciderInput,
  type DeciderTask,
  decideDeployment,
  lowerLimit,
  restartDelayMs,
  upperLimit,
} from './decide-deployment.ts';

const task = (id: string, deploymentId: string, part: Partial<DeciderTask> = {}): DeciderTask => ({
  id,
  deploymentId,
  phase: 'running',
  healthy: true,
  unhealthy: false,
  ...part,
});

const input = (part: Partial<DeciderInput>): DeciderInput => ({
  desiredCount: 4,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreakerEnabled: true,
  deployments: [
    { id: 'new', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', failedTasks: 0 },
    { id: 'old', status: 'ACTIVE', rolloutState: 'COMPLETED', failedTasks: 0 },
  ],
  tasks: [],
  throttled: false,
  ...part,
});

const old4 = ['a', 'b', 'c', 'd'].map((id) => task(id, 'old'));
const new4 = ['e', 'f', 'g', 'h'].map((id) => task(id, 'new'));

// ECS deployment-type-ecs: minimumHealthyPercent rounds up, maximumPercent rounds down.
for (const [desired, minimum, maximum, lower, upper] of [
  [4, 100, 200, 4, 8],
  [4, 50, 150, 2, 6],
  [3, 50, 150, 2, 4],
  [1, 50, 150, 1, 1],
  [5, 0, 100, 0, 5],
  [7, 33, 133, 3, 9],
] as const) {
  test(`limits of ${desired} tasks at ${minimum}/${maximum} %`, (t) => {
    t.is(lowerLimit(desired, minimum), lower);
    t.is(upperLimit(desired, maximum), upper);
  });
}

// ECS deployment-circuit-breaker: half of the desired count, at least 3, at most 200.
for (const [desired, threshold] of [
  [1, 3],
  [4, 3],
  [6, 3],
  [7, 4],
  [25, 13],
  [400, 200],
  [1000, 200],
] as const) {
  test(`the circuit breaker of ${desired} tasks trips at ${threshold} failures`, (t) => {
    t.is(breakerThreshold(desired), threshold);
    const at = (failedTasks: number) =>
      decideDeployment(
        input({
          desiredCount: desired,
          deployments: [{ id: 'new', status: 'PRIMARY', rolloutState: 'IN_PROGRESS', failedTasks }],
        }),
      ).failed;
    t.false(at(threshold - 1));
    t.true(at(threshold));
  });
}

test('100/200: all new tasks start first, no old one stops before they are healthy', (t) => {
  const first = decideDeployment(input({ tasks: old4 }));
  t.is(first.start, 4);
  t.deepEqual(first.stop, []);
  const starting = new4.map((x) => ({ ...x, healthy: false, phase: 'starting' as const }));
  t.deepEqual(decideDeployment(input({ tasks: [...old4, ...starting] })).stop, []);
  const done = decideDeployment(input({ tasks: [...old4, ...new4] }));
  t.deepEqual(done.stop.map((s) => s.taskId).sort(), ['a', 'b', 'c', 'd']);
});

test('50/100: two old tasks make room first', (t) => {
  const first = decideDeployment(input({ minimumHealthyPercent: 50, maximumPercent: 100, tasks: old4 }));
  t.is(first.start, 2);
  t.is(first.stop.length, 2);
});

test('a deployment is complete when its tasks are healthy and the old ones are gone; then the old one retires', (t) => {
  const decided = decideDeployment(input({ tasks: new4 }));
  t.true(decided.completed);
  t.deepEqual(decided.retire, ['old']);
  t.true(decided.steady);
});

test('an unhealthy task is replaced', (t) => {
  const tasks = [...new4.slice(1), task('e', 'new', { healthy: false, unhealthy: true })];
  const decided = decideDeployment(input({ tasks }));
  t.deepEqual(decided.stop, [{ taskId: 'e', why: 'unhealthy' }]);
  t.is(decided.start, 1);
});

test('fewer desired tasks: the least useful go', (t) => {
  const tasks = [...new4.slice(1), task('e', 'new', { healthy: false, phase: 'starting' })];
  const decided = decideDeployment(input({ desiredCount: 3, tasks }));
  t.deepEqual(decided.stop, [{ taskId: 'e', why: 'scaled-in' }]);
});

test('nothing starts while restarts are throttled', (t) => {
  t.is(decideDeployment(input({ throttled: true })).start, 0);
});

test('restart waits grow to fifteen minutes and stay there', (t) => {
  t.deepEqual([1, 4, 5, 6, 11, 12, 100].map(restartDelayMs), [0, 0, 10_000, 20_000, 640_000, 900_000, 900_000]);
});

const tasksArbitrary = fc.array(
  fc.record({
    deploymentId: fc.constantFrom('new', 'old', 'older'),
    phase: fc.constantFrom('starting' as const, 'running' as const, 'stopping' as const),
    healthy: fc.boolean(),
  }),
  { maxLength: 30 },
);

const scenario = fc
  .record({
    desiredCount: fc.integer({ min: 0, max: 12 }),
    minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
    maximumPercent: fc.integer({ min: 100, max: 200 }),
    tasks: tasksArbitrary,
  })
  .map((s) =>
    input({
      ...s,
      tasks: s.tasks.map((x, i) =>
        task(`t${i}`, x.deploymentId, { phase: x.phase, healthy: x.healthy && x.phase === 'running' }),
      ),
    }),
  );

test('property: replacing never takes healthy tasks below the minimum, starting never goes above the maximum', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(scenario, (s) => {
        const decided = decideDeployment(s);
        const live = s.tasks.filter((x) => x.phase !== 'stopping');
        const healthy = live.filter((x) => x.healthy);
        const replaced = new Set(decided.stop.filter((x) => x.why === 'replaced').map((x) => x.taskId));
        const healthyReplaced = healthy.filter((x) => replaced.has(x.id)).length;
        const least = lowerLimit(s.desiredCount, s.minimumHealthyPercent);
        if (healthyReplaced > 0 && healthy.length - healthyReplaced < least) return false;
        const after = live.length - decided.stop.length + decided.start;
        const most = Math.max(s.desiredCount, upperLimit(s.desiredCount, s.maximumPercent));
        return decided.start === 0 || after <= most;
      }),
      { numRuns: 10_000 },
    ),
  );
});

test('property: with tasks that start and become healthy, every roll-out ends complete and inside its bounds', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 100, max: 200 }),
        (desiredCount, minimumHealthyPercent, maximumPercent) => {
          const least = lowerLimit(desiredCount, minimumHealthyPercent);
          const most = upperLimit(desiredCount, maximumPercent);
          // Such a pair can never deploy (checked when the JSON is read).
          fc.pre(least < desiredCount || most > desiredCount);
          let tasks: DeciderTask[] = Array.from({ length: desiredCount }, (_, i) => task(`o${i}`, 'old'));
          for (let step = 0; step < 200; step++) {
            const decided = decideDeployment(input({ desiredCount, minimumHealthyPercent, maximumPercent, tasks }));
            if (decided.completed) return true;
            const gone = new Set(decided.stop.map((x) => x.taskId));
            tasks = tasks
              .filter((x) => !gone.has(x.id))
              .map((x) => ({ ...x, healthy: true, phase: 'running' as const }));
            if (tasks.filter((x) => x.healthy).length < least) return false;
            const started = Array.from({ length: decided.start }, (_, i) =>
              task(`n${step}-${i}`, 'new', { healthy: false, phase: 'starting' }),
            );
            tasks = [...tasks, ...started];
            if (tasks.length > most) return false;
          }
          return false;
        },
      ),
      { numRuns: 10_000 },
    ),
  );
});

const on = (id: string, part: Partial<DeciderTask> = {}): DeciderTask => task(id, 'new', { draining: true, ...part });
const off = (id: string): DeciderTask => task(id, 'new');
const starting = { phase: 'starting', healthy: false } as const;

// ECS container-instance-draining: four desired tasks, some of them on an instance that drains.
for (const [name, minimum, maximum, tasks, stop, start] of [
  ['100 %: replacements first', 100, 200, [on('1'), on('2'), off('3'), off('4')], [], 2],
  ['100 %, replaced and healthy', 100, 200, [on('1'), on('2'), ...['3', '4', '5', '6'].map(off)], ['1', '2'], 0],
  ['100 %, in two batches', 100, 125, [on('1'), on('2'), off('3'), off('4')], [], 1],
  ['100/100: nothing can move', 100, 100, [on('1'), on('2'), off('3'), off('4')], [], 0],
  ['50 %: half may go at once', 50, 200, [on('1'), on('2'), off('3'), off('4')], ['1', '2'], 2],
  ['50 %, all on it', 50, 100, [on('1'), on('2'), on('3'), on('4')], ['1', '2'], 2],
  ['starting ones go at once', 100, 200, [on('1', starting), on('2'), off('3'), off('4')], ['1'], 2],
  ['unhealthy ones too', 100, 200, [on('1', { healthy: false }), off('2'), off('3'), off('4')], ['1'], 1],
] as const)
  test(`draining, four desired: ${name}`, (t) => {
    const decided = decideDeployment(
      input({
        minimumHealthyPercent: minimum,
        maximumPercent: maximum,
        deployments: [{ id: 'new', status: 'PRIMARY', rolloutState: 'COMPLETED', failedTasks: 0 }],
        tasks: [...tasks],
      }),
    );
    t.deepEqual(
      decided.stop,
      stop.map((taskId) => ({ taskId, why: 'draining' })),
    );
    t.is(decided.start, start);
    t.false(decided.steady);
  });

const drainers = fc.array(
  fc.record({
    deploymentId: fc.constantFrom('new', 'old'),
    phase: fc.constantFrom('starting' as const, 'running' as const),
    healthy: fc.boolean(),
    draining: fc.boolean(),
  }),
  { maxLength: 24 },
);

test('property: draining never takes healthy tasks below the minimum, nor all tasks above the maximum', (t) => {
  fc.assert(
    fc.property(drainers, fc.nat(12), fc.nat(100), fc.nat(150), (list, desiredCount, minimumHealthyPercent, more) => {
      const tasks = list.map((x, i) =>
        task(`t${i}`, x.deploymentId, { ...x, healthy: x.healthy && x.phase === 'running' }),
      );
      const maximumPercent = 100 + more;
      const decided = decideDeployment(input({ desiredCount, minimumHealthyPercent, maximumPercent, tasks }));
      const moved = new Set(
        decided.stop.filter((x) => x.why === 'draining' || x.why === 'replaced').map((x) => x.taskId),
      );
      const healthy = tasks.filter((x) => x.healthy);
      const left = healthy.filter((x) => !moved.has(x.id)).length;
      const least = lowerLimit(desiredCount, minimumHealthyPercent);
      const total = tasks.length - decided.stop.length + decided.start;
      const most = Math.max(desiredCount, upperLimit(desiredCount, maximumPercent));
      return left >= Math.min(healthy.length, least) && (decided.start === 0 || total <= most);
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});
