/** What a rehearsal of scaling says. Pure. */
import { answersOf } from './answers.ts';
import { controlMinutes } from './control-time.ts';
import { excludeAll, isSuccess, type Measurement, type Some } from './measurement.ts';
import type { RunRecord } from './record.ts';
import { measureLatency } from './saturation.ts';
import {
  flapsOf,
  lastFallMs,
  portsReusedUnsafely,
  risesOf,
  scaledServices,
  shortOfPeak,
  stillChanged,
} from './scaling.ts';
import { limitsOf } from './scaling-limits.ts';
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
    'scaling-flaps': of(flapsOf(scaling, clockRate)),
    'capacity-limits': of(limitsOf(record, scaling).length),
    'ports-reused-unsafely':
      scaling.ports.length > 0
        ? { value: portsReusedUnsafely(scaling.ports).length, samples: scaling.ports.length }
        : { excluded: 'no task had a dynamic host port' },
  };
}

/** Of the slowest rise that brought any service more tasks. */
function measureTimes(scaling: ScalingRecord, clockRate: number): Some<'scale-out-minutes' | 'scale-in-minutes'> {
  const grown = risesOf(scaling).filter((rise) => rise.grew);
  const outs = grown.map(({ fromMs, scaledOutMs }) =>
    scaledOutMs === null ? null : controlMinutes(scaledOutMs - fromMs, clockRate),
  );
  const fallMs = lastFallMs(scaling);
  const { returnedAtMs } = scaling;
  return {
    'scale-out-minutes':
      grown.length === 0
        ? { excluded: 'nothing scaled out' }
        : { value: outs.includes(null) ? null : Math.max(...outs.map((out) => out ?? 0)), samples: outs.length },
    'scale-in-minutes':
      fallMs === null || returnedAtMs === null
        ? { excluded: 'it never was as before again' }
        : { value: controlMinutes(returnedAtMs - fallMs, clockRate), samples: 1 },
  };
}

function measureRequests(
  record: RunRecord,
  scaling: ScalingRecord,
): Some<'errors-before-scale-out' | 'latency-p95-scaled-out'> {
  const answers = answersOf(record);
  const rises = risesOf(scaling);
  const grown = rises.filter((rise) => rise.grew);
  const open = grown.length > 0 ? grown : rises;
  const before = answers.filter(({ sentAtMs }) =>
    open.some(({ fromMs, toMs, scaledOutMs }) => sentAtMs >= fromMs && sentAtMs < (scaledOutMs ?? toMs)),
  );
  const scaledOutMs = grown[0]?.scaledOutMs ?? null;
  const fallMs = lastFallMs(scaling) ?? Number.POSITIVE_INFINITY;
  const after = answers.filter(({ sentAtMs }) => scaledOutMs !== null && sentAtMs >= scaledOutMs && sentAtMs < fallMs);
  return {
    'errors-before-scale-out': {
      value: before.length > 0 ? before.filter((answer) => !isSuccess(answer)).length : null,
      samples: before.length,
    },
    'latency-p95-scaled-out':
      scaledOutMs === null
        ? { excluded: 'nothing scaled out' }
        : measureLatency(after, 'latency-p95-scaled-out', record.samples),
  };
}
