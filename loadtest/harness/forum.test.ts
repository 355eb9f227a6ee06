import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { CutoverError } from '../../local/errors.ts';
import { createClock } from '../../local/run/clock.ts';
import { BROWSE } from '../systems.ts';
import { startForum } from '../testing/forum-target.ts';
import { k6Binary, k6Missing } from '../testing/k6.ts';
import { startTarget } from '../testing/target.ts';
import { type ForumRequest, requestsOf } from '../verdict/forum-record.ts';
import { checkLoad, type LoadDeps, type LoadOptions, load } from './load.ts';
import type { RunResult } from './report-files.ts';

const withK6 = k6Binary ? test.serial : test.serial.skip;
if (!k6Binary) test.skip(`k6 scenarios: ${k6Missing}`, (t) => t.fail());

const FOLDER = await mkdtemp(join(tmpdir(), 'cutover-forum-test-'));
test.after.always(() => rm(FOLDER, { recursive: true, force: true }));

const FORUM: LoadOptions = { scenario: 'forum', reportRoot: FOLDER, rate: 72, duration: '2s' };
const deps: LoadDeps = {
  connectPlane: () => Promise.reject(new Error('no plane in this test')),
  k6: k6Binary ?? '',
  clock: createClock(),
  progress: () => undefined,
  signal: new AbortController().signal,
};

function requestsIn(result: RunResult): ForumRequest[] {
  if (!result.record.forum) throw new Error('the run has no forum load');
  return requestsOf(result.record.forum);
}

withK6(
  'every path is asked for by its weight, with ids that there are, and each answer is told with its version',
  async (t) => {
    await using forum = await startForum();
    const result = await load({ ...FORUM, url: forum.url }, deps);
    const seen = requestsIn(result);
    const value = (name: string): number | null | undefined =>
      result.verdict.criteria.find((criterion) => criterion.name === name)?.value;
    t.is(value('forum-failed-requests'), 0);
    t.is(value('forum-failed-checks'), 0);
    t.is(result.verdict.scenario, 'forum');
    const total = BROWSE.reduce((sum, route) => sum + route.weight, 0);
    for (const { path, weight } of BROWSE) {
      const count = seen.filter((request) => request.path === path).length;
      t.true(Math.abs(count / seen.length - weight / total) < 0.03, `${path}: ${count} of ${seen.length}`);
    }
    const asked = new Set(forum.requests.map((request) => request.path));
    for (const path of [
      '/api/users/11',
      '/api/users/12',
      '/api/threads/7',
      '/api/threads/8',
      '/api/posts/by-user/12',
    ]) {
      t.true(asked.has(path), path);
    }
    t.deepEqual(new Set(seen.map((r) => r.version)), new Set(['users/latest', 'threads/latest', 'posts/latest']));
    t.true(seen.every((r) => r.status === 200 && r.failedCheck === null && (r.endedAtMs ?? 0) >= r.sentAtMs));
  },
);

const SPOILT: readonly (readonly [string, { status?: number; body: string; type?: string }, string])[] = [
  ['a status', { status: 500, body: '{}' }, 'status'],
  ['a content type', { body: '[]', type: 'text/html' }, 'content type'],
  ['no JSON', { body: '[{' }, 'JSON'],
  ['an object for a list', { body: '{}' }, 'list'],
  ['a missing member', { body: '[{"id":7,"title":"x"}]' }, 'members'],
  ['a member of another type', { body: '[{"id":"7","title":"x","createdBy":1}]' }, 'members'],
  ['null in the list', { body: '[null]' }, 'members'],
];

// One run for all of them: the list of threads is spoilt in turn.
withK6('whatever is wrong with an answer is told by the name of its check', async (t) => {
  await using forum = await startForum();
  let n = 0;
  forum.spoil = ({ path }) => {
    if (path !== '/api/threads' || forum.requests.length < 5) return null;
    const [, { status = 200, body, type = 'application/json' }] = SPOILT[n++ % SPOILT.length] as (typeof SPOILT)[0];
    return { status, body, headers: { 'content-type': type } };
  };
  const result = await load({ ...FORUM, url: forum.url, paths: ['/api/threads'], rate: 40 }, deps);
  const checks = new Set(requestsIn(result).map((request) => request.failedCheck));
  for (const [title, , check] of SPOILT) t.true(checks.has(check), title);
  t.is(result.exitCode, 10);
});

withK6('an answer about another id is found out, and one that never comes is a failed request', async (t) => {
  await using forum = await startForum();
  forum.spoil = ({ path }) => {
    if (path !== '/api/threads/7') return null;
    const body = JSON.stringify({ id: 8, title: 'eight', createdBy: 12 });
    return { status: 200, body, headers: { 'content-type': 'application/json' } };
  };
  const result = await load({ ...FORUM, url: forum.url, paths: ['/api/threads/:threadId'], rate: 40 }, deps);
  const seen = requestsIn(result);
  t.true(seen.some((request) => request.failedCheck === 'id'));
  t.true(seen.some((request) => request.failedCheck === null));
  const failed = result.verdict.criteria.find((c) => c.name === 'forum-failed-checks');
  t.is(failed?.value, seen.filter((request) => request.failedCheck !== null).length);
});

withK6('a target that is no forum is refused before any load', async (t) => {
  await using other = await startTarget(() => ({ status: 200, body: 'hello' }));
  const error = await t.throwsAsync(load({ ...FORUM, url: other.url }, deps), { instanceOf: CutoverError });
  t.is(error.code, 'TARGET_UNREACHABLE');
  t.regex(error.message, /it is no forum/);
});

test('only the forum’s own paths can be browsed, and it needs no signing', (t) => {
  t.is(checkLoad({ ...FORUM, url: 'http://127.0.0.1' }).mix, BROWSE);
  const error = t.throws(() => checkLoad({ ...FORUM, url: 'http://127.0.0.1', paths: ['/order/'] }), {
    instanceOf: CutoverError,
  });
  t.is(error.code, 'BAD_FLAG');
  t.is(error.problems[0]?.address, '--path');
});
