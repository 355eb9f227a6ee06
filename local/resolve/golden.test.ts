/** Golden pairs: stack JSON in, resolved topology or exact errors out. One file a case; add a file, and it is tested. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { CutoverError } from '../errors.ts';
import { readStacks } from '../read/index.ts';
import { resolve } from './index.ts';

interface Golden {
  readonly about: string;
  readonly input: unknown;
  /** Files beside the stack: text, or bytes in base64. */
  readonly files?: Readonly<Record<string, string | { readonly base64: string }>>;
  /** Types and addresses accepted without local effect. */
  readonly allow?: readonly string[];
  /** What the topology holds at least. */
  readonly expect?: unknown;
  /** Every problem, by code and part of its address. */
  readonly errors?: readonly { readonly code: string; readonly address: string }[];
}

const dir = join(import.meta.dirname, 'golden');

/** Does `actual` hold all of `expected`? Lists are compared element by element. */
function holds(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected))
    return Array.isArray(actual) && actual.length === expected.length && expected.every((e, i) => holds(actual[i], e));
  if (expected !== null && typeof expected === 'object')
    return (
      actual !== null &&
      typeof actual === 'object' &&
      Object.entries(expected).every(([k, v]) => holds((actual as Record<string, unknown>)[k], v))
    );
  return Object.is(actual, expected);
}

for (const name of readdirSync(dir).sort()) {
  const golden = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Golden;
  test(`${name.replace('.json', '')}: ${golden.about}`, async (t) => {
    const top = await mkdtemp(join(tmpdir(), 'cutover-golden-'));
    t.teardown(() => rm(top, { recursive: true, force: true }));
    // The folder names the stack, and the stack the ids.
    const work = join(top, 'golden');
    await mkdir(work);
    await writeFile(join(work, 'main.tf.json'), JSON.stringify(golden.input));
    for (const [file, content] of Object.entries(golden.files ?? {})) {
      const bytes = typeof content === 'string' ? content : Buffer.from(content.base64, 'base64');
      await mkdir(dirname(join(work, file)), { recursive: true });
      await writeFile(join(work, file), bytes);
    }
    const raw = await readStacks(work);
    const options = { allow: golden.allow ?? [] };
    if (golden.errors) {
      const error = t.throws(() => resolve(raw, options), { instanceOf: CutoverError });
      const found = error?.problems ?? [];
      t.is(found.length, golden.errors.length, error?.message ?? '');
      for (const { code, address } of golden.errors) {
        const match = found.find((p) => p.code === code && (p.address ?? '').includes(address));
        t.truthy(match, `${code} at ${address} is missing among\n${error?.message}`);
        t.truthy(match?.fix, 'it says what to do');
      }
      return;
    }
    const topology = resolve(raw, options);
    t.true(holds(topology, golden.expect), JSON.stringify(topology, null, 1).slice(0, 4000));
    t.true(Object.isFrozen(topology));
  });
}
