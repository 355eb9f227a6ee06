/** Looks at a deployment until it is over, and says what is seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lookAtBlueGreen } from './blue-green.ts';
import type { FoundService } from './find-service.ts';
import { blueGreenOutcome, type Ended, rollingFailure, rollingOutcome } from './outcome.ts';
import type { Reporter } from './reporter.ts';
import { lookAtRolling } from './rolling.ts';
import type { BlueGreenSnapshot, RollingSnapshot } from './snapshot.ts';
import type { DeployTarget } from './target.ts';
import type { Versions } from './versions.ts';

export interface WatchContext {
  readonly target: DeployTarget;
  readonly versions: Versions;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

export interface Watched<T> extends Ended {
  readonly last: T;
}

/** Looks for the rollback of a failed deployment: it is created a moment after the failure. */
const ROLLBACK_LOOKS = 5;

/** @throws what aborted the signal; the deployment goes on then */
export async function watchRolling(
  context: WatchContext,
  service: FoundService,
  deployment: { readonly id: string; readonly since: Date },
): Promise<Watched<RollingSnapshot>> {
  let failure: string | null = null;
  for (;;) {
    const last = await lookAtRolling(context.target, service, deployment, context.versions);
    context.reporter.show(last);
    failure = rollingFailure(last) ?? failure;
    const ended = rollingOutcome(last, failure);
    if (ended) return { ...ended, last };
    await pause(context);
  }
}

/**
 * A deployment that is rolled back is followed to the end of its rollback.
 * @returns how the deployment itself ended; `rollback` is the one that undid it
 */
export async function watchBlueGreen(
  context: WatchContext,
  deploymentId: string,
): Promise<Watched<BlueGreenSnapshot> & { readonly rollback: Watched<BlueGreenSnapshot> | null }> {
  const own = await follow(context, deploymentId);
  if (own.outcome === 'SUCCEEDED') return { ...own, rollback: null };
  const undoing = await rollbackOf(context, own.last);
  if (undoing === null) return { ...own, rollback: null };
  context.reporter.note(`${deploymentId} is rolled back by ${undoing}`);
  const rollback = await follow(context, undoing);
  const outcome = rollback.outcome === 'SUCCEEDED' ? 'ROLLED_BACK' : own.outcome;
  return { ...own, outcome, rollback };
}

async function follow(context: WatchContext, deploymentId: string): Promise<Watched<BlueGreenSnapshot>> {
  for (;;) {
    const last = await lookAtBlueGreen(context.target, deploymentId, context.versions);
    context.reporter.show(last);
    const ended = blueGreenOutcome(last);
    if (ended) return { ...ended, last };
    await pause(context);
  }
}

async function rollbackOf(context: WatchContext, failed: BlueGreenSnapshot): Promise<string | null> {
  let { rollbackDeploymentId } = failed;
  for (let looks = 0; rollbackDeploymentId === null && looks < ROLLBACK_LOOKS; looks++) {
    // A rollback is not rolled back itself.
    if (failed.rollsBack !== null) return null;
    await pause(context);
    const again = await lookAtBlueGreen(context.target, failed.deploymentId, context.versions);
    rollbackDeploymentId = again.rollbackDeploymentId;
  }
  return rollbackDeploymentId;
}

async function pause({ target, signal }: WatchContext): Promise<void> {
  try {
    await sleep(target.pollMs, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
