/** The record as series over time, one value a second, for the timelines. Pure. */
import { type ForumLoad, type ForumRequest, requestsOf } from './forum-record.ts';
import { isSuccess, percentile, sortedLatencies } from './measurement.ts';
import type { RunRecord } from './record.ts';
import { scaledServices } from './scaling.ts';
import { answersOf } from './shift.ts';

export interface Series {
  readonly name: string;
  /** Null where there is nothing to show. */
  readonly values: readonly (number | null)[];
}

/** One system's load and how it was answered. */
export interface LoadTimeline {
  readonly title: string;
  readonly load: readonly Series[];
  readonly latency: readonly Series[];
}

export interface Timeline {
  readonly startMs: number;
  /** Seconds that each value stands for: 1, or more in a long run, so that a page stays small. */
  readonly stepSeconds: number;
  readonly loads: readonly LoadTimeline[];
  /** Forum answers per second, by version. */
  readonly versions: readonly Series[];
  /** Of a blue/green deployment, percent: the new version's weight, and its share of the service's answers. */
  readonly shift: readonly Series[];
  readonly tasks: readonly Series[];
  /** Of a run about scaling: desired tasks of the services that scaled, and instances. */
  readonly capacity: readonly Series[];
  readonly marks: readonly Mark[];
}

export interface Mark {
  readonly atMs: number;
  readonly label: string;
  readonly level: 'info' | 'warn' | 'error';
}

const MAX_POINTS = 600;
const MAX_MARKS = 200;
/** Events that a reader of the timeline wants to see; the rest is in record.json. */
const MARKED =
  /DEPLOYMENT|ROLL|STEADY|BREAKER|RESOURCE_FAILED|TASK_STOPPED|TASK_FAILED|TRAFFIC|HOOK|ALARM|SCALED|CAPACITY/;

/** Seconds of the run, and which of them a moment is in. */
interface Grid {
  readonly length: number;
  readonly startMs: number;
  readonly stepSeconds: number;
  index(ms: number): number;
}

export function timelineOf(record: RunRecord): Timeline {
  const grid = gridOf(record);
  const { orders, forum } = record;
  const requests = forum ? requestsOf(forum) : [];
  return {
    startMs: grid.startMs,
    stepSeconds: grid.stepSeconds,
    loads: [
      ...(orders ? [loadTimeline('Orders', orders.outcomes, grid)] : []),
      ...(forum ? [loadTimeline('Forum requests', requests, grid)] : []),
    ],
    versions: forum ? versionSeries(forum, requests, grid) : [],
    shift: shiftSeries(record, requests, grid),
    tasks: taskSeries(record, grid),
    capacity: capacitySeries(record, grid),
    marks: marksOf(record),
  };
}

function capacitySeries({ scaling }: RunRecord, grid: Grid): Series[] {
  if (!scaling) return [];
  const { readings } = scaling;
  const at = Array.from({ length: grid.length }, (_, i) =>
    readings.findLast((reading) => reading.atMs < grid.startMs + (i + 1) * grid.stepSeconds * 1_000),
  );
  const services = scaledServices(scaling).map((name) => ({
    name: `${name} desired`,
    values: at.map((reading) => reading?.services[name]?.desired ?? null),
  }));
  const instances = { name: 'instances', values: at.map((reading) => reading?.instances ?? null) };
  return readings.some((reading) => reading.instances > 0) ? [...services, instances] : services;
}

function gridOf(record: RunRecord): Grid {
  const startMs = record.stages[0]?.startedAtMs ?? record.startedAtMs;
  const seconds = Math.max(1, Math.ceil((record.endedAtMs - startMs) / 1_000));
  const stepSeconds = Math.max(1, Math.ceil(seconds / MAX_POINTS));
  const length = Math.ceil(seconds / stepSeconds);
  const index = (ms: number): number =>
    Math.min(length - 1, Math.max(0, Math.floor((ms - startMs) / 1_000 / stepSeconds)));
  return { length, startMs, stepSeconds, index };
}

interface Answer {
  readonly path: string;
  readonly sentAtMs: number;
  readonly latencyMs: number | null;
  readonly status: number | null;
}

function loadTimeline(title: string, answers: readonly Answer[], grid: Grid): LoadTimeline {
  const paths = [...new Set(answers.map((answer) => answer.path))];
  const sorted = bucketsOf(answers, grid).map(sortedLatencies);
  return {
    title,
    load: [
      ...paths.map((path) => ({ name: path, values: rateOf(answers, grid, (answer) => answer.path === path) })),
      { name: 'not 2xx', values: rateOf(answers, grid, (answer) => !isSuccess(answer)) },
    ],
    latency: [
      { name: 'p50', values: sorted.map((latencies) => percentile(latencies, 0.5)) },
      { name: 'p95', values: sorted.map((latencies) => percentile(latencies, 0.95)) },
    ],
  };
}

function bucketsOf<T extends { readonly sentAtMs: number }>(answers: readonly T[], grid: Grid): T[][] {
  const buckets: T[][] = Array.from({ length: grid.length }, () => []);
  for (const answer of answers) buckets[grid.index(answer.sentAtMs)]?.push(answer);
  return buckets;
}

function rateOf<T extends { readonly sentAtMs: number }>(
  answers: readonly T[],
  grid: Grid,
  test: (answer: T) => boolean,
): number[] {
  const counts: number[] = new Array(grid.length).fill(0);
  for (const answer of answers) {
    const at = grid.index(answer.sentAtMs);
    if (test(answer)) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count) => count / grid.stepSeconds);
}

function versionSeries(forum: ForumLoad, requests: readonly ForumRequest[], grid: Grid): Series[] {
  const named = forum.requests.versions.map((version) => ({
    name: version,
    values: rateOf(requests, grid, (request) => request.version === version),
  }));
  const unnamed = requests.some((request) => request.version === null && (request.status ?? 0) > 0);
  const isUnnamed = (request: ForumRequest): boolean => request.version === null && (request.status ?? 0) > 0;
  return unnamed ? [...named, { name: 'no version', values: rateOf(requests, grid, isUnnamed) }] : named;
}

function shiftSeries({ blueGreen: step }: RunRecord, requests: readonly ForumRequest[], grid: Grid): Series[] {
  if (!step || step.readings.length === 0) return [];
  const shares = bucketsOf(answersOf(step, requests), grid).map((answers) => {
    const green = answers.filter((answer) => answer.version === step.greenVersion).length;
    return answers.length > 0 ? (green / answers.length) * 100 : null;
  });
  const weights = Array.from({ length: grid.length }, (_, i) => {
    const atMs = grid.startMs + (i + 1) * grid.stepSeconds * 1_000;
    return step.readings.filter((reading) => reading.atMs < atMs).at(-1)?.greenPercent ?? null;
  });
  const from = grid.index(step.startedAtMs);
  const within = (values: readonly (number | null)[]): (number | null)[] => values.map((v, i) => (i < from ? null : v));
  return [
    { name: `weight of ${step.greenVersion}`, values: within(weights) },
    { name: `share of ${step.greenVersion}`, values: within(shares) },
  ];
}

function taskSeries(record: RunRecord, grid: Grid): Series[] {
  const names = [...new Set(record.samples.flatMap((sample) => Object.keys(sample.running)))];
  return names.map((name) => {
    const values: (number | null)[] = new Array(grid.length).fill(null);
    for (const sample of record.samples) values[grid.index(sample.atMs)] = sample.running[name] ?? null;
    return { name, values };
  });
}

function marksOf(record: RunRecord): Mark[] {
  const stages = record.stages.flatMap((stage) => [
    { atMs: stage.startedAtMs, label: `stage ${stage.name} begins`, level: 'info' as const },
    ...(stage.steadyAtMs === null
      ? []
      : [{ atMs: stage.steadyAtMs, label: `stage ${stage.name} is steady`, level: 'info' as const }]),
  ]);
  const events = record.events
    .filter((event) => event.level === 'error' || MARKED.test(event.code))
    .map((event) => ({ atMs: event.atMs, label: event.message, level: event.level }));
  return [...stages, ...shiftMarks(record), ...events].sort((a, b) => a.atMs - b.atMs).slice(0, MAX_MARKS);
}

function shiftMarks({ blueGreen: step }: RunRecord): Mark[] {
  if (!step) return [];
  const what = `${step.service}:${step.tag}`;
  return [
    { atMs: step.startedAtMs, label: `${step.kind} of ${what} begins`, level: 'info' },
    ...(step.faultAtMs === null
      ? []
      : [{ atMs: step.faultAtMs, label: `drill: ${step.fault}`, level: 'warn' as const }]),
    ...step.lifecycle
      .filter((event) => event.status === 'Failed')
      .map((event) => ({
        atMs: event.endedAtMs ?? event.startedAtMs ?? step.startedAtMs,
        label: `${event.name} failed${event.message ? `: ${event.message}` : ''}`,
        level: 'error' as const,
      })),
  ];
}
