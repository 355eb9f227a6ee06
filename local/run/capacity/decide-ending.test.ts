import test from 'ava';
import fc from 'fast-check';
import type { CapacityInstance } from './contracts.ts';
import { type DrainingTask, decideDraining } from './decide-draining.ts';
import { decideEnding, zoneForLaunch } from './decide-ending.ts';

const instance = (id: string, zone: string, launchedAtMs: number, tasks = 0): CapacityInstance => ({
  id,
  zone,
  status: 'ACTIVE',
  launchedAtMs,
  tasks,
});

test('the zone with the most gives first, its oldest instance', (t) => {
  const instances = [instance('1', 'a', 1), instance('2', 'b', 0), instance('3', 'a', 2), instance('4', 'a', 3)];
  const end = (count: number) => decideEnding({ instances, count, terminationProtection: false }).ids;
  t.deepEqual(end(1), ['1']);
  t.deepEqual(end(2), ['1', '3']);
  t.deepEqual(end(3), ['1', '3', '4']); // a and b are equal then: by name
  t.deepEqual(end(9), ['1', '3', '4', '2']);
});

test('protected instances stay, even where that leaves zones uneven', (t) => {
  const instances = [instance('1', 'a', 1, 2), instance('2', 'a', 2, 1), instance('3', 'b', 3)];
  t.deepEqual(decideEnding({ instances, count: 2, terminationProtection: true }), {
    ids: ['3'],
    protectedIds: ['1', '2'],
  });
  t.deepEqual(decideEnding({ instances, count: 2, terminationProtection: false }).ids, ['1', '2']);
});

test('what drains already is not counted', (t) => {
  const instances = [
    { ...instance('1', 'a', 1), status: 'DRAINING' as const },
    instance('2', 'a', 2),
    instance('3', 'b', 1),
  ];
  t.deepEqual(decideEnding({ instances, count: 1, terminationProtection: false }).ids, ['2']);
});

test('a new instance goes where the fewest are', (t) => {
  const counts: Record<string, number> = { a: 1, b: 0, c: 1 };
  t.is(
    zoneForLaunch(['a', 'b', 'c'], (zone) => counts[zone] ?? 0),
    'b',
  );
  t.is(
    zoneForLaunch(['a', 'b'], () => 0),
    'a',
  );
});

const fleet = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5), fc.nat(2)), { maxLength: 20 })
  .map((list) => list.map(([zone, at, tasks], i) => instance(String(i), zone, at, tasks)));

test('property: none protected, none twice, as many as asked for or all there are; zones end no more uneven than one', (t) => {
  fc.assert(
    fc.property(fleet, fc.nat(25), fc.boolean(), (instances, count, terminationProtection) => {
      const { ids } = decideEnding({ instances, count, terminationProtection });
      const ending = instances.filter((i) => ids.includes(i.id));
      const free = instances.filter((i) => !terminationProtection || i.tasks === 0);
      if (new Set(ids).size !== ids.length || ids.length !== Math.min(count, free.length)) return false;
      if (terminationProtection) return ending.every((i) => i.tasks === 0);
      // Unprotected: only from zones that were fullest at the time, so the spread never grows beyond one or what it was.
      const spread = (list: readonly CapacityInstance[]): number => {
        const counts = ['a', 'b', 'c']
          .map((zone) => list.filter((i) => i.zone === zone).length)
          .filter((n, k) => instances.some((i) => i.zone === 'abc'[k]) || n > 0);
        return counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);
      };
      return spread(instances.filter((i) => !ids.includes(i.id))) <= Math.max(1, spread(instances));
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});

const task = (id: string, phase: DrainingTask['phase'] = 'running', healthy = phase === 'running'): DrainingTask => ({
  id,
  phase,
  healthy,
});

for (const [name, minimum, maximum, onDraining, elsewhere, stop, start] of [
  ['100 %: replacements first', 100, 200, [task('1'), task('2')], [task('3'), task('4')], [], 2],
  [
    '100 %, replaced and healthy',
    100,
    200,
    [task('1'), task('2')],
    [task('3'), task('4'), task('5'), task('6')],
    ['1', '2'],
    0,
  ],
  ['50 %: half may go at once', 50, 200, [task('1'), task('2')], [task('3'), task('4')], ['1', '2'], 2],
  ['50 %, all on it', 50, 100, [task('1'), task('2'), task('3'), task('4')], [], ['1', '2'], 2],
  ['starting ones go at once', 100, 200, [task('1', 'starting'), task('2')], [task('3'), task('4')], ['1'], 2],
  ['unhealthy ones too', 100, 200, [task('1', 'running', false)], [task('2'), task('3'), task('4')], ['1'], 1],
] as const)
  test(`draining, four desired: ${name}`, (t) => {
    const input = { desiredCount: 4, minimumHealthyPercent: minimum, maximumPercent: maximum, onDraining, elsewhere };
    t.deepEqual(decideDraining(input), { stop: [...stop], start });
  });

const drainers = fc.array(fc.tuple(fc.constantFrom('starting' as const, 'running' as const), fc.boolean()), {
  maxLength: 12,
});

test('property: draining never takes healthy tasks below the minimum, nor all tasks above the maximum', (t) => {
  fc.assert(
    fc.property(
      drainers,
      drainers,
      fc.nat(12),
      fc.nat(100),
      fc.nat(150),
      (on, off, desiredCount, minimumHealthyPercent, more) => {
        const tasks = (list: typeof on, prefix: string) =>
          list.map(([phase, healthy], i) => task(`${prefix}${i}`, phase, healthy && phase === 'running'));
        const onDraining = tasks(on, 'd');
        const elsewhere = tasks(off, 'e');
        const maximumPercent = 100 + more;
        const { stop, start } = decideDraining({
          desiredCount,
          minimumHealthyPercent,
          maximumPercent,
          onDraining,
          elsewhere,
        });
        const healthy = [...onDraining, ...elsewhere].filter((x) => x.healthy);
        const left = healthy.filter((x) => !stop.includes(x.id)).length;
        const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
        const total = onDraining.length + elsewhere.length - stop.length + start;
        const most = Math.floor((desiredCount * maximumPercent) / 100);
        return left >= Math.min(healthy.length, least) && (start === 0 || total <= most);
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
