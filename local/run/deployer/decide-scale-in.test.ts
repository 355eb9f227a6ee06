import test from 'ava';
import fc from 'fast-check';
import type { PlacementStrategy } from '../../topology.ts';
import { decideScaleIn, type PlacedTask } from './decide-scale-in.ts';

const SIZE = { cpuUnits: 512, memoryMiB: 128 };
const CPU: PlacementStrategy[] = [{ type: 'binpack', field: 'cpu' }];
const SPREAD: PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

/** `a1 a1 b1`: tasks on instances in zones, oldest first; an instance holds four. */
function placed(where: string): PlacedTask[] {
  const names = where.split(' ');
  return names.map((name, i) => ({
    id: `${name}#${i}`,
    zone: name.slice(0, 1),
    instance: {
      ...{ id: name, instanceType: 't3.small', memoryMiB: 1_000 },
      cpuUnits: 2_048 - SIZE.cpuUnits * names.filter((other) => other === name).length,
    },
  }));
}

// ECS task-placement-strategies: spread keeps the zones in balance, binpack empties what has most room.
for (const [title, where, strategies, expected] of [
  ['spread: four and three become one and one', 'a1 a1 a1 a1 b1 b1 b1', SPREAD, 'a1#0 a1#1 b1#4 a1#2 b1#5'],
  ['spread is the default', 'a1 a1 b1', [], 'a1#0'],
  ['spread: within a zone the fuller instance', 'a1 a2 a2 b1', SPREAD, 'a2#1'],
  ['one zone has two, the others one (API_UpdateService)', 'a1 b1 b1 c1 c1', SPREAD, 'b1#1 c1#3'],
  ['binpack: the emptier instance runs empty', 'a1 a1 a1 a1 b1 b1 b1', CPU, 'b1#4 b1#5 b1#6 a1#0 a1#1'],
  [
    'binpack on memory, alike everywhere: the fuller instance',
    'a1 b1 b1',
    [{ type: 'binpack', field: 'memory' }],
    'b1#1',
  ],
  ['random: any will do', 'a1 b1', [{ type: 'random', field: null }], 'a1#0'],
  ['spread over zones, packed within', 'a1 a2 a2 b1 b1', [SPREAD[0], ...CPU], 'a1#0 a2#1'],
] as const) {
  test(title, (t) => {
    const gone = decideScaleIn(placed(where), strategies as PlacementStrategy[], SIZE, expected.split(' ').length);
    t.is(gone.join(' '), expected);
  });
}

test('on Fargate zones stay in balance too', (t) => {
  const tasks = ['a', 'a', 'b'].map((zone, i) => ({ id: `${zone}${i}`, zone, instance: null }));
  t.deepEqual(decideScaleIn(tasks, [], SIZE, 2), ['a0', 'a1']);
  t.deepEqual(decideScaleIn(tasks, CPU, SIZE, 9).length, 3);
});

test('as many as asked for, each once; with spread, zones never become more uneven', (t) => {
  const counts = (tasks: readonly PlacedTask[]) =>
    [...Map.groupBy(tasks, (task) => task.zone).values()].map((g) => g.length);
  const gap = (tasks: readonly PlacedTask[], zones: number) => {
    const own = counts(tasks);
    return Math.max(0, ...own) - (own.length < zones ? 0 : Math.min(...own));
  };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1'), { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.constantFrom(SPREAD, CPU, []),
      (where, count, strategies) => {
        const tasks = placed(where.join(' '));
        const gone = decideScaleIn(tasks, strategies, SIZE, count);
        const left = tasks.filter((task) => !gone.includes(task.id));
        t.is(new Set(gone).size, Math.min(count, tasks.length));
        if (strategies !== CPU) {
          const zones = counts(tasks).length;
          t.true(gap(left, zones) <= Math.max(1, gap(tasks, zones)));
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
