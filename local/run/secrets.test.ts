/** The seed of generated secrets, and what becomes of one that is damaged. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createSecrets } from './secrets.ts';

test('secrets stay the same with their seed; a damaged seed is kept aside, and told', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-secrets-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const warnings: string[] = [];
  const secret = async () =>
    (await createSecrets(dir, (message) => warnings.push(message))).of('stack/random_password.a');
  const first = await secret();
  t.is(await secret(), first);
  t.deepEqual(warnings, []);
  const file = join(dir, 'secrets.seed');
  const half = (await readFile(file, 'utf8')).slice(0, 20);
  await writeFile(file, half);
  const next = await secret();
  t.not(next, first);
  t.regex(warnings.join(), /damaged: generated secrets are drawn anew; what is in it is kept as .*seed\.unreadable$/);
  t.is(await readFile(`${file}.unreadable`, 'utf8'), half);
  t.is(await secret(), next, 'and the new seed holds');
});
