/** Takes a running plane from one stage to the next, under load. */
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { Profile } from '../profiles.ts';
import type { System } from '../systems.ts';
import type { StageRecord } from '../verdict/record.ts';
import { whatIsMissing } from './decide-steady.ts';
import type { Follower } from './follower.ts';
import type { MixKeeper } from './mix-keeper.ts';
import type { PlaneClient } from './plane-client.ts';
import { snapshotOf } from './snapshot.ts';

export interface StageContext {
  readonly plane: PlaneClient;
  readonly follower: Follower;
  readonly mix: MixKeeper;
  readonly system: System;
  readonly profile: Profile;
  readonly clock: Clock;
  progress(line: string): void;
  readonly signal: AbortSignal;
}

/**
 * Applies the stage and waits until it is steady and takes its own mix of paths. The load moves while the apply is under
 * way: as soon as the new paths have healthy targets, before the services that they replace are rolled.
 *
 * @throws CutoverError where the plane refuses the JSON; a stage that fails while it is applied is told in `problem`
 */
export async function applyStage(name: string, dir: string, context: StageContext): Promise<StageRecord> {
  const { clock, follower, mix, profile, signal } = context;
  const startedAtMs = clock.wallNow();
  context.progress(`stage ${name}: applying`);
  mix.await(context.system.mixes[name] ?? []);
  const failure = await applyTold(dir, context);
  const failed = (problem: string): StageRecord => ({
    name,
    startedAtMs,
    steadyAtMs: null,
    problem,
    steady: null,
    leaving: null,
  });
  if (failure !== null) return failed(failure);
  const timeoutMs = profile.steadyTimeoutSeconds * 1_000;
  const status = await follower.until((s) => whatIsMissing(s).length === 0 && !mix.isWaiting, timeoutMs, signal);
  if (!status) {
    const missing = [...whatIsMissing(await follower.refresh()), ...mix.waitingFor];
    return failed(`not steady after ${profile.steadyTimeoutSeconds} s: ${missing.join('; ')}`);
  }
  const steadyAtMs = clock.wallNow();
  context.progress(`stage ${name}: steady after ${((steadyAtMs - startedAtMs) / 1_000).toFixed(1)} s`);
  return { name, startedAtMs, steadyAtMs, problem: null, steady: snapshotOf(name, steadyAtMs, status), leaving: null };
}

/** @returns what went wrong while applying, or null */
export async function applyTold(dir: string, context: Pick<StageContext, 'plane' | 'signal'>): Promise<string | null> {
  try {
    const { failures } = await context.plane.apply(dir, context.signal);
    return failures.length > 0 ? failures.map((f) => `${f.address}: ${f.message}`).join('; ') : null;
  } catch (error) {
    // Only this code means that the apply had begun; every other one is a refusal, and the user's to mend.
    if (error instanceof CutoverError && error.code === 'APPLY_FAILED') return error.message;
    throw error;
  }
}
