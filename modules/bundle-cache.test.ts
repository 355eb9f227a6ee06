import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { kept } from './bundle-cache.ts';

interface Place {
  readonly from: string;
  readonly cache: string;
  /** Bundles one.ts and two.ts by putting them together. */
  made(key?: string): string;
  count: number;
}

function place(t: ExecutionContext): Place {
  const from = mkdtempSync(join(tmpdir(), 'cutover-bundles-'));
  t.teardown(() => rmSync(from, { recursive: true }));
  writeFileSync(join(from, 'one.ts'), 'one');
  writeFileSync(join(from, 'two.ts'), 'two');
  const cache = join(from, 'cache');
  const self: Place = {
    from,
    cache,
    count: 0,
    made(key = 'entry') {
      const make = () => {
        self.count += 1;
        return { bytes: Buffer.from(`bundle ${self.count}`), inputs: ['one.ts', join(from, 'two.ts')] };
      };
      return Buffer.from(kept(key, from, make, cache)).toString();
    },
  };
  return self;
}

test('made once, while nothing changes, and whole on disk', (t) => {
  const { made, cache } = place(t);
  t.deepEqual([made(), made(), made()], ['bundle 1', 'bundle 1', 'bundle 1']);
  t.is(readdirSync(cache).length, 1);
});

test('made anew when a file of it changes, or goes, or the bundler does', (t) => {
  const { made, from } = place(t);
  t.is(made(), 'bundle 1');
  writeFileSync(join(from, 'two.ts'), 'TWO');
  t.is(made(), 'bundle 2');
  t.is(made(), 'bundle 2');
  t.is(made('entry, another version'), 'bundle 3');
  rmSync(join(from, 'one.ts'));
  t.deepEqual([made(), made()], ['bundle 4', 'bundle 5']);
});

test('half a file, and a folder that is none, are no cache', (t) => {
  const one = place(t);
  one.made();
  for (const name of readdirSync(one.cache)) writeFileSync(join(one.cache, name), '{"inputs": {');
  t.is(one.made(), 'bundle 2');
  const other = place(t);
  writeFileSync(other.cache, '');
  t.deepEqual([other.made(), other.made()], ['bundle 1', 'bundle 2']);
});
