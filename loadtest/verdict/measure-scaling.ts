/** What a rehearsal of scaling says. Pure. */
import { type ForumRequest, requestsOf } from './forum-record.ts';
import { excludeAll, isSuccess, type Measurement, type Some } from './measurement.ts';
import type { Outcome, RunRecord } from './record.ts';
import { measureLatency } from './saturation.ts';
import {
  flapsOf,
  limitsOf,
  momentsOf,
  portsReusedUnsafely,
  scaledServices,
  shortOfPeak,
  stillChanged,
} from './scaling.ts';
import type { ScalingRecord } from './scaling-record.ts';

const SCALING_CRITERIA = [
  'errors-before-scale-out',
  'scale-out-minutes',
  'scale-in-minutes',
  'short-of-peak',
  'not-as-before',
  'scaling-flaps',
  'capacity-limits',
  'ports-reused-unsafely',
  'latency-p95-scaled-out',
] as const;

type ScalingCriterion = (typeof SCALING_CRITERIA)[number];

export function measureScaling(record: RunRecord): Some<ScalingCriterion> {
  const { scaling, clockRate } = record;
  if (!scaling) return excludeAll(SCALING_CRITERIA, "the load's profile was not about scaling");
  const scaled = scaledServices(scaling);
  const of = (value: number): Measurement => ({ value: scaled.length > 0 ? value : null, samples: scaled.length });
  return {
    ...measureTimes(scaling, clockRate),
    ...measureRequests(record, scaling),
    'short-of-peak': { value: shortOfPeak(scaling), samples: scaling.readings.length },
    'not-as-before': of(stillChanged(scaling).length),
    'scaling-flaps': of(flapsOf(scaling)),
    'capacity-limits': of(limitsOf(record, scaling).length),
    'ports-reused-unsafely':
      scaling.ports.length > 0
        ? { value: portsReusedUnsafely(scaling.ports).length, samples: scaling.ports.length }
        : { excluded: 'no task had a dynamic host port' },
  };
}

const MS_PER_MINUTE = 60_000;

function measureTimes(scaling: ScalingRecord, clockRate: number): Some<'scale-out-minutes' | 'scale-in-minutes'> {
  const { riseMs, scaledOutMs, fallMs } = momentsOf(scaling);
  const between = (fromMs: number | null, toMs: number | null, missing: string): Measurement =>
    fromMs === null || toMs === null
      ? { excluded: missing }
      : { value: ((toMs - fromMs) / MS_PER_MINUTE) * clockRate, samples: 1 };
  return {
    'scale-out-minutes': between(riseMs, scaledOutMs, 'nothing scaled out'),
    'scale-in-minutes': between(fallMs, scaling.returnedAtMs, 'it never was as before again'),
  };
}

function measureRequests(
  { orders, forum, samples }: RunRecord,
  scaling: ScalingRecord,
): Some<'errors-before-scale-out' | 'latency-p95-scaled-out'> {
  const answers: readonly (Outcome | ForumRequest)[] = orders?.outcomes ?? (forum ? requestsOf(forum) : []);
  const { riseMs, scaledOutMs, fallMs } = momentsOf(scaling);
  const within = (fromMs: number | null, toMs: number | null) =>
    answers.filter(({ sentAtMs }) => fromMs !== null && sentAtMs >= fromMs && (toMs === null || sentAtMs < toMs));
  const before = within(riseMs, scaledOutMs);
  const recovered: Measurement =
    scaledOutMs === null
      ? { excluded: 'nothing scaled out' }
      : measureLatency(within(scaledOutMs, fallMs), 'latency-p95-scaled-out', samples);
  return {
    'errors-before-scale-out': {
      value: before.length > 0 ? before.filter((answer) => !isSuccess(answer)).length : null,
      samples: before.length,
    },
    'latency-p95-scaled-out': recovered,
  };
}
