/** Whatever is changed in a system that was accepted, the resolver answers with a topology or with problems that explain themselves. */
import test from 'ava';
import fc from 'fast-check';
import { CutoverError } from '../errors.ts';
import type { RawStacks } from '../read/index.ts';
import { resolve } from './index.ts';
import { goldenInput } from './testing/golden-input.ts';

const RUNS = 150;

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', 'x', [], {}, [null], [[]], [{}], { a: 1 }),
  fc.constantFrom<unknown>('${', '${nothing.x}', '${self.x}', '${jsonencode({})}', '../../nowhere', 'a'.repeat(2000)),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Replaces (or with `drop` removes) what lies at the end of a walk that the steps choose. */
function mutate(raw: RawStacks, steps: readonly number[], value: unknown, drop: boolean): void {
  let at = (raw.stacks[0] as RawStacks['stacks'][number]).json['resource'] as Record<string, unknown>;
  for (const [i, step] of steps.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const inner = at[key];
    if (i < steps.length - 1 && inner !== null && typeof inner === 'object') at = inner as Record<string, unknown>;
    else if (drop && !Array.isArray(at)) {
      delete at[key];
      return;
    } else {
      at[key] = value;
      return;
    }
  }
}

for (const name of ['blue-green-service', 'scaling', 'alarm-on-one-query', 'function-from-an-object', 'waits'])
  test(`property: ${name}, changed anywhere`, async (t) => {
    const input = await goldenInput(name);
    t.teardown(input.remove);
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 2, maxLength: 8 }), odd, fc.boolean(), (steps, value, drop) => {
        const raw = input.raw();
        mutate(raw, steps, value, drop);
        try {
          t.true(Object.isFrozen(resolve(raw)));
        } catch (error) {
          if (!(error instanceof CutoverError)) throw error;
          for (const problem of error.problems) t.true(Boolean(problem.address && problem.fix), problem.message);
        }
      }),
      { numRuns: RUNS },
    );
  });
