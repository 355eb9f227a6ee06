/** One invocation: a process of its own, from START to REPORT. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LambdaFunction } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, ExitInfo, ProcessHandle, ProcessRunner } from '../contracts.ts';
import type { InvocationResult } from '../contracts-delivery.ts';
import type { Random } from '../random.ts';
import { decideOutcome, type Ending, type RuntimeResult } from './decide-outcome.ts';
import { environmentOf, nodeOptionsOf } from './environment.ts';
import { endLine, reportLine, startLine, streamNameOf } from './log-forms.ts';

export interface InvocationContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly processes: ProcessRunner;
  readonly addresses: Pick<AddressBook, 'localise' | 'awsEndpoint'>;
  readonly region: string;
  /** Each invocation has a folder in it as long as it runs. */
  readonly dir: string;
  /** Appends to the function's log group. */
  readonly log: (definition: LambdaFunction, stream: string, line: string) => void;
}

export interface InvocationInput {
  readonly definition: LambdaFunction;
  /** Folder of the unpacked package. */
  readonly taskRoot: string;
  readonly event: unknown;
  readonly signal: AbortSignal;
}

const RUNTIME_DIR = join(import.meta.dirname, 'runtime');
/** Loading the module has a time of its own before the function's time-out counts (lambda lambda-runtime-environment). */
const INIT_LIMIT_MS = 10_000;
/** How often a module that is slow to load is looked at, once its time-out has passed without it. */
const LOOK_EVERY_WALL_MS = 100;
const LOG_TAIL_BYTES = 4096;

/** Never rejects for what the function does. Real time counts: a request is never faster than the machine. */
export async function runInvocation(context: InvocationContext, input: InvocationInput): Promise<InvocationResult> {
  const { clock, random } = context;
  const { definition } = input;
  const requestId = random.uuid();
  const folder = join(context.dir, requestId);
  const stream = streamNameOf(clock.now(), random.hex(32));
  const tail = createTail();
  const log = (line: string): void => {
    tail.add(line);
    context.log(definition, stream, line);
  };
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(folder, 'invocation.json'), invocationJson(input, requestId), { mode: 0o600 });
    log(startLine(requestId));
    const startedMs = clock.monotonicMs();
    const handle = start(context, input, { folder, stream, log });
    const guard = guardTime(context, input, { handle, folder });
    const exit = await handle.exited;
    const ending = { requestId, exit, ...guard.end(), result: await readResult(folder) };
    return close(context, definition, { ...ending, elapsedMs: clock.monotonicMs() - startedMs, log, tail });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function invocationJson({ definition, event }: InvocationInput, requestId: string): string {
  return JSON.stringify({
    requestId,
    event: JSON.stringify(event === undefined ? null : event),
    timeoutMs: definition.timeoutSeconds * 1000,
    functionArn: definition.arn,
    runtime: definition.runtime,
  });
}

function start(
  context: InvocationContext,
  { definition, taskRoot }: InvocationInput,
  place: { readonly folder: string; readonly stream: string; readonly log: (line: string) => void },
): ProcessHandle {
  return context.processes.start({
    name: `function ${definition.name}`,
    command: process.execPath,
    args: [...nodeOptionsOf(definition.memoryMiB), join(RUNTIME_DIR, 'bootstrap.mjs'), place.folder],
    cwd: taskRoot,
    env: environmentOf({
      definition,
      taskRoot,
      logStreamName: place.stream,
      runtimeDir: RUNTIME_DIR,
      tempDir: join(place.folder, 'tmp'),
      path: process.env['PATH'] ?? '',
      region: context.region,
      awsEndpoint: context.addresses.awsEndpoint,
      localise: context.addresses.localise,
    }),
    onLine: place.log,
  });
}

interface Guard {
  end(): { readonly endedBy: Ending['endedBy']; readonly memoryMiB: number };
}

/** Ends the whole process group at the time-out, or with the signal. Lambda gives no time to say goodbye. */
function guardTime(
  { clock, processes }: InvocationContext,
  { definition, signal }: InvocationInput,
  { handle, folder }: { readonly handle: ProcessHandle; readonly folder: string },
): Guard {
  const timeoutMs = definition.timeoutSeconds * 1000;
  const initEndsAtMs = clock.wallNow() + INIT_LIMIT_MS + timeoutMs;
  let endedBy: Ending['endedBy'] = null;
  let memoryMiB = 0;
  let ended = false;
  const stop = (why: 'timeout' | 'signal'): void => {
    endedBy ??= why;
    void handle.stop(0);
  };
  const look = async (): Promise<void> => {
    // The runtime leaves this file when the module is loaded: from then on the time-out counts.
    const started = await stat(join(folder, 'started')).catch(() => null);
    const nowMs = clock.wallNow();
    const leftMs = started ? started.mtimeMs + timeoutMs - nowMs : initEndsAtMs - nowMs;
    if (ended) return;
    if (leftMs > 0) cancel = clock.afterWall(started ? leftMs : Math.min(leftMs, LOOK_EVERY_WALL_MS), look);
    else {
      memoryMiB = (await processes.usage(handle.pid))?.rssMiB ?? 0;
      stop('timeout');
    }
  };
  let cancel = clock.afterWall(timeoutMs, look);
  const abort = (): void => stop('signal');
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return {
    end() {
      ended = true;
      cancel();
      signal.removeEventListener('abort', abort);
      return { endedBy, memoryMiB };
    },
  };
}

async function readResult(folder: string): Promise<RuntimeResult | null> {
  const text = await readFile(join(folder, 'result.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as RuntimeResult);
}

function close(
  { clock }: InvocationContext,
  definition: LambdaFunction,
  ended: {
    readonly requestId: string;
    readonly exit: ExitInfo;
    readonly endedBy: Ending['endedBy'];
    readonly memoryMiB: number;
    readonly result: RuntimeResult | null;
    readonly elapsedMs: number;
    readonly log: (line: string) => void;
    readonly tail: { text(): string };
  },
): InvocationResult {
  const { requestId, result, log } = ended;
  const { timeoutSeconds, memoryMiB } = definition;
  const at = new Date(clock.wallNow()).toISOString();
  const { outcome, payload, error, logLine, status, errorType } = decideOutcome({ ...ended, at, timeoutSeconds });
  const durationMs = result?.durationMs ?? (status === 'timeout' ? timeoutSeconds * 1000 : ended.elapsedMs);
  if (logLine !== null) log(logLine);
  log(endLine(requestId));
  const maxMemoryMiB = result?.maxMemoryMiB ?? ended.memoryMiB;
  log(
    reportLine({ requestId, durationMs, initMs: result?.initMs ?? null, memoryMiB, maxMemoryMiB, status, errorType }),
  );
  return { requestId, outcome, payload, error, durationMs, logTail: ended.tail.text() };
}

/** The last 4 KiB of what was logged, whole lines (lambda API_Invoke, LogResult). */
function createTail(): { add(line: string): void; text(): string } {
  const lines: string[] = [];
  let bytes = 0;
  return {
    add(line) {
      lines.push(line);
      bytes += Buffer.byteLength(line) + 1;
      while (lines.length > 1 && bytes > LOG_TAIL_BYTES) bytes -= Buffer.byteLength(lines.shift() ?? '') + 1;
    },
    text: () => Buffer.from(lines.join('\n')).subarray(-LOG_TAIL_BYTES).toString('utf8'),
  };
}
