/** A blue/green deployment as rows, for the terminal and the report. Pure. */
import type { LifecycleRecord } from './blue-green-record.ts';
import type { BlueGreenVerdict } from './verdict.ts';

export interface WeightRow {
  readonly weight: string;
  /** Seconds of the run. */
  readonly from: string;
  readonly lasted: string;
  readonly answers: number;
  readonly share: string;
}

export function weightRows(step: BlueGreenVerdict, startMs: number): WeightRow[] {
  return step.weights.map(({ greenPercent, fromMs, toMs, answers, greenSharePercent }) => ({
    weight: `${round(greenPercent)} %`,
    from: seconds(fromMs - startMs),
    lasted: seconds(toMs - fromMs),
    answers,
    share: greenSharePercent === null ? 'none' : `${greenSharePercent.toFixed(2)} %`,
  }));
}

export interface LifecycleRow {
  readonly deployment: string;
  readonly event: string;
  readonly status: string;
  readonly hook: string;
  readonly began: string;
  readonly took: string;
  readonly message: string;
}

/** Events that came; those that were skipped or never reached say nothing. */
export function lifecycleRows(step: BlueGreenVerdict, startMs: number): LifecycleRow[] {
  const came = step.lifecycle.filter((event) => event.startedAtMs !== null);
  return came.map((event) => ({
    deployment: event.deploymentId === step.deploymentId ? event.deploymentId : `${event.deploymentId} (roll-back)`,
    event: event.name,
    status: event.status,
    hook: event.hook ?? '',
    began: event.startedAtMs === null ? '' : seconds(event.startedAtMs - startMs),
    took: lasted(event),
    message: event.message ?? '',
  }));
}

/** One line that says how it ended. */
export function endLine(step: BlueGreenVerdict): string {
  const what = `${step.deploymentId ?? 'no deployment'}: ${step.service}:${step.tag} by ${step.config || 'its group'}`;
  const end = step.status ?? 'not begun';
  const guard = step.guard === null ? '' : `, taken back by: ${step.guard}`;
  const kept = step.blueKeptSeconds === null ? '' : `, old version kept for ${step.blueKeptSeconds} s of control time`;
  return `${what}, ${end}${guard}${kept}`;
}

function lasted({ startedAtMs, endedAtMs }: LifecycleRecord): string {
  return startedAtMs === null || endedAtMs === null ? '' : seconds(endedAtMs - startedAtMs);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
