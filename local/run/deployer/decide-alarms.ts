/**
 * What a rolling deployment's alarms mean for it: heeded or not, gone off, or still to bake. Pure. (ECS
 * deployment-alarm-failure)
 */
import type { DeploymentAlarms } from '../../topology.ts';

/** A named alarm that exists, as it is now. */
export interface AlarmSight {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
}

export interface AlarmsInput {
  readonly settings: DeploymentAlarms;
  readonly alarms: readonly AlarmSight[];
  /** Names of those that were in ALARM when the deployment began. */
  readonly onAtStart: readonly string[];
  /** Does a task of the deployment run? From then on its alarms are watched. */
  readonly running: boolean;
  /** Its tasks are healthy and the old ones are gone. */
  readonly rolledOut: boolean;
  /** When it had rolled out first; null before. */
  readonly bakeFromMs: number | null;
  readonly nowMs: number;
}

export interface AlarmsOutput {
  /** `unwatched`: alarms say nothing about this deployment. */
  readonly verdict: 'unwatched' | 'rolling' | 'triggered' | 'baking' | 'baked';
  /** Names of the alarms that fail it. */
  readonly triggered: readonly string[];
  readonly bakeFromMs: number | null;
}

/** One that is on already would fail whatever is deployed, the repair among it: then none is watched. */
export const isWatched = (settings: DeploymentAlarms, onAtStart: readonly string[]): boolean =>
  settings.enable && settings.names.length > 0 && onAtStart.length === 0;

export function decideAlarms(input: AlarmsInput): AlarmsOutput {
  const { settings, bakeFromMs, nowMs } = input;
  if (!isWatched(settings, input.onAtStart)) return { verdict: 'unwatched', triggered: [], bakeFromMs: null };
  const named = input.alarms.filter(({ name }) => settings.names.includes(name));
  const triggered = named.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
  if (triggered.length > 0 && (input.running || bakeFromMs !== null))
    return { verdict: 'triggered', triggered, bakeFromMs };
  if (!input.rolledOut) return { verdict: 'rolling', triggered: [], bakeFromMs };
  const from = bakeFromMs ?? nowMs;
  return { verdict: nowMs - from >= bakeMs(named) ? 'baked' : 'baking', triggered: [], bakeFromMs: from };
}

/**
 * How long alarms are watched after the roll-out: until the slowest of them has seen nothing but the new version. AWS
 * computes it from the alarms and does not publish how ≈: the period under way when it ended, and those evaluated.
 */
export function bakeMs(alarms: readonly Pick<AlarmSight, 'periodSeconds' | 'evaluationPeriods'>[]): number {
  return Math.max(0, ...alarms.map((a) => (a.evaluationPeriods + 1) * a.periodSeconds * 1000));
}
