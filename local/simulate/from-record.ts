/** What a rehearsal measured, for the model: the load of each service and the time of an answer. Pure. */
import { CutoverError } from '../errors.ts';
import type { SimulationInput } from './contracts.ts';
import { taskCapacity } from './traffic.ts';

/** The part of `record.json` that is read (loadtest/verdict/record.ts). */
export interface MeasuredRecord {
  readonly stages: readonly {
    readonly name: string;
    readonly steady: MeasuredSnapshot | null;
    readonly leaving: MeasuredSnapshot | null;
  }[];
}

export interface MeasuredSnapshot {
  readonly atMs: number;
  readonly services: readonly {
    readonly name: string;
    readonly tasks: readonly {
      readonly address: string;
      readonly instanceId: string | null;
      readonly hostPort: number | null;
    }[];
  }[];
  readonly served: Readonly<Record<string, number>>;
}

/** One request: when it was sent, how long it took, and how it was answered. */
export interface MeasuredRequest {
  readonly sentAtMs: number;
  readonly latencyMs: number | null;
  readonly status: number | null;
}

export interface Measured {
  readonly stage: string;
  /** Service → requests a second of wall time, and tasks that served them. */
  readonly services: Readonly<Record<string, { readonly requestsPerSecond: number; readonly tasks: number }>>;
  /** Median of answers that succeeded while the stage was steady, seconds; null where there are none. */
  readonly medianSeconds: number | null;
}

/** Of the last stage that was steady for a while under load. @throws CutoverError INVALID_CONFIG where there is none */
export function measure(record: MeasuredRecord, requests: readonly MeasuredRequest[]): Measured {
  for (const { name, steady, leaving } of record.stages.toReversed()) {
    if (!steady || !leaving || leaving.atMs <= steady.atMs) continue;
    const seconds = (leaving.atMs - steady.atMs) / 1000;
    const services = Object.fromEntries(
      steady.services.flatMap((service) => {
        const answered = service.tasks.map((task) => {
          const key = `${task.instanceId ?? task.address}:${task.hostPort}`;
          return Math.max(0, (leaving.served[key] ?? 0) - (steady.served[key] ?? 0));
        });
        const total = answered.reduce((a, b) => a + b, 0);
        return total === 0 ? [] : [[service.name, { requestsPerSecond: total / seconds, tasks: service.tasks.length }]];
      }),
    );
    if (Object.keys(services).length === 0) continue;
    const within = requests.filter((r) => r.sentAtMs >= steady.atMs && r.sentAtMs <= leaving.atMs);
    return { stage: name, services, medianSeconds: median(within) };
  }
  throw new CutoverError({
    code: 'INVALID_CONFIG',
    address: '--record',
    message: 'no stage of the record was steady and served requests',
    fix: 'name the record.json of a rehearsal that held a stage under load',
  });
}

/**
 * The measured mix of services instead of an even one, and the measured time of an answer where it is longer than the CPU
 * alone would take: a task then works on as many requests side by side as its CPU allows.
 * @returns what was taken over, in words
 */
export function withMeasured(input: SimulationInput, measured: Measured): { input: SimulationInput; notes: string[] } {
  const known = input.services.filter((s) => measured.services[s.name]);
  if (known.length === 0)
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address: '--record',
      message: 'none of the simulated services is in the record',
      value: Object.keys(measured.services),
      rule: `one of: ${input.services.map((s) => s.name).join(', ')}`,
      fix: 'name the stage and cluster that the record is of, with --stage or --synth',
    });
  const total = input.services.reduce((sum, s) => sum + s.peakRequestsPerSecond, 0);
  const rate = known.reduce((sum, s) => sum + (measured.services[s.name]?.requestsPerSecond ?? 0), 0);
  const services = input.services.map((service) => {
    const own = measured.services[service.name];
    const share = own ? own.requestsPerSecond / rate : 0;
    return { ...service, peakRequestsPerSecond: total * share, model: modelOf(service, measured.medianSeconds) };
  });
  const mix = known.map((s) => {
    const own = measured.services[s.name];
    return `${s.name} ${own?.requestsPerSecond.toFixed(1)}/s on ${own?.tasks} tasks`;
  });
  const answer =
    measured.medianSeconds === null ? '' : `; an answer took ${(measured.medianSeconds * 1000).toFixed(1)} ms (median)`;
  const silent = input.services.filter((s) => !measured.services[s.name]).map((s) => s.name);
  return {
    input: { ...input, services },
    notes: [
      `measured in stage ${measured.stage}: ${mix.join(', ')}${answer}`,
      ...(silent.length > 0 ? [`not in the record, so without load: ${silent.join(', ')}`] : []),
    ],
  };
}

function modelOf(service: SimulationInput['services'][number], seconds: number | null) {
  const { model } = service;
  if (seconds === null || seconds <= model.serviceSeconds) return model;
  const servers = Math.max(model.servers, Math.ceil(taskCapacity(service) * seconds));
  return { ...model, serviceSeconds: seconds, servers };
}

function median(requests: readonly MeasuredRequest[]): number | null {
  const times = requests
    .flatMap((r) => (r.latencyMs !== null && (r.status ?? 0) >= 200 && (r.status ?? 0) < 400 ? [r.latencyMs] : []))
    .sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)];
  return middle === undefined ? null : middle / 1000;
}
