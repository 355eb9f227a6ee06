/** Alarms of a deployment group, as several rules ask for them. Pure. */
import type { Alarm, DeploymentGroup, TargetGroup, Topology } from '../../../topology.ts';

export const alarmsOf = (g: DeploymentGroup, t: Topology): Alarm[] =>
  g.alarms.enabled ? t.alarms.filter((a) => g.alarms.names.includes(a.name)) : [];

export const pairOf = (g: DeploymentGroup, t: Topology): TargetGroup[] =>
  t.targetGroups.filter((tg) => g.targetGroupNames.includes(tg.name));
