import test from 'ava';
import fc from 'fast-check';
import type { PendingTasks } from './contracts.ts';
import { type CapacityDecision, type CapacityInput, decideCapacity } from './decide-capacity.ts';
import { decideReservation } from './decide-reservation.ts';

const size = { cpuUnits: 2048, memoryMiB: 4096 };
const waiting = (count: number, change: Partial<PendingTasks> = {}): PendingTasks => ({
  group: 'service:orders',
  count,
  cpuUnits: 512,
  memoryMiB: 512,
  oneAnInstance: false,
  ...change,
});
const up = (...tasks: number[]) => tasks.map((n) => ({ tasks: n }));

/** By hand: M ÷ N × 100. Source: ECS cluster-auto-scaling. */
for (const [name, instances, pending, needed, percent] of [
  ['nothing runs, nothing waits', up(), [], 0, 100],
  ['from zero', up(), [waiting(1)], 1, 200],
  ['all busy', up(1, 3), [], 2, 100],
  ['one idle of four', up(1, 1, 1, 0), [], 3, 75],
  ['all idle', up(0, 0), [], 0, 0],
  ['five wait, four an instance', up(4, 4), [waiting(5)], 4, 200],
  ['memory decides', up(4), [waiting(3, { memoryMiB: 4096 })], 4, 400],
  ['one an instance', up(1), [waiting(3, { oneAnInstance: true })], 4, 400],
  [
    'two kinds: the one that needs most',
    up(4),
    [waiting(4), waiting(3, { group: 'service:big', cpuUnits: 2048 })],
    4,
    400,
  ],
  ['tasks without a size', up(1), [waiting(50, { cpuUnits: 0, memoryMiB: 0 })], 2, 200],
] as const)
  test(`reservation: ${name}`, (t) => {
    t.like(decideReservation({ instances, pending, size }), { needed, percent, running: instances.length });
  });

const agent = { cpuUnits: 512, memoryMiB: 1024 };

test('reservation: daemons take of each instance before other tasks come', (t) => {
  const of = (count: number, change: Partial<PendingTasks> = {}) =>
    decideReservation({ instances: up(3), pending: [waiting(count, change)], size, daemons: agent });
  t.is(of(3).needed, 2, 'three beside the agent, not four');
  t.is(of(4).needed, 3);
  t.deepEqual(
    of(1, { cpuUnits: 2048 }).neverFit,
    ['service:orders'],
    'an instance has room for it, beside the agent none has',
  );
  const tooMany = decideReservation({ instances: up(3), pending: [waiting(1, { cpuUnits: 0 })], size, daemons: size });
  t.deepEqual(tooMany.neverFit, ['service:orders'], 'no memory is left');
});

test('property: what a datapoint asks for, after the daemons have come, holds what waits, and one instance fewer does not', (t) => {
  fc.assert(
    fc.property(
      fc.record({ cpuUnits: fc.integer({ min: 256, max: 8192 }), memoryMiB: fc.integer({ min: 256, max: 16_384 }) }),
      fc.array(fc.record({ cpuUnits: fc.nat(2048), memoryMiB: fc.nat(4096) }), { maxLength: 4 }),
      fc.record({ cpuUnits: fc.nat(4096), memoryMiB: fc.nat(8192), count: fc.integer({ min: 1, max: 300 }) }),
      fc.nat(20),
      (one, agents, { count, ...task }, there) => {
        const daemons = sumOf(agents);
        const result = decideReservation({
          instances: up(...times(there, 1)),
          pending: [waiting(count, task)],
          size: one,
          daemons,
        });
        const holds = (instances: number): number => instances * fitBeside(one, agents, task, count);
        if (holds(1) === 0) return result.neverFit.length === 1 && result.needed === there;
        const extra = result.needed - there;
        return result.neverFit.length === 0 && holds(extra) >= count && (extra === 1 || holds(extra - 1) < count);
      },
    ),
    { numRuns: 5000 },
  );
  t.pass();
});

test('reservation: what fits no instance asks for none, and is named', (t) => {
  const reservation = decideReservation({ instances: up(1), pending: [waiting(2, { cpuUnits: 4096 })], size });
  t.like(reservation, { percent: 100, neverFit: ['service:orders'] });
});

const sumOf = (sizes: readonly { cpuUnits: number; memoryMiB: number }[]) => ({
  cpuUnits: sizes.reduce((sum, s) => sum + s.cpuUnits, 0),
  memoryMiB: sizes.reduce((sum, s) => sum + s.memoryMiB, 0),
});

/** By placing them one by one: the daemons, then the tasks, at most so many. */
function fitBeside(
  one: { cpuUnits: number; memoryMiB: number },
  agents: readonly { cpuUnits: number; memoryMiB: number }[],
  task: { cpuUnits: number; memoryMiB: number },
  most: number,
): number {
  let { cpuUnits, memoryMiB } = one;
  for (const placed of agents) {
    cpuUnits -= placed.cpuUnits;
    memoryMiB -= placed.memoryMiB;
  }
  let fit = 0;
  while (fit < most && cpuUnits >= task.cpuUnits && memoryMiB >= task.memoryMiB && cpuUnits >= 0 && memoryMiB >= 0) {
    cpuUnits -= task.cpuUnits;
    memoryMiB -= task.memoryMiB;
    fit++;
  }
  return fit;
}

const point = (needed: number, running: number, percent = running === 0 ? 200 : (needed / running) * 100) => ({
  needed,
  running,
  percent,
  why: '',
});
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const input = (change: Partial<CapacityInput> = {}): CapacityInput => ({
  managedScaling: { targetCapacityPercent: 100, minimumStep: 1, maximumStep: 10_000 },
  minSize: 0,
  maxSize: 20,
  desired: 4,
  reservations: [],
  warmingUp: 0,
  ...change,
});
const managed = (targetCapacityPercent: number, minimumStep = 1, maximumStep = 10_000) => ({
  targetCapacityPercent,
  minimumStep,
  maximumStep,
});
const outcome = (decision: CapacityDecision): number | string =>
  decision.action === 'hold' ? decision.reason : decision.desired;

for (const [name, given, expected] of [
  ['tasks wait', input({ reservations: [point(6, 4)] }), 6],
  ['from zero: two', input({ desired: 0, reservations: [point(9, 0)] }), 2],
  ['from zero, and two are launching', input({ desired: 2, reservations: [point(9, 0)] }), 'launching'],
  ['from zero, at most one', input({ desired: 0, maxSize: 1, reservations: [point(9, 0)] }), 1],
  ['launching already', input({ desired: 6, reservations: [point(6, 4)] }), 'launching'],
  ['as far as the maximum', input({ maxSize: 5, reservations: [point(9, 4)] }), 5],
  ['at the maximum', input({ maxSize: 4, reservations: [point(9, 4)] }), 'at-maximum'],
  ['the least step', input({ managedScaling: managed(100, 3), reservations: [point(5, 4)] }), 7],
  ['the largest step', input({ managedScaling: managed(100, 1, 2), reservations: [point(9, 4)] }), 6],
  ['target 80 keeps a fifth spare', input({ managedScaling: managed(80), reservations: [point(4, 4)] }), 5],
  [
    'target 80, spare enough',
    input({ managedScaling: managed(80), desired: 5, reservations: [point(4, 5)] }),
    'at-target',
  ],
  ['fourteen low minutes', input({ reservations: times(14, point(2, 4)) }), 'too-few-datapoints'],
  ['fifteen low minutes', input({ reservations: times(15, point(2, 4)) }), 2],
  [
    'a minute without data among them',
    input({ reservations: [...times(7, point(2, 4)), null, ...times(7, point(2, 4))] }),
    'too-few-datapoints',
  ],
  ['the highest need of the fifteen', input({ reservations: [point(3, 4), ...times(14, point(1, 4))] }), 3],
  ['as far as the minimum', input({ minSize: 3, reservations: times(15, point(1, 4)) }), 3],
  ['at the minimum', input({ minSize: 4, reservations: times(15, point(1, 4)) }), 'at-minimum'],
  ['down to none', input({ reservations: times(15, point(0, 4)) }), 0],
  ['warming up', input({ warmingUp: 1, reservations: times(15, point(1, 4)) }), 'warming-up'],
  [
    'target 80: below it, and all needed',
    input({ managedScaling: managed(80), desired: 7, reservations: times(15, point(5, 7)) }),
    'needed',
  ],
  [
    'the least step is no matter of scale-in',
    input({ managedScaling: managed(100, 3), reservations: times(15, point(3, 4)) }),
    3,
  ],
  ['nothing measured', input(), 'too-few-datapoints'],
] as const)
  test(`capacity: ${name}`, (t) => {
    t.is(outcome(decideCapacity(given)), expected);
  });

test('a decision carries its numbers', (t) => {
  const decision = decideCapacity(
    input({ reservations: [decideReservation({ instances: up(4, 4), pending: [waiting(5)], size })], desired: 2 }),
  );
  t.is(
    decision.why,
    'reservation 200 above 100: 5 tasks wait; service:orders needs 2 more (4 an instance); 2 running; 2 → 4',
  );
});

const reservations = fc.array(
  fc.option(fc.tuple(fc.nat(30), fc.nat(30)).map(([needed, running]) => point(needed, running))),
  { maxLength: 16 },
);

test('property: within the bounds; steps as large as allowed; in only after fifteen low minutes without warm-up', (t) => {
  fc.assert(
    fc.property(
      reservations,
      fc.nat(10),
      fc.nat(20),
      fc.nat(40),
      fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 5 }), fc.nat(20)),
      fc.nat(2),
      (points, minSize, room, desired, [target, minimumStep, more], warmingUp) => {
        const maximumStep = minimumStep + more;
        const maxSize = minSize + room;
        const given = input({
          reservations: points,
          minSize,
          maxSize,
          desired,
          warmingUp,
          managedScaling: managed(target, minimumStep, maximumStep),
        });
        const decision = decideCapacity(given);
        if (decision.action === 'hold') return true;
        const next = decision.desired;
        if (next < minSize || next > maxSize) return false;
        if (decision.action === 'out') return next > desired && (next - desired <= maximumStep || next === minSize);
        const low = points.slice(-15);
        return (
          warmingUp === 0 && next < desired && low.length === 15 && low.every((p) => p !== null && p.percent < target)
        );
      },
    ),
    { numRuns: 20_000 },
  );
  t.pass();
});

const BUSY = { tasks: 1 };
const IDLE = { tasks: 0 };

/** Tasks of one size wait until placed; instances come after `boot` minutes. */
function run(
  tasks: number,
  perInstance: number,
  options: { boot: number; max: number; target: number; start: number; minutes: number },
) {
  const one = { ...size, cpuUnits: 100 * perInstance };
  /** Instances that come, by minute. */
  const launched: number[] = [];
  let running = options.start;
  let desired = options.start;
  const history: ReturnType<typeof decideReservation>[] = [];
  const seen: number[] = [];
  for (let minute = 0; minute < options.minutes; minute++) {
    running += launched[minute] ?? 0;
    const placed = Math.min(tasks, running * perInstance);
    const busy = Math.ceil(placed / perInstance);
    const instances = new Array<typeof BUSY>(running).fill(BUSY, 0, busy).fill(IDLE, busy);
    const pending = [waiting(tasks - placed, { cpuUnits: 100, memoryMiB: 0 })];
    history.push(decideReservation({ instances, pending, size: one }));
    const decision = decideCapacity(
      input({
        desired,
        maxSize: options.max,
        reservations: history.slice(-15),
        managedScaling: managed(options.target),
      }),
    );
    if (decision.action === 'out') {
      const at = minute + options.boot;
      launched[at] = (launched[at] ?? 0) + Math.max(0, decision.desired - desired);
    }
    if (decision.action === 'in') running = Math.min(running, decision.desired);
    if (decision.action !== 'hold') desired = decision.desired;
    seen.push(desired);
  }
  return seen;
}

test('property: converges for a constant number of tasks, to no fewer instances than they need', (t) => {
  fc.assert(
    fc.property(
      fc.nat(200),
      fc.integer({ min: 1, max: 12 }),
      fc.record({
        boot: fc.integer({ min: 1, max: 5 }),
        max: fc.integer({ min: 1, max: 60 }),
        target: fc.integer({ min: 50, max: 100 }),
        start: fc.nat(30),
      }),
      (tasks, perInstance, options) => {
        const start = Math.min(options.start, options.max);
        const seen = run(tasks, perInstance, { ...options, start, minutes: 120 });
        const end = seen.slice(-40);
        const enough = Math.min(options.max, Math.ceil(tasks / perInstance));
        const final = end.at(-1) ?? -1;
        const spare = Math.ceil((Math.ceil(tasks / perInstance) * 100) / options.target - 1e-9);
        return end.every((n) => n === final) && final >= enough && final <= Math.max(spare, enough, 2);
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
