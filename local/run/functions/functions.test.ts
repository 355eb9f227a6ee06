/** Functions in real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { CutoverError } from '../../errors.ts';
import { startOf } from '../processes/table.ts';
import { eventually, gone, tempFolder } from '../processes/testing/harness.ts';
import { startFunctions } from './testing/runner.ts';

test.serial('CommonJS: event in, result out, Lambda environment, log lines in Lambda’s form', async (t) => {
  const { put, functions, lines, streams } = await startFunctions(t);
  await put(
    {
      'index.js': `exports.handler = async (event, context) => {
        console.log('got', event.a); console.error('two\\nlines');
        return { event, env: process.env, cwd: process.cwd(), id: context.awsRequestId,
          left: context.getRemainingTimeInMillis(), arn: context.invokedFunctionArn };
      };`,
    },
    { environment: { TargetUrl: 'http://lb.elb.amazonaws.com:8080/api', AWS_REGION: 'mars-1' } },
  );
  const result = await functions.invoke('hook', { a: 1 });
  t.is(result.outcome, 'returned');
  t.is(result.error, null);
  const payload = result.payload as { event: unknown; env: Record<string, string>; cwd: string } & Record<
    string,
    unknown
  >;
  t.deepEqual(payload.event, { a: 1 });
  t.is(payload['id'], result.requestId);
  t.is(payload['arn'], 'arn:aws:lambda:us-east-1:000000000000:function:hook');
  t.true((payload['left'] as number) > 15_000);
  const { env } = payload;
  t.is(env['TargetUrl'], 'http://127.10.0.1:8080/api');
  t.is(env['AWS_REGION'], 'us-east-1', 'a reserved variable cannot be set');
  t.is(env['AWS_LAMBDA_FUNCTION_NAME'], 'hook');
  t.is(env['_HANDLER'], 'index.handler');
  t.is(env['AWS_LAMBDA_LOG_GROUP_NAME'], '/aws/lambda/hook');
  t.is(env['AWS_ENDPOINT_URL'], 'http://127.0.0.1:4566');
  t.is(env['LAMBDA_TASK_ROOT'], payload.cwd);
  t.is(env['HOME'], undefined, 'nothing of the plane’s own environment');

  const [stream] = streams();
  t.regex(stream ?? '', /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  t.is(env['AWS_LAMBDA_LOG_STREAM_NAME'], stream ?? '');
  const [start, got, two, end, report] = lines();
  t.is(start, `START RequestId: ${result.requestId} Version: $LATEST`);
  t.regex(got ?? '', new RegExp(`^\\d{4}-.*Z\\t${result.requestId}\\tINFO\\tgot 1$`));
  t.regex(two ?? '', /\tERROR\ttwo\rlines$/);
  t.is(end, `END RequestId: ${result.requestId}`);
  t.regex(
    report ?? '',
    /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms$/,
  );
  t.true(result.logTail.endsWith(report ?? '-'));
});

test.serial('ES modules, nested handlers, other files of the package', async (t) => {
  const { put, functions } = await startFunctions(t);
  await put(
    {
      'src/app.mjs': "import { x } from './lib.mjs'; export const api = { run: async () => x };",
      'src/lib.mjs': 'export const x = 7;',
    },
    { handler: 'src/app.api.run' },
  );
  t.is((await functions.invoke('hook', {})).payload, 7);
  await put({ 'index.js': 'export const handler = async (e) => e.n + 1;', 'package.json': '{"type":"module"}' });
  t.is((await functions.invoke('hook', { n: 1 })).payload, 2);
  await put({
    'index.js': 'export const handler = async () => { await undefined; };',
    'package.json': '{"type":"module"}',
  });
  t.is((await functions.invoke('arn:aws:lambda:us-east-1:000000000000:function:hook:$LATEST', {})).payload, null);
});

test.serial(
  'a package without package.json is CommonJS, whatever stands above the folder it is unpacked in',
  async (t) => {
    const { put, functions, dir } = await startFunctions(t);
    writeFileSync(join(dir, '..', 'package.json'), '{"type":"module"}');
    await put({ 'index.js': 'exports.handler = async () => typeof module;' });
    t.is((await functions.invoke('hook', {})).payload, 'object');
  },
);

test.serial('callbacks: answered once nothing is left to do, or at once where the handler says so', async (t) => {
  const { put, functions, lines } = await startFunctions(t);
  await put({
    'index.js': `exports.handler = (event, context, callback) => {
      callback(null, 'first'); setTimeout(() => console.log('after'), 100); };`,
  });
  t.is((await functions.invoke('hook', {})).payload, 'first');
  t.true(lines().some((line) => line.endsWith('INFO\tafter')));
  await put({
    'index.js': `exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false; callback(null, 'now'); setInterval(() => {}, 1e6); };`,
  });
  t.is((await functions.invoke('hook', {})).payload, 'now');
  await put({ 'index.js': 'exports.handler = (event, context, callback) => callback(new TypeError("no"));' });
  t.like((await functions.invoke('hook', {})).payload as object, { errorType: 'TypeError', errorMessage: 'no' });
  await put({ 'index.js': 'exports.handler = () => {};' });
  t.is((await functions.invoke('hook', {})).payload, null, 'neither promise nor callback');
});

const FAILURES: readonly [string, Record<string, string>, string, RegExp, { handler?: string; runtime?: string }?][] = [
  ['throws', { 'index.js': 'exports.handler = () => { throw new RangeError("sync"); }' }, 'RangeError', /^sync$/],
  ['rejects', { 'index.js': 'exports.handler = async () => { throw new Error("async"); }' }, 'Error', /^async$/],
  ['rejects with no error', { 'index.js': 'exports.handler = () => Promise.reject("text")' }, 'string', /^text$/],
  [
    'an exception of its own',
    {
      'index.js': 'exports.handler = () => new Promise(() => { setTimeout(() => { throw new Error("later"); }, 5); })',
    },
    'Error',
    /^later$/,
  ],
  [
    'a rejection nobody takes',
    {
      'index.js':
        'exports.handler = () => new Promise(() => { Promise.reject(new Error("lost")); setInterval(() => {}, 1e6); })',
    },
    'Runtime.UnhandledPromiseRejection',
    /lost/,
  ],
  [
    'a promise that never settles',
    { 'index.js': 'exports.handler = () => new Promise(() => {})' },
    'Runtime.NodeJsExit',
    /never settled/,
  ],
  [
    'what JSON cannot hold',
    { 'index.js': 'exports.handler = async () => 1n' },
    'Error',
    /Unable to stringify response body/,
  ],
  [
    'no such export',
    { 'index.js': 'exports.other = 1' },
    'Runtime.HandlerNotFound',
    /^index.handler is undefined or not exported$/,
  ],
  ['no function', { 'index.js': 'exports.handler = 1' }, 'Runtime.HandlerNotFound', /is not a function/],
  ['no such file', { 'main.js': '' }, 'Runtime.ImportModuleError', /Cannot find module 'index'/],
  [
    'a module of the machine',
    { 'index.js': 'require("zod"); exports.handler = async () => 1' },
    'Runtime.ImportModuleError',
    /Cannot find module 'zod'/,
  ],
  ['broken source', { 'index.js': 'exports.handler = async () => {' }, 'Runtime.UserCodeSyntaxError', /SyntaxError/],
  [
    'a path out of the package',
    { 'index.js': '' },
    'Runtime.MalformedHandlerName',
    /not a valid handler name/,
    { handler: '../x.handler' },
  ],
  [
    'a callback on Node 24',
    { 'index.js': 'exports.handler = (event, context, callback) => callback(null, 1)' },
    'Runtime.CallbackHandlerDeprecated',
    /removed support/,
    { runtime: 'nodejs24.x' },
  ],
];
for (const [name, files, errorType, message, change] of FAILURES)
  test.serial(`it fails: ${name}`, async (t) => {
    const { put, functions, lines } = await startFunctions(t);
    await put(files, change);
    const result = await functions.invoke('hook', {});
    t.is(result.outcome, 'threw');
    const payload = result.payload as { errorType: string; errorMessage: string };
    t.is(payload.errorType, errorType);
    t.regex(payload.errorMessage, message);
    t.is(result.error, `${payload.errorType}: ${payload.errorMessage}`);
    t.true(lines().some((line) => line.includes('\tERROR\t') && line.includes('"errorType"')));
  });

test.serial('the SDK of Lambda’s runtime is there for a package that does not bring it', async (t) => {
  const { put, functions } = await startFunctions(t);
  await put({
    'index.js': 'const { SSMClient } = require("@aws-sdk/client-ssm"); exports.handler = async () => typeof SSMClient',
  });
  t.is((await functions.invoke('hook', {})).payload, 'function');
  await put({
    'index.mjs': 'import { SSMClient } from "@aws-sdk/client-ssm"; export const handler = async () => typeof SSMClient',
  });
  t.is((await functions.invoke('hook', {})).payload, 'function');
});

test.serial('time-out: the whole group goes, also where SIGTERM is ignored', async (t) => {
  const { put, functions, lines, events } = await startFunctions(t);
  await put(
    {
      'index.js': `exports.handler = () => { process.on('SIGTERM', () => {});
        const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
        console.log('pids', process.pid, child.pid); for (;;); };`,
    },
    { timeoutSeconds: 3 },
  );
  const result = await functions.invoke('hook', {});
  t.is(result.outcome, 'timed-out');
  t.regex(result.error ?? '', /^\d{4}-.*Z \S+ Task timed out after 3\.00 seconds$/);
  t.like(result.payload as object, { errorType: 'Sandbox.Timedout' });
  t.is(result.durationMs, 3000);
  const pids = /pids (\d+) (\d+)/.exec(lines().join('\n'))?.slice(1).map(Number) ?? [];
  t.is(pids.length, 2);
  await gone(pids);
  t.regex(lines().at(-1) ?? '', /\tDuration: 3000\.00 ms\t.*Max Memory Used: [1-9]\d* MB\tStatus: timeout$/);
  t.is(events.since(0).at(-1)?.code, 'FUNCTION_FAILED');
});

test.serial('the time-out does not count while the module loads', async (t) => {
  const { put, functions } = await startFunctions(t);
  await put(
    {
      'index.js': `const until = performance.now() + 1500; while (performance.now() < until);
        exports.handler = async () => 'slow start';`,
    },
    { timeoutSeconds: 1 },
  );
  t.is((await functions.invoke('hook', {})).payload, 'slow start');
});

test.serial('it ends itself, or runs out of memory', async (t) => {
  const { put, functions } = await startFunctions(t);
  await put({ 'index.js': 'exports.handler = async () => process.exit(3)' });
  const ended = await functions.invoke('hook', {});
  t.is(ended.outcome, 'exited');
  t.regex(ended.error ?? '', /^RequestId: \S+ Error: Runtime exited with error: exit status 3$/);
  await put({ 'index.js': 'exports.handler = async () => process.exit(0)' });
  t.regex((await functions.invoke('hook', {})).error ?? '', /Runtime exited without providing a reason$/);
  await put({
    'index.js': 'exports.handler = async () => { const all = []; for (;;) all.push(new Array(1000).fill({})); }',
  });
  const full = await functions.invoke('hook', {});
  t.is(full.outcome, 'exited');
  t.regex(full.error ?? '', /signal: aborted/);
});

test.serial('the caller’s signal ends it; nothing of it is left', async (t) => {
  const { put, functions, lines, dir } = await startFunctions(t);
  await put({ 'index.js': 'exports.handler = () => { console.log("pid", process.pid); for (;;); }' });
  const controller = new AbortController();
  const invocation = functions.invoke('hook', {}, controller.signal);
  await eventually(() => safeLines(lines).some((line) => line.includes('pid')), 'it did not start');
  controller.abort();
  const result = await invocation;
  t.is(result.outcome, 'exited');
  const pid = Number(/pid (\d+)/.exec(lines().join('\n'))?.[1]);
  t.is(startOf(pid), null);
  t.deepEqual(readdirSync(join(dir, 'invocations')), []);
});

function safeLines(lines: () => string[]): string[] {
  try {
    return lines();
  } catch {
    return [];
  }
}

test.serial('the plane killed with -9: the function’s process goes with it', async (t) => {
  const plane = spawn(
    process.execPath,
    [join(import.meta.dirname, 'testing', 'plane.fixture.ts'), await tempFolder(t)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.teardown(() => plane.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: plane.stdout }), 'line')) as [string];
  const pids = line.split(' ').map(Number);
  t.true(pids.length === 2 && pids.every((pid) => startOf(pid) !== null));
  plane.kill('SIGKILL');
  await gone(pids);
});

test.serial('no such function; several at a time, no more than allowed', async (t) => {
  const { put, functions, dir } = await startFunctions(t, { maxConcurrent: 2 });
  t.like(await functions.invoke('nothing', {}), { outcome: 'not-found', error: 'Function not found: nothing' });
  // Each sees how many are at work while it is; a pair waits for one another.
  await put({
    'index.js': `const { mkdirSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
      const rest = () => new Promise((resolve) => setTimeout(resolve, 20));
      exports.handler = async ({ dir }, { awsRequestId }) => {
        mkdirSync(dir, { recursive: true });
        writeFileSync(dir + '/' + awsRequestId, '');
        let most = 0;
        for (let i = 0; i < 100 && most < 2; i++, await rest()) most = Math.max(most, readdirSync(dir).length);
        for (let i = 0; i < 5; i++, await rest()) most = Math.max(most, readdirSync(dir).length);
        rmSync(dir + '/' + awsRequestId);
        return most;
      };`,
  });
  const results = await Promise.all(
    Array.from({ length: 4 }, () => functions.invoke('hook', { dir: join(dir, 'at-work') })),
  );
  const seen = results.map((result) => result.payload as number);
  t.true(seen.filter((most) => most === 2).length >= 2 && seen.every((most) => most <= 2), seen.join());
});

test.serial('a package is unpacked once, and goes with its last function', async (t) => {
  const { put, functions, dir } = await startFunctions(t);
  const first = await put({ 'index.js': 'exports.handler = async () => 1' });
  t.deepEqual(readdirSync(join(dir, 'packages')), [first.packageDigest]);
  const second = await put({ 'index.js': 'exports.handler = async () => 2' });
  t.deepEqual(readdirSync(join(dir, 'packages')), [second.packageDigest]);
  t.is((await functions.invoke('hook', {})).payload, 2);
  await functions.handler.remove(second, new AbortController().signal);
  t.deepEqual(readdirSync(join(dir, 'packages')), []);
});

test.serial('refused at apply: a runtime that is not Node, a package that is no zip, one that changed', async (t) => {
  const { put } = await startFunctions(t);
  const files = { 'index.js': '' };
  const code = async (change: Parameters<typeof put>[1]) =>
    (await t.throwsAsync(put(files, change), { instanceOf: CutoverError }))?.code;
  t.is(await code({ runtime: 'python3.12' }), 'UNSUPPORTED_ATTRIBUTE');
  t.is(await code({ packageDigest: '0'.repeat(64) }), 'APPLY_FAILED');
  t.is(await code({ packageFile: '/nowhere.zip' }), 'APPLY_FAILED');
});

test.serial('metrics of its invocations', async (t) => {
  const { put, functions, metrics, clock } = await startFunctions(t);
  await put({ 'index.js': 'exports.handler = async (event) => { if (event.bad) throw new Error("x"); }' });
  await functions.invoke('hook', {});
  await functions.invoke('hook', { bad: true });
  const sum = (name: string): number =>
    metrics
      .query({
        namespace: 'AWS/Lambda',
        name,
        dimensions: { FunctionName: 'hook' },
        startMs: clock.now() - 60_000,
        endMs: clock.now() + 1000,
        periodSeconds: 3600,
        statistic: 'Sum',
      })
      .reduce((total, point) => total + point.value, 0);
  t.is(sum('Invocations'), 2);
  t.is(sum('Errors'), 1);
});
