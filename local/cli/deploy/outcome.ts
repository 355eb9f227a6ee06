/** How a deployment ended, from what is seen of it. Pure. */
import type { BlueGreenSnapshot, RollingSnapshot } from './snapshot.ts';

export interface Ended {
  readonly outcome: Outcome;
  readonly reason: string;
}

export type Outcome = 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'ROLLED_BACK' | 'SUPERSEDED';

/**
 * @param failure why the deployment failed, where that was seen before: a deployment that is rolled back leaves the list
 * @returns null while it goes on
 */
export function rollingOutcome(now: RollingSnapshot, failure: string | null): Ended | null {
  const own = now.deployments.find(({ id }) => id === now.deploymentId);
  const primary = now.deployments[0];
  const failed = own?.rolloutState === 'FAILED' ? own.reason : failure;
  if (failed !== null) {
    if (!primary || primary.id === now.deploymentId) return { outcome: 'FAILED', reason: failed };
    if (primary.rolloutState === 'IN_PROGRESS') return null;
    return { outcome: 'ROLLED_BACK', reason: `${failed} It was rolled back to ${primary.taskDefinition}.` };
  }
  if (own?.status !== 'PRIMARY')
    return { outcome: 'SUPERSEDED', reason: `another deployment took its place: ${primary?.taskDefinition ?? 'none'}` };
  return own.rolloutState === 'COMPLETED' ? { outcome: 'SUCCEEDED', reason: own.reason } : null;
}

/** Why the watched deployment failed, where this moment shows it. */
export function rollingFailure(now: RollingSnapshot): string | null {
  const own = now.deployments.find(({ id }) => id === now.deploymentId);
  if (own?.rolloutState === 'FAILED') return own.reason;
  const primary = now.deployments[0];
  // Between two looks it may have failed and left the list; the rollback says so itself.
  return primary && primary.id !== now.deploymentId && /(?:circuit breaker|alarm): rolling back/i.test(primary.reason)
    ? primary.reason
    : null;
}

/** @returns null while it goes on; a rollback that it began is another deployment, with an end of its own */
export function blueGreenOutcome(now: BlueGreenSnapshot): Ended | null {
  const reason = now.error ? `${now.error.code}: ${now.error.message}` : '';
  switch (now.status) {
    case 'Succeeded':
      return { outcome: 'SUCCEEDED', reason };
    case 'Failed':
      return { outcome: 'FAILED', reason };
    case 'Stopped':
      return { outcome: 'STOPPED', reason };
    default:
      return null;
  }
}
