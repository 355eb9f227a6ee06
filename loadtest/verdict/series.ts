/** The record as series over time, one value a second, for the timelines. Pure. */
import { isSuccess, percentile, sortedLatencies } from './measure.ts';
import type { Outcome, RunRecord } from './record.ts';

export interface Series {
  readonly name: string;
  /** Null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

export interface Timeline {
  readonly startMs: number;
  /** Seconds that each value stands for: 1, or more in a long run, so that a page stays small. */
  readonly stepSeconds: number;
  readonly load: readonly Series[];
  readonly latency: readonly Series[];
  readonly tasks: readonly Series[];
  readonly marks: readonly {
    readonly atMs: number;
    readonly label: string;
    readonly level: 'info' | 'warn' | 'error';
  }[];
}

const MAX_POINTS = 600;
const MAX_MARKS = 200;
/** Events that a reader of the timeline wants to see; the rest is in record.json. */
const MARKED = /DEPLOYMENT|ROLL|STEADY|BREAKER|RESOURCE_FAILED|TASK_STOPPED|TASK_FAILED/;

export function timelineOf(record: RunRecord): Timeline {
  const startMs = record.stages[0]?.startedAtMs ?? record.startedAtMs;
  const seconds = Math.max(1, Math.ceil((record.endedAtMs - startMs) / 1_000));
  const stepSeconds = Math.max(1, Math.ceil(seconds / MAX_POINTS));
  const length = Math.ceil(seconds / stepSeconds);
  const index = (ms: number): number =>
    Math.min(length - 1, Math.max(0, Math.floor((ms - startMs) / 1_000 / stepSeconds)));
  const buckets: Outcome[][] = Array.from({ length }, () => []);
  for (const outcome of record.outcomes) buckets[index(outcome.sentAtMs)]?.push(outcome);
  return {
    startMs,
    stepSeconds,
    load: loadSeries(buckets, stepSeconds),
    latency: latencySeries(buckets),
    tasks: taskSeries(record, length, index),
    marks: marksOf(record),
  };
}

function loadSeries(buckets: readonly (readonly Outcome[])[], stepSeconds: number): Series[] {
  const paths = [...new Set(buckets.flat().map((outcome) => outcome.path))];
  const rate = (test: (outcome: Outcome) => boolean): number[] =>
    buckets.map((bucket) => bucket.filter(test).length / stepSeconds);
  return [
    ...paths.map((path) => ({ name: path, values: rate((o) => o.path === path) })),
    { name: 'not 2xx', values: rate((o) => !isSuccess(o)) },
  ];
}

function latencySeries(buckets: readonly (readonly Outcome[])[]): Series[] {
  const sorted = buckets.map(sortedLatencies);
  return [
    { name: 'p50', values: sorted.map((latencies) => percentile(latencies, 0.5)) },
    { name: 'p95', values: sorted.map((latencies) => percentile(latencies, 0.95)) },
  ];
}

function taskSeries(record: RunRecord, length: number, index: (ms: number) => number): Series[] {
  const names = [...new Set(record.samples.flatMap((sample) => Object.keys(sample.running)))];
  return names.map((name) => {
    const values: (number | null)[] = new Array(length).fill(null);
    for (const sample of record.samples) values[index(sample.atMs)] = sample.running[name] ?? null;
    return { name, values };
  });
}

function marksOf(record: RunRecord): Timeline['marks'] {
  const stages = record.stages.flatMap((stage) => [
    { atMs: stage.startedAtMs, label: `stage ${stage.name} begins`, level: 'info' as const },
    ...(stage.steadyAtMs === null
      ? []
      : [{ atMs: stage.steadyAtMs, label: `stage ${stage.name} is steady`, level: 'info' as const }]),
  ]);
  const events = record.events
    .filter((event) => event.level === 'error' || MARKED.test(event.code))
    .map((event) => ({ atMs: event.atMs, label: event.message, level: event.level }));
  return [...stages, ...events].sort((a, b) => a.atMs - b.atMs).slice(0, MAX_MARKS);
}
