import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root } from '../../cli/paths.ts';
import { byPlace, placeOf, WAITING } from './order.ts';

const others = Array.from({ length: 500 }, (_, n) => `/p/local/run/kind-${n % 20}/file-${n}.test.ts`);

test('every file that is named is there', (t) => {
  t.deepEqual(
    WAITING.filter((file) => !existsSync(join(root, file))),
    [],
  );
});

test('waiting files begin in their order, spread over the first 70 % of the run', (t) => {
  const sorted = [...WAITING.toReversed().map((file) => `/p${file}`), ...others].sort(byPlace);
  const at = WAITING.map((file) => sorted.indexOf(`/p${file}`));
  t.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
  t.is(at[0], 0);
  t.true((at.at(-1) as number) < 0.75 * sorted.length);
  const most = Math.max(...at.slice(1).map((place, n) => place - (at[n] as number)));
  t.true(most < 40, `${most} files between two that wait`);
});

test('every file has one place, whichever order they come in', (t) => {
  t.deepEqual(others.toSorted(byPlace), others.toReversed().sort(byPlace));
  for (const file of others) t.true(placeOf(file) >= 0 && placeOf(file) < 1);
});
