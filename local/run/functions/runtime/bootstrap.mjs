/**
 * Runs one invocation of a function, inside the function's own process (lambda nodejs-handler, runtimes-custom).
 * Plain JavaScript: it starts faster than a file whose types are to be stripped.
 *
 * Argument: a private folder. It reads `invocation.json` there, leaves `started` when the module is loaded, and
 * `result.json` at the end. Neither event nor result passes through stdout: that is the function's log.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { confineModules, LAMBDA_PACKAGE } from './confine.mjs';
import { logLine, patchConsole } from './console.mjs';
import { describeError, formatError, RuntimeError } from './errors.mjs';
import { loadHandler } from './load-handler.mjs';

const folder = process.argv[2] ?? '';
const invocation = JSON.parse(readFileSync(join(folder, 'invocation.json'), 'utf8'));
const { requestId, timeoutMs } = invocation;
let finished = false;
let initMs = performance.now();

patchConsole(requestId);
confineModules(process.env.LAMBDA_TASK_ROOT ?? '', LAMBDA_PACKAGE);
process.on('uncaughtException', (error) => fail('Uncaught Exception', error));
process.on('unhandledRejection', (reason) => {
  const message = reason instanceof Error ? reason.toString() : String(reason);
  fail('Unhandled Promise Rejection', new RuntimeError('UnhandledPromiseRejection', message, reason));
});

let handler = null;
try {
  handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? '', process.env._HANDLER ?? '', invocation.runtime);
} catch (error) {
  fail('Uncaught Exception', error);
}
initMs = performance.now();
const deadlineMs = initMs + timeoutMs;
writeFileSync(join(folder, 'started'), '');
invoke(handler);

function invoke(call) {
  /** What is to be answered once nothing is left to do. */
  let whenIdle = { done: () => succeed(null) };
  process.on('beforeExit', () => whenIdle.done());
  const answer = (error, result) => {
    if (error !== undefined && error !== null) return fail('Invoke Error', error);
    if (context.callbackWaitsForEmptyEventLoop) whenIdle = { done: () => succeed(result) };
    else setImmediate(() => succeed(result));
  };
  const atOnce = (error, result) => {
    context.callbackWaitsForEmptyEventLoop = false;
    answer(error, result);
  };
  const context = contextOf(atOnce);
  try {
    const returned = call(JSON.parse(invocation.event), context, answer);
    if (typeof returned?.then !== 'function') return;
    // A promise that nothing will ever settle ends the process when the loop is empty.
    whenIdle = { done: () => fail('Invoke Error', neverSettled()) };
    returned.then(succeed, (error) => fail('Invoke Error', error));
  } catch (error) {
    fail('Invoke Error', error);
  }
}

function contextOf(done) {
  const { env } = process;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadlineMs - performance.now())),
    done,
    succeed: (result) => done(null, result),
    fail: (error) => done(error ?? 'handled'),
  };
}

const neverSettled = () =>
  new RuntimeError(
    'NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.',
  );

function succeed(result) {
  let payload;
  try {
    payload = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    return fail('Invoke Error', new Error('Unable to stringify response body'));
  }
  finish({ returned: true, payload });
}

function fail(what, error) {
  if (!finished) logLine(requestId, 'ERROR', `${what} \t${JSON.stringify(formatError(error))}`);
  finish({ returned: false, payload: JSON.stringify(describeError(error)) });
}

/** The first end holds. */
function finish(end) {
  if (!finished) {
    finished = true;
    const result = {
      ...end,
      initMs,
      durationMs: performance.now() - initMs,
      maxMemoryMiB: process.resourceUsage().maxRSS / 1024,
    };
    writeFileSync(join(folder, 'result.new'), JSON.stringify(result));
    renameSync(join(folder, 'result.new'), join(folder, 'result.json'));
  }
  process.exit(0);
}
