import test from 'ava';
import fc from 'fast-check';
import { type Candidate, decidePlacement, type PlacementRequest } from './decide-placement.ts';
import { compileExpression } from './expression.ts';

const candidate = (id: string, part: Partial<Candidate> = {}): Candidate => ({
  id,
  zone: 'a',
  instanceType: 't3.small',
  cpuUnits: 2048,
  memoryMiB: 2048,
  ports: new Set(),
  groups: [],
  ...part,
});

const request = (part: Partial<PlacementRequest> = {}): PlacementRequest => ({
  group: 'service:s',
  cpuUnits: 0,
  memoryMiB: 128,
  hostPorts: [],
  constraints: [],
  strategies: [],
  ...part,
});

const place = (r: PlacementRequest, candidates: readonly Candidate[]): string | null =>
  decidePlacement(r, candidates, 0).instanceId;

test('without a strategy, tasks spread over zones, then over instances (ECS task-placement)', (t) => {
  const busy = candidate('i-1', { zone: 'a', groups: ['service:s'] });
  t.is(place(request(), [busy, candidate('i-2', { zone: 'b' })]), 'i-2');
  t.is(place(request(), [busy, candidate('i-2', { zone: 'a' })]), 'i-2');
});

test('binpack takes the instance with the least left, spread and distinctInstance keep tasks apart', (t) => {
  const small = candidate('i-1', { memoryMiB: 200 });
  const large = candidate('i-2', { memoryMiB: 2000 });
  t.is(place(request({ strategies: [{ type: 'binpack', field: 'memory' }] }), [large, small]), 'i-1');
  const taken = candidate('i-3', { groups: ['service:s'] });
  t.is(place(request({ constraints: [{ type: 'distinctInstance', expression: null }] }), [taken, large]), 'i-2');
  t.is(place(request({ constraints: [{ type: 'distinctInstance', expression: null }] }), [taken]), null);
});

test('when nothing fits, the refusal says what was missing and on how many', (t) => {
  const outcome = decidePlacement(
    request({ memoryMiB: 4096 }),
    [candidate('i-1'), candidate('i-2', { cpuUnits: 0 })],
    0,
  );
  t.is(outcome.instanceId, null);
  t.regex('reason' in outcome ? outcome.reason : '', /2 of 2 has insufficient memory available/);
  const none = decidePlacement(request(), [], 0);
  t.regex('reason' in none ? none.reason : '', /No Container Instances were found in your cluster/);
});

test('a static host port that is taken is told as such', (t) => {
  const outcome = decidePlacement(request({ hostPorts: [5000] }), [candidate('i-1', { ports: new Set([5000]) })], 0);
  t.regex('reason' in outcome ? outcome.reason : '', /already using a port required by your task/);
});

for (const [expression, fits] of [
  ['attribute:ecs.instance-type == t3.small', true],
  ['attribute:ecs.instance-type =~ t3.*', true],
  ['attribute:ecs.instance-type in [t3.large, m5.large]', false],
  ['attribute:ecs.availability-zone == a and attribute:ecs.instance-type != m5.large', true],
  ['attribute:ecs.availability-zone == b or attribute:ecs.instance-type == t3.small', true],
] as const) {
  test(`memberOf ${expression}`, (t) => {
    t.is(compileExpression(expression)(candidate('i-1')), fits);
  });
}

test('an expression that cannot be evaluated is refused by name', (t) => {
  t.throws(() => compileExpression('attribute:colour == red'), { message: /no attribute colour/ });
  t.throws(() => compileExpression('what?'), { message: /not understood/ });
});

test('property: a task is only ever placed where it fits', (t) => {
  const candidates = fc.array(
    fc.record({
      cpuUnits: fc.integer({ min: 0, max: 4096 }),
      memoryMiB: fc.integer({ min: 0, max: 4096 }),
      zone: fc.constantFrom('a', 'b', 'c'),
      ports: fc.array(fc.integer({ min: 1, max: 5 })),
    }),
    { maxLength: 8 },
  );
  t.notThrows(() =>
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 0, max: 4096 }),
        fc.integer({ min: 0, max: 4096 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
        (list, cpuUnits, memoryMiB, hostPorts) => {
          const all = list.map((c, i) => candidate(`i-${i}`, { ...c, ports: new Set(c.ports) }));
          const { instanceId } = decidePlacement(request({ cpuUnits, memoryMiB, hostPorts }), all, 0.5);
          const fits = (c: Candidate): boolean =>
            c.cpuUnits >= cpuUnits && c.memoryMiB >= memoryMiB && hostPorts.every((p) => !c.ports.has(p));
          if (instanceId === null) return !all.some(fits);
          return fits(all.find((c) => c.id === instanceId) as Candidate);
        },
      ),
      { numRuns: 10_000 },
    ),
  );
});
