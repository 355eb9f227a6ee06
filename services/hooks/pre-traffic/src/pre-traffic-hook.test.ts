import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { bundleService } from '../../../bundle.ts';
import { startStub } from '../../../kit/src/testing/stub.ts';
import { EVENT, invoke, json, lambdaEnv, THREADS, write } from './hook.fixture.ts';

const told = (status: string) => [
  { deploymentId: EVENT.DeploymentId, lifecycleEventHookExecutionId: EVENT.LifecycleEventHookExecutionId, status },
];

test.serial('a good version: every check passes, one line each, and CodeDeploy is told', async (t) => {
  const { told: answers, lines, asked, error } = await invoke({ target: json(THREADS) });
  t.is(error, null);
  t.is(asked, 3);
  t.deepEqual<unknown, unknown>(answers, told('Succeeded'));
  const checks = lines.filter((line) => line.event === 'check');
  t.deepEqual(
    checks.map((line) => [line.check, line.passed]),
    [
      ['answered', true],
      ['status', true],
      ['content type', true],
      ['body', true],
      ['latency', true],
    ],
  );
  t.true(checks.every((line) => typeof line.reason === 'string' && line.deploymentId === EVENT.DeploymentId));
  t.deepEqual(lines[0]?.versions, ['threads/test']);
});

const HANGS = () => undefined;
const LATE_MS = 60;
const bad: [title: string, run: Parameters<typeof invoke>[0], check: string, reason: RegExp][] = [
  ['500', { target: json({ error: {} }, 500) }, 'status', /0 of 3 are right; 500 in place of 200/],
  ['a redirect', { target: json(THREADS, 302) }, 'status', /302 in place of 200/],
  [
    'text',
    { target: (_q, res) => write(res, 200, 'text/html', '[]') },
    'content type',
    /text\/html in place of application\/json/,
  ],
  ['broken JSON', { target: (_q, res) => write(res, 200, 'application/json', '[{') }, 'body', /not JSON: "\[\{"/],
  ['no threads', { target: json([]) }, 'body', /an empty list of threads/],
  ['an object in place of a list', { target: json({}) }, 'body', /not a list of threads/],
  ['wrong shape', { target: json([...THREADS, { id: '2', title: 'x', createdBy: 1 }]) }, 'body', /\[1\]\.id is "2"/],
  ['a missing member', { target: json([{ id: 2, createdBy: 1 }]) }, 'body', /\[0\]\.title is missing, must be text/],
  ['users in place of threads', { target: json([{ id: 1, username: 'a', name: 'b', bio: 'c' }]) }, 'body', /title/],
  ['never an answer', { target: HANGS, env: { RequestTimeoutMs: '50' } }, 'answered', /0 of 3; no whole answer within/],
  [
    'an answer too large',
    {
      target: (_q, res) => write(res, 200, 'application/json', `["${'x'.repeat(5_000_000)}"]`),
      env: { Requests: '1' },
    },
    'answered',
    /longer than/,
  ],
  [
    'slow',
    {
      target: (request, res) => void setTimeout(() => json(THREADS)(request, res), LATE_MS),
      env: { MaxLatencyMs: '10' },
    },
    'latency',
    /bound on the median 10 ms/,
  ],
];
for (const [title, run, check, reason] of bad) {
  test.serial(`Failed: ${title}`, async (t) => {
    const outcome = await invoke(run);
    t.deepEqual<unknown, unknown>(outcome.told, told('Failed'));
    const line = outcome.lines.find((each) => each.check === check);
    t.is(line?.passed, false);
    t.regex(String(line?.reason), reason);
  });
}

test.serial('one bad answer of several is enough', async (t) => {
  let count = 0;
  const outcome = await invoke({ target: (q, res) => json(THREADS, ++count === 2 ? 503 : 200)(q, res) });
  t.deepEqual<unknown, unknown>(outcome.told, told('Failed'));
  t.regex(String(outcome.lines.find((line) => line.check === 'status')?.reason), /^2 of 3 are right; 503/);
});

test.serial('nothing listens at the target', async (t) => {
  const stub = await startStub();
  await stub.close();
  const outcome = await invoke({ target: HANGS, env: { TargetUrl: `${stub.url}/api/threads` } });
  t.deepEqual<unknown, unknown>(outcome.told, told('Failed'));
  t.regex(String(outcome.lines.find((line) => line.check === 'answered')?.reason), /ECONNREFUSED/);
});

for (const url of [
  undefined,
  '',
  'alb:8080/api/threads',
  'ftp://alb/api/threads',
  'http://',
  'http://me:secret@alb/',
]) {
  test.serial(`TargetUrl ${url === undefined ? 'missing' : JSON.stringify(url)}: Failed, and said why`, async (t) => {
    const outcome = await invoke({ target: HANGS, env: { TargetUrl: url, Requests: 'many' } });
    t.deepEqual<unknown, unknown>(outcome.told, told('Failed'));
    t.is(outcome.asked, 0);
    const settings = outcome.lines.filter((line) => line.event === 'bad-setting');
    t.deepEqual(
      settings.map((line) => line.variable),
      ['TargetUrl', 'Requests'],
    );
    t.regex(String(settings[0]?.rule), /http or https address/);
  });
}

test.serial("checks end before the function's own time does", async (t) => {
  const context = { getRemainingTimeInMillis: () => 2_050 };
  const startedAt = performance.now();
  const outcome = await invoke({ target: HANGS, env: { Requests: '1', RequestTimeoutMs: '30000' }, context });
  t.deepEqual<unknown, unknown>(outcome.told, told('Failed'));
  // Half of the 30 s that the check itself would wait.
  t.true(performance.now() - startedAt < 15_000);
});

test.serial('CodeDeploy refuses the answer: the invocation fails', async (t) => {
  const outcome = await invoke({
    target: json(THREADS),
    codeDeploy: (_q, res) => {
      res.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1' });
      res.end('{"__type":"InvalidLifecycleEventHookExecutionIdException","message":"no such execution"}');
    },
  });
  t.is(outcome.error?.name, 'InvalidLifecycleEventHookExecutionIdException');
});

for (const event of [null, {}, { DeploymentId: 'd-1' }, { LifecycleEventHookExecutionId: 'x' }]) {
  test.serial(`an event of something else: ${JSON.stringify(event)}`, async (t) => {
    const outcome = await invoke({ target: json(THREADS), event });
    t.regex(outcome.error?.message ?? '', /DeploymentId/);
    t.deepEqual([outcome.told.length, outcome.asked], [0, 0]);
  });
}

test('the bundle, as Lambda loads it: one CommonJS file with exports.handler', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-hook-'));
  const [target, codeDeploy] = await Promise.all([startStub(), startStub()]);
  target.answer = json(THREADS);
  try {
    const outFile = join(dir, 'pre-traffic-hook.js');
    await bundleService({ entry: join(import.meta.dirname, 'pre-traffic-hook.ts'), outFile });
    const call = `require('./pre-traffic-hook').handler(${JSON.stringify(EVENT)}).then((r) => console.log(r.status))`;
    const env = { PATH: process.env.PATH, ...lambdaEnv(codeDeploy.url), TargetUrl: `${target.url}/api/threads` };
    const child = spawn(process.execPath, ['-e', call], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    t.deepEqual((await once(child, 'close'))[0], 0);
    t.regex(out, /\nSucceeded\n$/);
    t.like(JSON.parse(codeDeploy.received[0]!.body), { status: 'Succeeded', deploymentId: EVENT.DeploymentId });
    t.is(codeDeploy.received[0]?.headers['x-amz-target'], 'CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus');
  } finally {
    await Promise.all([target.close(), codeDeploy.close(), rm(dir, { recursive: true })]);
  }
});
