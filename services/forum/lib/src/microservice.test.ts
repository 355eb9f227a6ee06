/** The microservices as processes: texts, version, access log, settings, end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { spawnBuild } from '../../../kit/src/testing/service.ts';
import { DEFAULT_DATA } from './data.ts';
import { accessLines, entry, get, withForum } from './testing/forum.ts';

for (const name of ['users', 'threads', 'posts'] as const) {
  test.serial(`${name}: texts, its own paths, its version on every response`, (t) =>
    withForum([name, 'latest'], {}, async (service) => {
      t.is(await (await get(service, '/')).text(), 'Microservices Ready to receive requests');
      t.is(await (await get(service, '/api')).text(), 'Microservices API ready to receive requests for users');
      const own = { users: '/api/users', threads: '/api/threads', posts: '/api/posts/in-thread/1' };
      for (const [each, path] of Object.entries(own)) {
        const response = await get(service, path);
        t.is(response.status, each === name ? 200 : 404);
        t.is(response.headers.get('x-service-version'), `${name}/latest`);
        await response.body?.cancel();
      }
    }),
  );
}

test.serial('one access line a request, in the form of the workshop, all of them out at the end', (t) =>
  withForum(['users', 'latest'], {}, async (service) => {
    const paths = Array.from({ length: 200 }, (_, i) => `/api/users/${i}?q=${i}`);
    await Promise.all(paths.map(async (path) => (await get(service, path)).arrayBuffer()));
    await get(service, '/api/users', { method: 'HEAD' });
    await (await get(service, '/api/users', { method: 'DELETE' })).arrayBuffer();
    t.is(await service.stop(), 0);
    const lines = accessLines(service);
    t.true(lines.every((line) => /^(GET|HEAD|DELETE) \/api\/users(\/\d+)? - \d+$/.test(line)));
    t.is(lines.length, paths.length + 2);
    t.is(new Set(lines.map((line) => line.split(' ')[1])).size, paths.length + 1);
    t.true(service.stdout().startsWith('Worker started\n'));
    t.like(service.records().at(-1), { event: 'stopped', clean: true });
  }),
);

test.serial('nobody reads the log any more: requests are answered, and SIGTERM is heeded', (t) =>
  withForum(['users', 'latest'], {}, async (service) => {
    service.child.stdout?.destroy();
    for (let i = 0; i < 50; i++) t.is((await get(service, '/api/users')).status, 200);
    t.is(await service.stop(), 0);
  }),
);

test.serial('DB_FILE: another forum', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-forum-'));
  const file = join(dir, 'db.json');
  const users = [{ id: 70, username: 'x', name: 'X', bio: '' }];
  await writeFile(file, JSON.stringify({ users, threads: [], posts: [] }));
  await withForum(['users', 'latest'], { DB_FILE: file }, async (service) => {
    t.deepEqual(await (await get(service, '/api/users')).json(), users);
    t.is((await get(service, '/api/users/1')).status, 404);
  }).finally(() => rm(dir, { recursive: true }));
});

for (const name of ['users', 'monolith'] as const) {
  test.serial(`${name}: bad settings and a bad data file end the start, all named`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'cutover-forum-'));
    const file = join(dir, 'db.json');
    const posts = [{ thread: 50, text: '', user: 51 }];
    await writeFile(file, JSON.stringify({ ...DEFAULT_DATA, posts }));
    const run = spawnBuild(entry(name, 'latest'), { DB_FILE: file, PORT: '99999', WORKERS: '2' });
    t.is(await run.ended, 1);
    t.regex(run.stderr(), /3 bad settings; nothing was started/);
    for (const variable of ['PORT', 'DB_FILE, posts[0].thread', 'DB_FILE, posts[0].user'])
      t.true(run.stderr().includes(`INVALID_CONFIG: ${variable}\n`));
    t.is(run.stdout(), '');
    await rm(dir, { recursive: true });
  });
}
