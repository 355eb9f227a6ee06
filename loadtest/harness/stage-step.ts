/** Takes a running plane from one stage to the next, under load. */
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { Pace } from '../profiles.ts';
import type { StageRecord } from '../verdict/record.ts';
import { whatIsMissing } from './decide-steady.ts';
import type { Follower } from './follower.ts';
import type { PlaneClient } from './plane-client.ts';
import { snapshotOf } from './snapshot.ts';
import type { SystemLoad } from './system-load.ts';

export interface StageContext {
  readonly plane: PlaneClient;
  readonly follower: Follower;
  /** One for each system of the run. */
  readonly loads: readonly SystemLoad[];
  readonly pace: Pace;
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
  const { clock, follower, loads, pace, signal } = context;
  const startedAtMs = clock.wallNow();
  context.progress(`stage ${name}: applying`);
  for (const load of loads) load.awaitStage(name);
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
  const status = await follower.until(
    (s) => whatIsMissing(s).length === 0 && !loads.some((load) => load.isWaiting),
    pace.steadyTimeoutSeconds * 1_000,
    signal,
  );
  if (!status) {
    const waiting = loads.flatMap((load) => load.waitingFor);
    const missing = [...whatIsMissing(await follower.refresh()), ...waiting];
    return failed(`not steady after ${pace.steadyTimeoutSeconds} s: ${missing.join('; ')}`);
  }
  const steadyAtMs = clock.wallNow();
  context.progress(`stage ${name}: steady after ${((steadyAtMs - startedAtMs) / 1_000).toFixed(1)} s`);
  return { name, startedAtMs, steadyAtMs, problem: null, steady: snapshotOf(name, steadyAtMs, status), leaving: null };
}

/** Notes how the current stage looks just before it is left. */
export async function leaveStage(
  stages: StageRecord[],
  context: Pick<StageContext, 'follower' | 'clock'>,
): Promise<void> {
  const current = stages.pop();
  if (!current) return;
  const status = await context.follower.refresh();
  stages.push({ ...current, leaving: snapshotOf(current.name, context.clock.wallNow(), status) });
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
