/** A load whose profile is about scaling, at a plane that is running, whatever stack it has. */
import type { ScaleShape } from '../scale-profiles.ts';
import type { GeneratorRecord } from '../verdict/record.ts';
import type { ScalingRecord } from '../verdict/scaling-record.ts';
import type { CheckedLoad } from './load.ts';
import type { LoadRun } from './load-run.ts';
import { type ScalingContext, type ScalingPlan, ScalingRun } from './scaling-run.ts';

/** Null where the profile is not about scaling, or was given a duration of its own. */
export function shapeOf({ profile, options }: CheckedLoad): ScaleShape | null {
  return options.duration === undefined ? (profile.scaling ?? null) : null;
}

export interface ScalingLoad {
  readonly generator: GeneratorRecord;
  readonly scaling: ScalingRecord;
  /** The load ended by itself before everything was as before. */
  readonly interrupted: boolean;
}

/** Through the phases and back; ends the load then, or at once when the signal aborts. @throws the signal's reason */
export async function followScaling(
  run: Pick<LoadRun, 'firstSent' | 'ended' | 'finish' | 'abandon'>,
  plan: Omit<ScalingPlan, 'loadStartMs'>,
  context: ScalingContext,
): Promise<ScalingLoad> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  try {
    await run.firstSent(context.signal);
    void run.ended.then(() => stop.abort(new Error('the load ended before everything was as before')));
    const scaling = new ScalingRun({ ...plan, loadStartMs: context.clock.wallNow() }, { ...context, signal });
    let interrupted = false;
    await scaling.run().catch((error: unknown) => {
      context.signal.throwIfAborted();
      if (!stop.signal.aborted) throw error;
      interrupted = true;
    });
    return { generator: await run.finish(), scaling: scaling.record(), interrupted };
  } catch (error) {
    await run.abandon();
    throw error;
  }
}
