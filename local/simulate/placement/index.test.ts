import test from 'ava';
import fc from 'fast-check';
import { decidePlacement, type PlacementRequest } from '../../run/scheduler/decide-placement.ts';
import { Placement } from './index.ts';
import { candidateOf, type Node } from './node.ts';

const strategy = fc.oneof(
  fc.constantFrom(
    { type: 'spread' as const, field: 'attribute:ecs.availability-zone' },
    { type: 'spread' as const, field: 'instanceId' },
    { type: 'spread' as const, field: 'attribute:ecs.instance-type' },
    { type: 'binpack' as const, field: 'memory' },
    { type: 'binpack' as const, field: 'cpu' },
  ),
);
const constraint = fc.constantFrom(
  { type: 'distinctInstance' as const, expression: null },
  { type: 'memberOf' as const, expression: 'attribute:ecs.instance-type == m5.large' },
  { type: 'memberOf' as const, expression: 'attribute:ecs.availability-zone in [a, b]' },
);
const request = (group: string): fc.Arbitrary<PlacementRequest> =>
  fc.record({
    group: fc.constant(group),
    cpuUnits: fc.constantFrom(0, 128, 256, 512),
    memoryMiB: fc.constantFrom(128, 256, 700),
    hostPorts: fc.constantFrom([], [], [], [80]),
    constraints: fc.array(constraint, { maxLength: 1 }),
    strategies: fc.array(strategy, { maxLength: 3 }),
  });
const node = fc.record({
  zone: fc.constantFrom('a', 'b', 'c'),
  instanceType: fc.constantFrom('m5.large', 't3.small'),
  cpuUnits: fc.constantFrom(1024, 2048),
  memoryMiB: fc.constantFrom(1024, 2048, 4096),
});
/** Which of the requests, and what: place one, stop the nth that runs, a node comes, a node without tasks goes. */
const step = fc.tuple(fc.constantFrom('place', 'place', 'place', 'stop', 'add', 'remove'), fc.nat(1), fc.nat(50));

type Running = { readonly node: Node; readonly need: PlacementRequest };

test('property: decides as decide-placement.ts does, whatever happened to the fleet before', (t) => {
  fc.assert(
    fc.property(
      fc.array(node, { maxLength: 8 }),
      fc.tuple(request('service:a'), request('service:b')),
      fc.array(step, { maxLength: 40 }),
      node,
      (nodes, requests, steps, extra) => {
        const placement = new Placement();
        let count = 0;
        const add = (n: typeof extra): unknown => placement.addNode({ ...n, id: `i-${(count++ * 7) % 97}` });
        for (const n of nodes) add(n);
        const running: Running[] = [];
        for (const [what, which, at] of steps) {
          const need = requests[which] as PlacementRequest;
          if (what === 'add') add(extra);
          else if (what === 'remove') {
            const idle = [...placement.nodes.values()].filter((n) => n.tasks === 0);
            if (idle.length > 0) placement.removeNode(idle[at % idle.length]?.id ?? '');
          } else if (what === 'stop') {
            const [gone] = running.splice(at % Math.max(1, running.length), 1);
            if (gone) placement.give(gone.node, gone.need);
          } else {
            const expected = decidePlacement(need, [...placement.nodes.values()].map(candidateOf), 0).instanceId;
            const chosen = placement.choose(need, () => 0);
            if ((chosen?.id ?? null) !== expected) return false;
            if (chosen) {
              placement.take(chosen, need);
              running.push({ node: chosen, need });
            } else if (placement.explain(need) === '') return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('the random strategy is the scheduler’s own', (t) => {
  const placement = new Placement();
  for (const id of ['i-1', 'i-2', 'i-3'])
    placement.addNode({ id, zone: 'a', instanceType: 'm5.large', cpuUnits: 1024, memoryMiB: 1024 });
  const need: PlacementRequest = {
    group: 'service:a',
    cpuUnits: 1,
    memoryMiB: 1,
    hostPorts: [],
    constraints: [],
    strategies: [{ type: 'random', field: null }],
  };
  t.is(placement.choose(need, () => 0)?.id, 'i-1');
  t.is(placement.choose(need, () => 0.99)?.id, 'i-3');
});
