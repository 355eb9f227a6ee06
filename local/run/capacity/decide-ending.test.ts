import test from 'ava';
import fc from 'fast-check';
import type { CapacityInstance } from './contracts.ts';
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
