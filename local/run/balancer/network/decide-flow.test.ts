import test from 'ava';
import fc from 'fast-check';
import { decideFlow, type Flow, type FlowTarget, hashOf } from './decide-flow.ts';

const target = (n: number, zone = 'a'): FlowTarget => ({ key: `127.30.0.${n}:80`, target: { zone } });
const flow = (change: Partial<Flow> = {}): Flow => ({
  clientAddress: '127.0.0.1',
  clientPort: 40_000,
  listenerAddress: '127.10.0.1',
  listenerPort: 443,
  sequence: 7,
  ...change,
});
const flows = fc.record({
  clientAddress: fc.ipV4(),
  clientPort: fc.integer({ min: 1, max: 65_535 }),
  listenerAddress: fc.constant('127.10.0.1'),
  listenerPort: fc.constant(443),
  sequence: fc.nat(),
});
const targets = fc
  .uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 })
  .chain((ids) =>
    fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: ids.length, maxLength: ids.length })
      .map((zones) => ids.map((id, i) => target(id, zones[i]))),
  );
const anywhere = { sticky: false, crossZone: true };

test('no target: no choice', (t) => {
  t.is(decideFlow([], flow(), anywhere), null);
  t.is(decideFlow([], flow(), { sticky: true, crossZone: false }), null);
});

test('a flow has one target, whatever order they come in, which only its own departure changes', (t) => {
  fc.assert(
    fc.property(targets, flows, fc.boolean(), (all, one, sticky) => {
      const rule = { sticky, crossZone: true };
      const chosen = decideFlow(all, one, rule);
      if (chosen === null || decideFlow(all.toReversed(), one, rule) !== chosen) return false;
      return all
        .filter((other) => other !== chosen)
        .every(
          (gone) =>
            decideFlow(
              all.filter((other) => other !== gone),
              one,
              rule,
            ) === chosen,
        );
    }),
  );
  t.pass();
});

test('a sticky client goes to one target by all its connections', (t) => {
  fc.assert(
    fc.property(targets, flows, fc.integer({ min: 1, max: 65_535 }), fc.nat(), (all, one, clientPort, sequence) => {
      const rule = { sticky: true, crossZone: true };
      return decideFlow(all, one, rule) === decideFlow(all, { ...one, clientPort, sequence }, rule);
    }),
  );
  t.pass();
});

const spread = (all: readonly FlowTarget[], crossZone: boolean): Map<string, number> => {
  const counts = new Map<string, number>();
  for (let port = 20_000; port < 24_000; port++) {
    const key = decideFlow(all, flow({ clientPort: port, sequence: hashOf(`${port}`) }), { sticky: false, crossZone });
    counts.set(key?.key ?? '', (counts.get(key?.key ?? '') ?? 0) + 1);
  }
  return counts;
};

test('across zones each target has an equal share of flows', (t) => {
  const counts = [...spread([target(1), target(2, 'b'), target(3, 'b'), target(4, 'b')], true).values()];
  t.is(counts.length, 4);
  for (const count of counts) t.true(Math.abs(count - 1000) < 150, `${count} of 4000`);
});

test('without cross-zone each zone has an equal share, however few targets it has', (t) => {
  const counts = spread([target(1), target(2, 'b'), target(3, 'b'), target(4, 'b')], false);
  t.true(Math.abs((counts.get('127.30.0.1:80') ?? 0) - 2000) < 200);
});
