/**
 * The Lambda of the plane: keeps the stacks' functions and runs each invocation in a process of its own
 * (docs/functions.md). What one invocation does is invocation.ts; how it ended is decide-outcome.ts.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { LambdaFunction } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, LogStore, MetricStore, ProcessRunner, ResourceHandler } from '../contracts.ts';
import type { FunctionRunner, InvocationResult } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Place } from '../place.ts';
import type { Random } from '../random.ts';
import { createSlots } from './concurrency.ts';
import { runInvocation } from './invocation.ts';
import { functionNameOf } from './log-forms.ts';
import { createPackageStore } from './packages.ts';

export interface FunctionRunnerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly processes: ProcessRunner;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly addresses: Pick<AddressBook, 'localise' | 'awsEndpoint'>;
  /** Packages are unpacked below it, by digest, and each invocation has a folder in it while it runs. */
  readonly dir: string;
  readonly place: Place;
  /** Invocations at a time; more wait their turn. Default 8. */
  readonly maxConcurrent?: number;
}

export interface Functions extends FunctionRunner {
  readonly handler: ResourceHandler<LambdaFunction>;
  /** Ends what runs. */
  close(): Promise<void>;
}

const DEFAULT_CONCURRENT = 8;

export function createFunctionRunner(options: FunctionRunnerOptions): Functions {
  const { random, events } = options;
  const functions = new Map<string, LambdaFunction>();
  const packages = createPackageStore({ dir: join(options.dir, 'packages'), random });
  const slots = createSlots(options.maxConcurrent ?? DEFAULT_CONCURRENT);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const inUse = new Map<string, number>();
  const context = { ...options, dir: join(options.dir, 'invocations'), log: logger(options.logs) };
  // A plane that was killed may have left some.
  const cleared = rm(context.dir, { recursive: true, force: true });

  const prune = (): Promise<void> =>
    packages.keep(new Set([...inUse.keys(), ...[...functions.values()].map((one) => one.packageDigest)]));

  async function run(definition: LambdaFunction, event: unknown, signal: AbortSignal): Promise<InvocationResult> {
    const { packageDigest } = definition;
    inUse.set(packageDigest, (inUse.get(packageDigest) ?? 0) + 1);
    const release = await slots.take();
    try {
      await cleared;
      const taskRoot = await packages.folder(definition);
      return await runInvocation({ ...context, region: options.place.region }, { definition, taskRoot, event, signal });
    } catch (error) {
      return failedResult(random.uuid(), error);
    } finally {
      release();
      const left = (inUse.get(packageDigest) ?? 1) - 1;
      if (left > 0) inUse.set(packageDigest, left);
      else inUse.delete(packageDigest);
    }
  }

  return {
    handler: {
      async put(next) {
        refuseRuntime(next);
        await packages.folder(next);
        functions.set(next.name, next);
        await prune();
      },
      async remove(previous) {
        if (functions.get(previous.name)?.address === previous.address) functions.delete(previous.name);
        await prune();
      },
    },
    functions: () => [...functions.values()],
    async invoke(nameOrArn, event, signal) {
      const definition = functions.get(functionNameOf(nameOrArn));
      if (!definition) return notFound(random.uuid(), nameOrArn);
      const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      const work = run(definition, event, either);
      running.add(work);
      const result = await work.finally(() => running.delete(work));
      record(options.metrics, events, definition, result);
      return result;
    },
    async close() {
      closing.abort(new Error('the plane is going down'));
      await Promise.all([...running]);
    },
  };
}

/** @throws CutoverError where no process of this machine stands for the runtime */
function refuseRuntime(definition: LambdaFunction): void {
  if (/^nodejs\d+\.x$/.test(definition.runtime)) return;
  throw new CutoverError({
    code: 'UNSUPPORTED_ATTRIBUTE',
    address: `${definition.address}.runtime`,
    message: `functions of the runtime ${definition.runtime} do not run here`,
    value: definition.runtime,
    rule: "the plane runs functions of Lambda's Node.js runtimes, on its own Node",
    fix: 'package the function for a Node.js runtime, or leave it out of what is rehearsed',
  });
}

/** Lambda makes a function's log group where it is missing. */
function logger(logs: LogStore): (definition: LambdaFunction, stream: string, line: string) => void {
  return ({ logGroupName }, stream, line) => {
    try {
      logs.append(logGroupName, stream, line);
    } catch {
      logs.putGroup(logGroupName, 0);
      logs.append(logGroupName, stream, line);
    }
  };
}

function record(metrics: MetricStore, events: EventLog, definition: LambdaFunction, result: InvocationResult): void {
  const dimensions = { FunctionName: definition.name };
  const put = (name: string, value: number): void =>
    metrics.put({
      namespace: 'AWS/Lambda',
      name,
      dimensions,
      value,
      unit: name === 'Duration' ? 'Milliseconds' : 'Count',
    });
  put('Invocations', 1);
  put('Errors', result.error === null ? 0 : 1);
  put('Duration', result.durationMs);
  events.emit({
    source: 'functions',
    subject: definition.name,
    code: result.error === null ? 'FUNCTION_RETURNED' : 'FUNCTION_FAILED',
    level: result.error === null ? 'info' : 'warn',
    message:
      result.error === null
        ? `${definition.name} returned after ${Math.round(result.durationMs)} ms`
        : `${definition.name} failed: ${result.error}`,
    data: { requestId: result.requestId, outcome: result.outcome, durationMs: result.durationMs },
  });
}

const notFound = (requestId: string, reference: string): InvocationResult => ({
  requestId,
  outcome: 'not-found',
  payload: { errorType: 'ResourceNotFoundException', errorMessage: `Function not found: ${reference}` },
  error: `Function not found: ${reference}`,
  durationMs: 0,
  logTail: '',
});

/** The plane itself could not run it: the package is gone, the disk is full. */
function failedResult(requestId: string, cause: unknown): InvocationResult {
  const errorMessage = cause instanceof Error ? cause.message : String(cause);
  return {
    requestId,
    outcome: 'exited',
    payload: { errorType: 'ServiceException', errorMessage },
    error: errorMessage,
    durationMs: 0,
    logTail: '',
  };
}
