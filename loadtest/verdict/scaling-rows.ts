/** A run about scaling as rows over control time: load, answers, tasks and instances. Pure. */
import { answersOf } from './answers.ts';
import { controlMinutes } from './control-time.ts';
import { isSuccess, percentile, sortedLatencies } from './measurement.ts';
import type { RunRecord } from './record.ts';
import { scaledServices } from './scaling.ts';

export interface ScalingRow {
  /** Control minutes since the load began, at the row's begin. */
  readonly minute: number;
  /** Sent in a wall second, mean over the row. */
  readonly perSecond: number;
  readonly notSuccess: number;
  /** Null where nothing was answered. */
  readonly p95Ms: number | null;
  /** By service that scaled, at the row's end. */
  readonly services: readonly { readonly name: string; readonly running: number; readonly desired: number }[];
  readonly instances: number;
}

/** A terminal shows so many without scrolling. */
const MAX_ROWS = 26;
const STEPS = [1, 2, 3, 5, 10, 15, 30, 60, 120, 240] as const;
const MS_PER_MINUTE = 60_000;

/** @returns rows of equal length in whole control minutes, from the first request to the end of the load */
export function scalingRows(record: RunRecord): ScalingRow[] {
  const { scaling, clockRate } = record;
  const first = scaling?.phases[0];
  if (!scaling || !first) return [];
  const answers = answersOf(record);
  const lastMs = answers.reduce((latest, { sentAtMs }) => Math.max(latest, sentAtMs), first.endMs);
  const minutes = controlMinutes(lastMs - first.startMs, clockRate);
  const step = STEPS.find((one) => minutes / one <= MAX_ROWS) ?? Math.ceil(minutes / MAX_ROWS);
  const stepMs = (step * MS_PER_MINUTE) / clockRate;
  const names = scaledServices(scaling);
  const buckets = Map.groupBy(answers, ({ sentAtMs }) => Math.floor((sentAtMs - first.startMs) / stepMs));
  return Array.from({ length: Math.max(1, Math.ceil(minutes / step)) }, (_, i) => {
    const sent = buckets.get(i) ?? [];
    const fromMs = first.startMs + i * stepMs;
    const toMs = Math.min(fromMs + stepMs, lastMs);
    const now = scaling.readings.findLast((reading) => reading.atMs <= toMs) ?? scaling.readings[0];
    return {
      minute: i * step,
      perSecond: toMs > fromMs ? (sent.length / (toMs - fromMs)) * 1_000 : 0,
      notSuccess: sent.filter((answer) => !isSuccess(answer)).length,
      p95Ms: percentile(sortedLatencies(sent), 0.95),
      services: names.map((name) => {
        const { running = 0, desired = 0 } = now?.services[name] ?? {};
        return { name, running, desired };
      }),
      instances: now?.instances ?? 0,
    };
  });
}
