/** What the readings and the answers say about a blue/green deployment's traffic. Pure. */
import type { BlueGreenStep, Guard, LifecycleRecord } from './blue-green-record.ts';
import type { ForumRequest } from './forum-record.ts';

/** The plane and the load generator read the same clock, each in its own way. */
const CLOCK_SLACK_MS = 25;

/** A stretch in which the listener's weights are known to have been the same. */
export interface WeightPhase {
  readonly greenPercent: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A phase with what was answered in it by the service. */
export interface PhaseMix extends WeightPhase {
  readonly answers: number;
  readonly greenAnswers: number;
  /** Null where nothing was answered. */
  readonly greenSharePercent: number | null;
}

/**
 * Between the last reading of one weight and the first of the next nobody knows which of them held: that time is in no
 * phase.
 *
 * @param endMs end of the last phase
 */
export function weightPhases(step: BlueGreenStep, endMs: number): WeightPhase[] {
  const phases: { greenPercent: number | null; fromMs: number; toMs: number }[] = [];
  for (const { atMs, beforeMs, greenPercent } of step.readings) {
    const last = phases.at(-1);
    if (last?.greenPercent === greenPercent) continue;
    if (last) last.toMs = beforeMs ?? atMs;
    // Before its deployment began there was no new version: it had nothing of the traffic then, too.
    const fromMs = !last && greenPercent === 0 ? Math.min(step.startedAtMs, atMs) : atMs;
    phases.push({ greenPercent, fromMs, toMs: endMs });
  }
  return phases.flatMap(({ greenPercent, fromMs, toMs }) =>
    greenPercent === null || toMs <= fromMs ? [] : [{ greenPercent, fromMs, toMs }],
  );
}

/** @param requests only those that lie wholly inside a phase count, and only answers of the deployed service */
export function phaseMixes(step: BlueGreenStep, requests: readonly ForumRequest[], endMs: number): PhaseMix[] {
  const own = answersOf(step, requests);
  return weightPhases(step, endMs).map((phase) => {
    const inside = own.filter((r) => r.sentAtMs >= phase.fromMs && r.endedAtMs <= phase.toMs);
    const greenAnswers = inside.filter((r) => r.version === step.greenVersion).length;
    return {
      ...phase,
      answers: inside.length,
      greenAnswers,
      greenSharePercent: inside.length > 0 ? (greenAnswers / inside.length) * 100 : null,
    };
  });
}

type Answer = ForumRequest & { readonly endedAtMs: number };

/** Answers by a version of the deployed service. */
export function answersOf(step: BlueGreenStep, requests: readonly ForumRequest[]): Answer[] {
  const prefix = step.greenVersion.slice(0, step.greenVersion.indexOf('/') + 1);
  return requests.filter((r): r is Answer => r.version?.startsWith(prefix) === true && r.endedAtMs !== null);
}

/** When the new version was allowed production traffic; null where it never was. */
export function trafficAllowedAtMs(step: BlueGreenStep): number | null {
  return ownEvents(step).find((event) => event.name === 'AllowTraffic')?.startedAtMs ?? null;
}

/** The service's answers before the new version was allowed traffic, and those among them that are its own. */
export function answersBeforeTraffic(
  step: BlueGreenStep,
  requests: readonly ForumRequest[],
): { readonly answers: number; readonly green: number } {
  const until = (trafficAllowedAtMs(step) ?? Number.POSITIVE_INFINITY) - CLOCK_SLACK_MS;
  const early = answersOf(step, requests).filter((r) => r.sentAtMs >= step.startedAtMs && r.endedAtMs < until);
  return { answers: early.length, green: early.filter((r) => r.version === step.greenVersion).length };
}

/** Events of the deployment itself, not of its roll-back. */
export function ownEvents(step: BlueGreenStep): LifecycleRecord[] {
  return step.lifecycle.filter((event) => event.deploymentId === step.deploymentId);
}

/**
 * How long blue ran on after the last lifecycle event, in control seconds: at most, since the moment of its end lies
 * between two readings.
 *
 * @returns null where it never was seen to end, or the events have no end
 */
export function blueKeptSeconds(step: BlueGreenStep, clockRate: number): number | null {
  const endedAtMs = Math.max(...ownEvents(step).map((event) => event.endedAtMs ?? Number.NEGATIVE_INFINITY));
  const gone = step.readings.find((reading) => reading.atMs >= endedAtMs && reading.blueTasks === 0);
  if (!gone || !Number.isFinite(endedAtMs)) return null;
  return ((gone.atMs - endedAtMs) / 1_000) * clockRate;
}

/** When it was known to have failed: what was done to it, or the last reading before it was Failed or Stopped. */
export function failedAtMs(step: BlueGreenStep): number | null {
  if (step.faultAtMs !== null) return step.faultAtMs;
  const failed = step.readings.find((reading) => reading.status === 'Failed' || reading.status === 'Stopped');
  return failed ? (failed.beforeMs ?? failed.atMs) : null;
}

/** What took the deployment back; null where nothing did. */
export function guardOf(step: BlueGreenStep): Guard | null {
  if (step.status !== 'Failed' && step.status !== 'Stopped') return null;
  if (step.error?.code === 'ALARM_ACTIVE') return 'alarm';
  if (step.error?.code === 'MANUAL_STOP') return 'stop';
  const failed = ownEvents(step).find((event) => event.status === 'Failed');
  if (failed?.hook) return isTimeOut(failed, step) ? 'hook-timeout' : 'hook';
  return failed?.name === 'Install' ? 'install' : 'other';
}

function isTimeOut(event: LifecycleRecord, step: BlueGreenStep): boolean {
  return /time.?out|timed out|did not (report|answer)|no answer/i.test(
    `${event.message ?? ''} ${step.error?.message ?? ''}`,
  );
}

/** In words, for reasons and reports. */
export const GUARD_WORDS: Readonly<Record<Guard, string>> = {
  install: 'the wait for its tasks to become healthy',
  hook: 'a hook that refused it',
  'hook-timeout': 'the time-out of a hook',
  alarm: 'an alarm',
  stop: 'a stop on request',
  other: 'something else',
};
