/**
 * Our bodies beside the original application's, on every path and id of its data: what its routes make of that file is
 * worked out here from their definition (the list; `find` by `==` on the parsed id; `filter` likewise). The file is
 * not part of the project: CUTOVER_FORUM_DB names it, or it lies beside the project.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ForumData } from './data.ts';
import { type ForumName, get, withForum } from './testing/forum.ts';

const file = process.env['CUTOVER_FORUM_DB'] || join(import.meta.dirname, '../../../../../shared/data/forum-db.json');
const found = existsSync(file);
const compare = found ? test.serial : test.serial.skip;
const title = (name: string): string =>
  found
    ? `as the original answers: ${name}`
    : `as the original answers: ${name} (skipped: CUTOVER_FORUM_DB names no file)`;

const IDS = [
  ...Array.from({ length: 12 }, (_, i) => String(i)),
  '-1',
  '01',
  '2abc',
  '1.9',
  '0x3',
  '%202',
  '1e1',
  'abc',
];

/** Path → the original's body; null where it has nothing to answer: 204 with it, 404 in JSON with us. */
function expected(db: ForumData): Map<string, string | null> {
  const bodies = new Map<string, string | null>([
    ['/api/users', JSON.stringify(db.users)],
    ['/api/threads', JSON.stringify(db.threads)],
  ]);
  for (const text of IDS) {
    // biome-ignore lint/correctness/useParseIntRadix: the original has none
    const id = Number.parseInt(decodeURIComponent(text));
    bodies.set(`/api/users/${text}`, JSON.stringify(db.users.find((each) => each.id === id)) ?? null);
    bodies.set(`/api/threads/${text}`, JSON.stringify(db.threads.find((each) => each.id === id)) ?? null);
    bodies.set(`/api/posts/in-thread/${text}`, JSON.stringify(db.posts.filter((each) => each.thread === id)));
    bodies.set(`/api/posts/by-user/${text}`, JSON.stringify(db.posts.filter((each) => each.user === id)));
  }
  return bodies;
}

for (const name of ['monolith', 'users', 'threads', 'posts'] as const) {
  compare(title(name), (t) =>
    withForum([name, 'latest'], { DB_FILE: file, WORKERS: '1' }, async (service) => {
      for (const [path, body] of expected(JSON.parse(readFileSync(file, 'utf8')))) {
        const response = await get(service, path);
        const text = await response.text();
        if (!serves(name, path) || body === null) t.is(response.status, 404, path);
        else t.deepEqual([path, response.status, text], [path, 200, body]);
      }
    }),
  );
}

const serves = (name: ForumName, path: string): boolean => name === 'monolith' || path.split('/')[2] === name;

for (const [where, env, texts] of [
  ['on a server', {}, ['Ready to receive requests', 'API ready to receive requests']],
  [
    'in a container',
    { ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x' },
    ['Ready to receive requests while running on ECS', 'API now running on ECS and ready to receive requests'],
  ],
] as const) {
  test.serial(`as the original answers: the monolith's texts ${where}`, (t) =>
    withForum(['monolith', 'latest'], { ...env, WORKERS: '1' }, async (service) => {
      t.deepEqual([await (await get(service, '/')).text(), await (await get(service, '/api')).text()], [...texts]);
    }),
  );
}
