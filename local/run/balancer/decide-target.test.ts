import test from 'ava';
import fc from 'fast-check';
import { decideEligible, decideGroup, decideTarget, type Selectable } from './decide-target.ts';

type State = Selectable['state'];
const target = (state: State = 'healthy', change: Partial<Selectable> = {}): Selectable => ({
  state,
  outstanding: 0,
  slowStartSinceMs: null,
  ...change,
});
const rule = { algorithm: 'round_robin', slowStartMs: 0, nowMs: 0, random: () => 0 } as const;
const states = fc.constantFrom<State>('initial', 'healthy', 'unhealthy', 'unused', 'draining');

test('round robin takes each in turn', (t) => {
  const targets = [target(), target(), target()];
  const turn = { next: 0 };
  const picks = Array.from({ length: 6 }, () => targets.indexOf(decideTarget(targets, turn, rule)!));
  t.deepEqual(picks, [0, 1, 2, 0, 1, 2]);
});

test('least outstanding requests takes the idlest, ties in turn', (t) => {
  const busy = [
    target('healthy', { outstanding: 3 }),
    target('healthy', { outstanding: 1 }),
    target('healthy', { outstanding: 1 }),
  ];
  const turn = { next: 0 };
  const picks = Array.from({ length: 4 }, () =>
    busy.indexOf(decideTarget(busy, turn, { ...rule, algorithm: 'least_outstanding_requests' })!),
  );
  t.false(picks.includes(0));
  t.true(picks.includes(1) && picks.includes(2));
});

test('no target: no choice', (t) => {
  t.is(decideTarget([], { next: 0 }, rule), null);
});

test('nothing goes to draining or unused targets, nor to unhealthy or new ones while one is healthy', (t) => {
  fc.assert(
    fc.property(fc.array(states, { maxLength: 12 }), (list) => {
      const eligible = decideEligible(list.map((state) => target(state)));
      if (eligible.some(({ state }) => state === 'draining' || state === 'unused')) return false;
      const healthy = list.filter((state) => state === 'healthy').length;
      if (healthy > 0) return eligible.length === healthy && eligible.every(({ state }) => state === 'healthy');
      return eligible.length === list.filter((state) => state === 'unhealthy' || state === 'initial').length;
    }),
  );
  t.pass();
});

test('round robin is even to within one request, whatever the number of targets', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 300 }), (count, requests) => {
      const targets = Array.from({ length: count }, () => target());
      const turn = { next: 0 };
      const counts = new Map<Selectable, number>();
      for (let i = 0; i < requests; i++) {
        const picked = decideTarget(targets, turn, rule)!;
        counts.set(picked, (counts.get(picked) ?? 0) + 1);
      }
      const all = targets.map((one) => counts.get(one) ?? 0);
      return Math.max(...all) - Math.min(...all) <= 1;
    }),
  );
  t.pass();
});

test('a target in slow start takes a share that grows linearly', (t) => {
  const shareAt = (elapsedMs: number): number => {
    const targets = [target(), target('healthy', { slowStartSinceMs: 0 })];
    const turn = { next: 0 };
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let taken = 0;
    for (let i = 0; i < 20_000; i++)
      if (decideTarget(targets, turn, { ...rule, slowStartMs: 30_000, nowMs: elapsedMs, random }) === targets[1])
        taken++;
    return taken / 20_000;
  };
  t.true(shareAt(0) < 0.01);
  // At half of it, it takes every second of its turns, so a third of all requests.
  t.true(Math.abs(shareAt(15_000) - 1 / 3) < 0.02);
  t.true(Math.abs(shareAt(30_000) - 0.5) < 0.001);
});

test('only targets in slow start: one of them is taken all the same', (t) => {
  const alone = [target('healthy', { slowStartSinceMs: 0 })];
  t.is(decideTarget(alone, { next: 0 }, { ...rule, slowStartMs: 30_000, nowMs: 0, random: () => 0.99 }), alone[0]!);
});

test('a weighted split is within one request of its shares, after any number of them', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 3_000 }),
      (weights, requests) => {
        const shares = weights.map((weight) => ({ weight, current: 0 }));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const counts = weights.map(() => 0);
        for (let i = 0; i < requests; i++) {
          const picked = decideGroup(shares);
          if (picked === null) return total === 0;
          counts[shares.indexOf(picked)]! += 1;
        }
        return counts.every(
          (count, i) =>
            Math.abs(count - (requests * weights[i]!) / total) <= weights.length - 1 || weights.length === 1,
        );
      },
    ),
  );
  t.pass();
});

test('a group of weight 0 gets nothing', (t) => {
  const shares = [
    { weight: 0, current: 0 },
    { weight: 1, current: 0 },
  ];
  for (let i = 0; i < 10; i++) t.is(decideGroup(shares), shares[1]!);
});
