import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { unzipSync } from 'fflate';
import { nodeBundle, staged, zipped } from './node-bundle.ts';

const ENTRY = fileURLToPath(new URL('testing/hook.ts', import.meta.url));

test('one CommonJS file that runs', async (t) => {
  const { bytes, digest } = nodeBundle(ENTRY);
  t.is(digest.toString('hex'), createHash('sha256').update(bytes).digest('hex'));
  const { path } = staged('hook.cjs', bytes);
  const { handler } = createRequire(import.meta.url)(path) as { handler(event: object): Promise<string> };
  t.is(await handler({ afterMs: 1 }), 'Succeeded');
});

test('a bundle carries no path of this machine', (t) => {
  const forum = fileURLToPath(new URL('../services/forum/monolith/src/builds/latest.ts', import.meta.url));
  const root = join(import.meta.dirname, '..');
  for (const entry of [ENTRY, forum]) t.false(Buffer.from(nodeBundle(entry).bytes).includes(root));
});

test('an entry is bundled once a process', (t) => {
  t.is(nodeBundle(ENTRY), nodeBundle(ENTRY));
});

test('a missing entry is told by its path', (t) => {
  t.throws(() => nodeBundle(join(import.meta.dirname, 'no-such-file.ts')), { message: /no-such-file\.ts/ });
});

test.serial('a package depends on name and bundle alone, in every time zone', (t) => {
  const bundle = nodeBundle(ENTRY);
  const before = process.env['TZ'];
  const packages = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map((zone) => {
    process.env['TZ'] = zone;
    return Buffer.from(zipped('hook.js', bundle)).toString('hex');
  });
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
  t.is(new Set(packages).size, 1);
  const files = unzipSync(Buffer.from(packages[0]!, 'hex'));
  t.deepEqual(Object.keys(files), ['hook.js']);
  t.deepEqual(Buffer.from(files['hook.js']!), Buffer.from(bundle.bytes));
});

test('equal content is staged at one place, other content elsewhere', (t) => {
  const [one, again, other] = ['a', 'a', 'b'].map((text) => staged('file.txt', Buffer.from(text)));
  t.is(one!.path, again!.path);
  t.not(one!.path, other!.path);
  t.true(existsSync(one!.path));
  t.is(readFileSync(other!.path, 'utf8'), 'b');
});
