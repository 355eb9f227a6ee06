/** Status → what the record keeps of a blue/green deployment. Pure. */
import type { BlueGreenStatusEntry, ServiceStatus, Status } from '../../local/status.ts';
import type { System } from '../systems.ts';
import type { LifecycleRecord, ShiftReading } from '../verdict/blue-green-record.ts';
import { entryListener } from './decide-mix.ts';

/** A deployment with the one that rolls it back. */
export interface Shift {
  readonly deployment: BlueGreenStatusEntry;
  readonly rollback: BlueGreenStatusEntry | null;
}

export function findShift(status: Status, deploymentId: string): Shift | null {
  const deployment = status.blueGreen.find((entry) => entry.id === deploymentId);
  if (!deployment) return null;
  const rollback = status.blueGreen.find(
    (entry) => entry.id === deployment.rollbackDeploymentId || entry.triggeringDeploymentId === deploymentId,
  );
  return { deployment, rollback: rollback ?? null };
}

/** The task sets as they were named while both were there: a set that has gone is no longer in the status. */
export interface KnownSets {
  readonly blue: string | null;
  readonly green: string | null;
}

export function readShift(
  status: Status,
  shift: Shift,
  at: { readonly system: System; readonly sets: KnownSets },
): Omit<ShiftReading, 'atMs' | 'beforeMs'> {
  const { deployment, rollback } = shift;
  const service = serviceOf(status, deployment);
  const tasksOf = (id: string | null): number => service?.taskSets.find((set) => set.id === id)?.runningCount ?? 0;
  return {
    status: deployment.status,
    rollbackStatus: rollback?.status ?? null,
    greenPercent: greenPercent(status, deployment, at.system),
    blueTasks: tasksOf(at.sets.blue),
    greenTasks: tasksOf(at.sets.green),
  };
}

export function serviceOf(
  status: Status,
  of: { readonly cluster: string; readonly service: string },
): ServiceStatus | undefined {
  return status.services.find((service) => service.name === of.service && service.cluster === of.cluster);
}

/** What production traffic the new version gets, by the listener itself, not by what the deployment says of it. */
function greenPercent(status: Status, deployment: BlueGreenStatusEntry, system: System): number | null {
  const arnOf = (name: string): string | undefined => status.targetGroups.find((group) => group.name === name)?.arn;
  const [blue, green] = [arnOf(deployment.blue.targetGroup), arnOf(deployment.green.targetGroup)];
  for (const rule of entryListener(status, system)?.rules ?? []) {
    const groups = rule.actions.flatMap((action) => (action.type === 'forward' ? action.targetGroups : []));
    const weightOf = (arn: string | undefined): number => groups.find((group) => group.arn === arn)?.weight ?? 0;
    const total = weightOf(blue) + weightOf(green);
    if (total > 0) return (weightOf(green) / total) * 100;
  }
  return null;
}

/** Control time is the plane's; the record's is the wall's. */
export interface ClockAnchor {
  readonly controlMs: number;
  readonly wallMs: number;
  readonly rate: number;
}

export function lifecycleOf(shift: Shift, anchor: ClockAnchor): LifecycleRecord[] {
  const wall = (iso: string | null): number | null =>
    iso === null ? null : anchor.wallMs + (Date.parse(iso) - anchor.controlMs) / anchor.rate;
  return [shift.deployment, ...(shift.rollback ? [shift.rollback] : [])].flatMap((deployment) =>
    deployment.lifecycleEvents.map(({ name, status, startedAt, endedAt, hook, message }) => ({
      deploymentId: deployment.id,
      name,
      status,
      startedAtMs: wall(startedAt),
      endedAtMs: wall(endedAt),
      hook,
      message,
    })),
  );
}
