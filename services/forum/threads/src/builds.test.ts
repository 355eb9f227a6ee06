/** The builds of threads: each version's data, and what the broken ones do to a health check and to a client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { spawnBuild } from '../../../kit/src/testing/service.ts';
import { checkData } from '../../lib/src/check-data.ts';
import { DEFAULT_DATA, type Thread } from '../../lib/src/data.ts';
import { entry, get, withForum } from '../../lib/src/testing/forum.ts';
import { V0_1_DATA, V2_DATA } from './versions.ts';

test("the versions' data is good, and each has one thread more", (t) => {
  for (const data of [V0_1_DATA, V2_DATA]) t.deepEqual(checkData(data).problems, []);
  t.deepEqual(
    [V0_1_DATA.threads.length, V2_DATA.threads.length],
    [DEFAULT_DATA.threads.length + 1, DEFAULT_DATA.threads.length + 2],
  );
});

for (const [build, data] of [
  ['latest', DEFAULT_DATA],
  ['0.1', V0_1_DATA],
  ['v2', V2_DATA],
] as const) {
  test.serial(`${build} answers its threads and names itself`, (t) =>
    withForum(['threads', build], {}, async (service) => {
      const response = await get(service, '/api/threads');
      t.is(response.headers.get('x-service-version'), `threads/${build}`);
      t.deepEqual((await response.json()) as Thread[], [...data.threads]);
    }),
  );
}

test.serial('broken-crash ends with 1 before it listens', async (t) => {
  const run = spawnBuild(entry('threads', 'broken-crash'), {});
  t.is(await run.ended, 1);
  t.regex(run.stderr(), /crashes at start/);
});

test.serial('broken-500 is healthy at / and fails at its threads', (t) =>
  withForum(['threads', 'broken-500'], {}, async (service) => {
    t.is((await get(service, '/')).status, 200);
    for (const path of ['/api/threads', '/api/threads/1']) {
      const response = await get(service, path);
      t.deepEqual([response.status, response.headers.get('x-service-version')], [500, 'threads/broken-500']);
      t.is(((await response.json()) as { error: { code: string } }).error.code, 'INTERNAL');
    }
    t.is(await service.stop(), 0);
  }),
);

test.serial('broken-late is good for a hundred requests', (t) =>
  withForum(['threads', 'broken-late'], {}, async (service) => {
    const statuses: number[] = [];
    for (let i = 0; i < 102; i++) {
      const response = await get(service, '/api/threads');
      statuses.push(response.status);
      await response.body?.cancel();
    }
    t.is(statuses.indexOf(500), 100);
    t.is(statuses[101], 500);
    t.is((await get(service, '/')).status, 200);
  }),
);

test.serial('broken-hang takes requests, never answers, and still ends on SIGTERM', (t) =>
  withForum(['threads', 'broken-hang'], { DRAIN_TIMEOUT_MS: '200' }, async (service) => {
    await t.throwsAsync(get(service, '/', { signal: AbortSignal.timeout(300) }), { name: 'TimeoutError' });
    t.not(await service.stop(), null);
  }),
);

test('every build that package.json names exists', (t) => {
  const { cutover } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  for (const path of Object.values(cutover.image.builds as Record<string, string>))
    t.notThrows(() => readFileSync(join(import.meta.dirname, '..', path)));
});
