/**
 * What a service deployment means after the plane was killed. Its tasks are all gone, so before any task starts again it
 * is settled which revision is the service's: interrupted before all production traffic was green's, the deployment has
 * failed and blue comes back; after that, green does, and the deployment is done. Pure.
 */
import type { SavedRevision, SavedService } from '../deployer/saved-service.ts';
import { hasShifted, isOver, type ServiceDeployment } from './service-deployment.ts';

export interface ResumeTimes {
  /** Control time now. */
  readonly nowMs: number;
  /** Control time when the state was saved: control time begins anew with each plane. */
  readonly savedAtMs: number;
}

export function settleService(service: SavedService, { nowMs, savedAtMs }: ResumeTimes): SavedService {
  const byMs = nowMs - savedAtMs;
  if (!service.serviceDeployments) return service;
  return {
    ...service,
    serviceDeployments: service.serviceDeployments.map((saved) => settled(moved(saved, byMs), nowMs)),
  };
}

function settled(d: ServiceDeployment, nowMs: number): ServiceDeployment {
  if (isOver(d)) return d;
  const over = { finishedAtMs: nowMs, updatedAtMs: nowMs, hooks: [], bakeUntilMs: null } as const;
  if (hasShifted(d))
    return {
      ...d,
      ...over,
      status: 'SUCCESSFUL',
      statusReason: `The plane was killed during ${d.stage}: blue is gone.`,
    };
  const reason = d.rollback?.reason ?? `The plane was killed during ${d.stage}.`;
  if (d.blue === null) return { ...d, ...over, status: 'STOPPED', statusReason: reason, stoppedAtMs: nowMs };
  return {
    ...d,
    ...over,
    status: 'ROLLBACK_SUCCESSFUL',
    statusReason: reason,
    shift: { percent: 0, nextAtMs: null },
    tested: false,
    rollback: { reason, startedAtMs: d.rollback?.startedAtMs ?? nowMs, restored: true },
  };
}

/** The revision that comes back: as settled above. Null: as the stacks say. */
export function revisionToSave(
  newest: ServiceDeployment | undefined,
  find: (deploymentId: string) => SavedRevision | null,
  primaryId: string | undefined,
): SavedRevision | null {
  if (primaryId === undefined) return null;
  if (!newest || newest.green.id !== primaryId || newest.status === 'SUCCESSFUL') return find(primaryId);
  if (hasShifted(newest)) return find(newest.green.id);
  return newest.blue === null ? null : find(newest.blue.id);
}

/** Times keep their distances and end up before now. */
function moved(d: ServiceDeployment, byMs: number): ServiceDeployment {
  const move = <T extends number | null>(at: T): T => (at === null ? at : ((at + byMs) as T));
  return {
    ...d,
    createdAtMs: move(d.createdAtMs),
    updatedAtMs: move(d.updatedAtMs),
    finishedAtMs: move(d.finishedAtMs),
    stoppedAtMs: move(d.stoppedAtMs),
    stageSinceMs: move(d.stageSinceMs),
    rollback: d.rollback && { ...d.rollback, startedAtMs: move(d.rollback.startedAtMs) },
  };
}
