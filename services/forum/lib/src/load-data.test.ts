import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { DEFAULT_DATA } from './data.ts';
import { checkDataFile, loadData } from './load-data.ts';

let dir: string;
test.before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cutover-forum-'));
});
test.after.always(() => rm(dir, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  return path;
}
const GOOD = JSON.stringify(DEFAULT_DATA);

test('no file: the data that the build has with it', (t) => {
  t.deepEqual(checkDataFile({ DB_FILE: null }), []);
  t.is(loadData(null, DEFAULT_DATA), DEFAULT_DATA);
});

test('a file, also one that begins with a byte-order mark', async (t) => {
  for (const [name, text] of [
    ['plain.json', GOOD],
    ['mark.json', `\uFEFF${GOOD}`],
  ] as const) {
    const path = await file(name, text);
    t.deepEqual(checkDataFile({ DB_FILE: path }), []);
    t.deepEqual(loadData(path, { users: [], threads: [], posts: [] }), DEFAULT_DATA);
  }
});

test('members and their order stay as they are in the file', async (t) => {
  const text = '{"threads":[],"posts":[],"users":[{"zodiac":"owl","bio":"b","name":"n","username":"u","id":1}]}';
  t.is(JSON.stringify(loadData(await file('order.json', text), DEFAULT_DATA)), text);
});

test('no such file, a folder, no JSON, too large: each refused by name', async (t) => {
  for (const [path, value, rule] of [
    [join(dir, 'missing.json'), /ENOENT/, /can be read/],
    [dir, /EISDIR/, /can be read/],
    [await file('broken.json', '{"users": [}'), /JSON/, /^JSON$/],
    [await file('empty.json', ''), /JSON/, /^JSON$/],
    [await file('large.json', ' '.repeat(16 * 1024 * 1024 + 1)), /16777217 bytes/, /at most 16777216 bytes/],
  ] as const) {
    const [problem, ...more] = checkDataFile({ DB_FILE: path });
    t.deepEqual(more, []);
    t.is(problem?.variable, 'DB_FILE');
    t.regex(problem?.value ?? '', value);
    t.regex(problem?.rule ?? '', rule);
    t.true(problem?.fix.includes(path));
    t.throws(() => loadData(path, DEFAULT_DATA));
  }
});

test('every problem of the data is a problem of the setting; beyond fifty they are counted', async (t) => {
  const posts = Array.from({ length: 60 }, () => ({ thread: 77, text: '', user: 1 }));
  const path = await file('dangling.json', JSON.stringify({ ...DEFAULT_DATA, posts }));
  const problems = checkDataFile({ DB_FILE: path });
  t.is(problems.length, 51);
  t.like(problems[0], { variable: 'DB_FILE, posts[0].thread', value: '77', rule: 'the id of one of the threads' });
  t.is(problems[50]?.value, '10 more problems');
});
