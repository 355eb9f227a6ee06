import test from 'ava';
import { type RunningService, startService, testConfig } from '../../../kit/src/testing/service.ts';
import { DEFAULT_DATA as DATA } from './data.ts';
import { addClass, addGreeting, type ForumClass } from './routes.ts';

const CLASSES: readonly ForumClass[] = ['users', 'threads', 'posts'];
const running = new Map<ForumClass | 'all', RunningService>();

test.before(async () => {
  for (const name of ['all', ...CLASSES] as const) {
    const started = await startService(testConfig(), (service) => {
      addGreeting(service, { root: 'Hello', api: 'Hello, API' });
      for (const each of CLASSES) if (name === 'all' || name === each) addClass(service, DATA, each);
    });
    running.set(name, started);
  }
});
test.after.always(() => Promise.all([...running.values()].map((each) => each.close())));

const get = (path: string, from: ForumClass | 'all' = 'all', init: RequestInit = {}) =>
  fetch(running.get(from)!.url + path, init);

const ANSWERS: readonly (readonly [path: string, of: ForumClass, body: unknown])[] = [
  ['/api/users', 'users', DATA.users],
  ['/api/threads', 'threads', DATA.threads],
  ...DATA.users.map((user) => [`/api/users/${user.id}`, 'users', user] as const),
  ...DATA.threads.map((thread) => [`/api/threads/${thread.id}`, 'threads', thread] as const),
  ...DATA.threads.map(
    ({ id }) => [`/api/posts/in-thread/${id}`, 'posts', DATA.posts.filter((post) => post.thread === id)] as const,
  ),
  ...DATA.users.map(
    ({ id }) => [`/api/posts/by-user/${id}`, 'posts', DATA.posts.filter((post) => post.user === id)] as const,
  ),
  ['/api/posts/in-thread/99', 'posts', []],
  ['/api/posts/by-user/abc', 'posts', []],
];

for (const [path, of, body] of ANSWERS) {
  test(`${path}: from the monolith and from ${of}, and from nobody else`, async (t) => {
    for (const form of [path, `${path}/`, `${path}?a=b`]) {
      const response = await get(form);
      t.is(response.status, 200);
      t.is(response.headers.get('content-type'), 'application/json; charset=utf-8');
      t.is(await response.text(), JSON.stringify(body));
    }
    for (const each of CLASSES) {
      const response = await get(path, each);
      t.is(response.status, each === of ? 200 : 404);
      if (each === of) t.is(await response.text(), JSON.stringify(body));
      else await response.body?.cancel();
    }
  });
}

test('the two texts', async (t) => {
  for (const from of ['all', ...CLASSES] as const) {
    for (const [path, text] of [
      ['/', 'Hello'],
      ['/api', 'Hello, API'],
      ['/api/', 'Hello, API'],
    ] as const) {
      const response = await get(path, from);
      t.is(response.headers.get('content-type'), 'text/plain; charset=utf-8');
      t.is(await response.text(), text);
    }
  }
});

for (const path of [
  '/api/users/99',
  '/api/users/abc',
  '/api/users/-1',
  '/api/users/%ZZ',
  '/api/users/%00',
  '/api/users/1/posts',
  '/api/threads/NaN',
  '/api/threads/1e3x9'.repeat(200),
  '/api/posts',
  '/api/posts/in-thread',
  '/api/posts/by-user/',
  '/api/other',
  '/favicon.ico',
  '//api/users',
  '/api/../api/unknown',
  '/__proto__',
  '/api/users/__proto__',
]) {
  test(`404 in JSON: ${path.slice(0, 40)}`, async (t) => {
    const response = await get(path);
    t.is(response.status, 404);
    t.is(response.headers.get('content-type'), 'application/json; charset=utf-8');
    t.is(((await response.json()) as { error: { code: string } }).error.code, 'NOT_FOUND');
  });
}

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`405 in JSON, with Allow: ${method}`, async (t) => {
    for (const path of ['/', '/api', ...ANSWERS.slice(0, 12).map(([each]) => each)]) {
      const body = method === 'OPTIONS' || method === 'DELETE' ? null : 'x'.repeat(1_000);
      const response = await get(path, 'all', { method, body });
      t.is(response.status, 405, path);
      t.deepEqual(response.headers.get('allow')?.split(', ').sort(), ['GET', 'HEAD']);
      t.is(((await response.json()) as { error: { code: string } }).error.code, 'METHOD_NOT_ALLOWED');
    }
  });
}

test('each path has a tag of its own, answers 304 to it, and HEAD as it does GET', async (t) => {
  const tags = new Map<string, string>();
  for (const path of ['/', '/api', ...new Set(ANSWERS.map(([each]) => each))]) {
    const response = await get(path);
    const text = await response.text();
    const etag = response.headers.get('etag') ?? '';
    t.is(tags.get(etag) ?? text, text);
    tags.set(etag, text);
    t.is((await get(path, 'all', { headers: { 'If-None-Match': etag } })).status, 304);
    const head = await get(path, 'all', { method: 'HEAD' });
    t.deepEqual(
      [head.status, head.headers.get('etag'), head.headers.get('content-length'), await head.text()],
      [200, etag, String(Buffer.byteLength(text)), ''],
    );
  }
});
