/** A deployment as others read it: the record, with what its sides are now. */
import type { BlueGreenDeployment, BlueGreenSide, TaskSetState } from '../contracts-delivery.ts';
import { type DeploymentRecord, isOver, type Side } from './deployment.ts';

export interface SidesNow {
  readonly sets: readonly TaskSetState[];
  readonly trafficPercent: (side: Side) => number;
}

export function deploymentView(record: DeploymentRecord, now: SidesNow): BlueGreenDeployment {
  const side = (name: 'blue' | 'green'): BlueGreenSide => ({
    targetGroupArn: record[name].targetGroupArn,
    targetGroupName: record[name].targetGroupName,
    taskSet: now.sets.find((set) => set.id === record[name].taskSetId) ?? null,
    trafficPercent: isOver(record) ? (record.shares?.[name] ?? 0) : now.trafficPercent(record[name]),
  });
  const {
    serviceArn: _serviceArn,
    settings: _settings,
    before: _before,
    shift: _shift,
    continued: _continued,
    endBlueNow: _endBlueNow,
    stop: _stop,
    hook: _hook,
    shares: _shares,
    resumedAtMs: _resumedAtMs,
    ...shown
  } = record;
  return { ...shown, blue: side('blue'), green: side('green') };
}
