import test from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../kit/src/testing/code-point.ts';
import { decideChecks } from './decide-checks.ts';
import type { Answer } from './probe.ts';

const answer = (body: unknown, change: Partial<Extract<Answer, { kind: 'answer' }>> = {}): Answer => ({
  kind: 'answer',
  status: 200,
  contentType: 'application/json',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  version: null,
  ms: 1,
  ...change,
});
const user = { id: 1, username: 'a', name: 'b', bio: 'c' };
const thread = { id: 1, title: 'a', createdBy: 1 };
const post = { thread: 1, text: 'a', user: 1 };
const body = (path: string, value: unknown) =>
  decideChecks([answer(value)], { path, maxLatencyMs: 10 }).find(({ name }) => name === 'body')!;

for (const [path, good, wrong] of [
  ['/api/users', [user], [thread]],
  ['/api/users/', [user], user],
  ['/api/users/1', user, [user]],
  ['/api/threads', [thread], [user]],
  ['/api/threads/7', thread, post],
  ['/api/posts', [post], []],
  ['/api/posts/in-thread/1', [post], []],
  ['/api/posts/by-user/1', [post, post], [post, { ...post, text: 1 }]],
] as const) {
  test(`the class and its shape come from the path: ${path}`, (t) => {
    t.true(body(path, good).passed);
    t.false(body(path, wrong).passed);
  });
}

for (const path of ['/', '/healthz', '/api', '/api/other/1', '/v1/api/threads', '/api/toString']) {
  test(`any JSON at a path that names no class: ${path}`, (t) => {
    t.true(body(path, { ok: true }).passed);
    t.false(body(path, 'Ready').passed);
  });
}

test('no answers are no proof', (t) => {
  const checks = decideChecks([], { path: '/api/threads', maxLatencyMs: 10 });
  t.deepEqual(
    checks.map(({ passed }) => passed),
    [false],
  );
});

test('the median is bounded: one slow answer of three passes, two do not', (t) => {
  const latency = (...times: number[]) =>
    decideChecks(
      times.map((ms) => answer([thread], { ms })),
      { path: '/api/threads', maxLatencyMs: 10 },
    ).at(-1)!;
  t.true(latency(1, 10, 500).passed);
  t.false(latency(1, 11, 500).passed);
  t.true(latency(10).passed);
  t.false(latency(11).passed);
  t.regex(latency(1, 10, 500).reason, /median 10 ms, slowest 500 ms, bound on the median 10 ms/);
});

const paths = fc
  .array(fc.string({ unit: codePoint }).map(encodeURIComponent))
  .map((parts) => parts.map((part) => `/${part}`).join(''));

test('whatever comes back is judged, never thrown at', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), paths, (text, path) => {
      const checks = decideChecks([answer(text)], { path, maxLatencyMs: 10 });
      t.is(checks.length, 5);
      t.true(checks.every(({ reason }) => reason.length > 0));
    }),
  );
});
