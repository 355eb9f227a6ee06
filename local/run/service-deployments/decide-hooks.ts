/**
 * The functions of a stage: called at once, again after IN_PROGRESS, until each has said yes or one has not (ECS
 * lambda-lifecycle-hooks). Pure.
 */
import { isObject } from '../../read/json.ts';
import type { InvocationResult } from '../contracts-delivery.ts';
import type { HookRun, ServiceDeployment } from './service-deployment.ts';
import type { Observed, Step } from './step.ts';

/** "By default, the delay is 30 seconds." */
export const CALLBACK_DELAY_SECONDS = 30;
/** A delay beyond the time that a stage may last is the end of the stage. */
const MAX_DELAY_SECONDS = 86_400;

/** @returns `done`: each has said yes (or, in a rollback, anything); `failed`; or the next call, null: wait */
export function decideHooks(d: ServiceDeployment, { nowMs, freshId }: Observed): Step | 'done' | 'failed' | null {
  if (d.rollback === null && d.hooks.some(({ status }) => status === 'FAILED')) return 'failed';
  const index = d.hooks.findIndex(
    ({ status, nextAtMs }) => status === 'PENDING' && (nextAtMs === null || nextAtMs <= nowMs),
  );
  if (index >= 0) {
    const executionId = freshId(index);
    const started = d.hooks[index]?.startedAtMs ?? nowMs;
    return {
      patch: {
        hooks: withHook(d.hooks, index, { status: 'RUNNING', executionId, startedAtMs: started, nextAtMs: null }),
      },
      effects: [{ do: 'invoke', index, executionId }],
    };
  }
  return d.hooks.every(({ status }) => status === 'SUCCEEDED' || status === 'FAILED') ? 'done' : null;
}

export const withHook = (hooks: readonly HookRun[], index: number, change: Partial<HookRun>): readonly HookRun[] =>
  hooks.map((hook, i) => (i === index ? { ...hook, ...change } : hook));

/** "If your function doesn't return a valid hookStatus, or if it fails, Amazon ECS rolls back the deployment." */
export function answered(hook: HookRun, result: InvocationResult, nowMs: number): Partial<HookRun> {
  const failed = (why: string): Partial<HookRun> => ({ status: 'FAILED', why, executionId: null });
  if (result.outcome === 'not-found') return failed(result.error ?? 'the function does not exist');
  if (result.outcome !== 'returned') return failed(result.error ?? result.outcome);
  const answer = isObject(result.payload) ? result.payload : {};
  switch (answer['hookStatus']) {
    case 'SUCCEEDED':
      return { status: 'SUCCEEDED', executionId: null };
    case 'FAILED':
      return failed('it answered FAILED');
    case 'IN_PROGRESS':
      return {
        status: 'PENDING',
        executionId: null,
        nextAtMs: nowMs + delayOf(answer['callBackDelay']) * 1000,
        details: isObject(answer['hookDetails']) ? answer['hookDetails'] : hook.details,
      };
    default:
      return failed(`it returned no hookStatus of SUCCEEDED, FAILED or IN_PROGRESS: ${short(result.payload)}`);
  }
}

function delayOf(value: unknown): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(seconds, MAX_DELAY_SECONDS) : CALLBACK_DELAY_SECONDS;
}

const MAX_SHOWN = 200;
const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, MAX_SHOWN);
