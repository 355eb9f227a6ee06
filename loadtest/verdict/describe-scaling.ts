/** What a rehearsal of scaling says for people: counts, times, decisions, waits, reasons. Pure. */
import { controlMinutes } from './control-time.ts';
import type { RunRecord } from './record.ts';
import { lastFallMs, peakOf, portsReusedUnsafely, risesOf } from './scaling.ts';
import { limitsOf, waitsOf } from './scaling-limits.ts';
import type { ScalingRecord } from './scaling-record.ts';
import type { ScalingVerdict } from './verdict.ts';

/** What the run says against the system, beside its criteria: one sentence each. */
export function scalingReasons(record: RunRecord): string[] {
  const { scaling } = record;
  if (!scaling) return [];
  const ports = portsReusedUnsafely(scaling.ports).map(
    (use) => `port ${use.hostPort} of ${use.instanceId} went to ${use.service} while another task still answered there`,
  );
  return [...limitsOf(record, scaling), ...ports];
}

/** The decisions that count, of services and capacity providers. */
const DECISION = /^(SCALED_(OUT|IN)|CAPACITY_\w+|INSTANCES_\w+|SCALING_FAILED)$/;

/** @returns null where the load was not about scaling */
export function describeScaling(record: RunRecord): ScalingVerdict | null {
  const { scaling, events, clockRate } = record;
  if (!scaling) return null;
  const peak = peakOf(scaling);
  const last = scaling.readings.at(-1);
  const startMs = scaling.phases[0]?.startMs ?? 0;
  const minuteOf = (ms: number): number => rounded(controlMinutes(ms, clockRate));
  return {
    service: peak.service,
    tasks: {
      before: peak.tasksBefore,
      peak: peak.tasks,
      after: peak.service ? (last?.services[peak.service]?.running ?? 0) : 0,
    },
    instances: { before: peak.instancesBefore, peak: peak.instances, after: last?.instances ?? 0 },
    ...describeTimes(scaling, clockRate),
    waits: waitsOf(record, scaling).map(({ service, tasks, fromMs, toMs, why }) => ({
      ...{ service, tasks, why, minute: minuteOf(fromMs - startMs) },
      ...tookOf(toMs - fromMs, clockRate),
    })),
    decisions: events
      .filter((event) => DECISION.test(event.code) && event.atMs >= startMs)
      .map((event) => ({
        at: new Date(event.atMs).toISOString(),
        minute: minuteOf(event.atMs - startMs),
        message: event.message,
      })),
  };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function tookOf(wallMs: number, clockRate: number): { minutes: number; wallSeconds: number } {
  return { minutes: rounded(controlMinutes(wallMs, clockRate)), wallSeconds: rounded(wallMs / 1_000) };
}

function describeTimes(scaling: ScalingRecord, clockRate: number): Pick<ScalingVerdict, 'scaleOut' | 'scaleIn'> {
  const outs = risesOf(scaling).flatMap(({ fromMs, scaledOutMs }) =>
    scaledOutMs === null ? [] : scaledOutMs - fromMs,
  );
  const fallMs = lastFallMs(scaling);
  const { returnedAtMs } = scaling;
  return {
    scaleOut: outs.length > 0 ? tookOf(Math.max(...outs), clockRate) : null,
    scaleIn: fallMs !== null && returnedAtMs !== null ? tookOf(returnedAtMs - fallMs, clockRate) : null,
  };
}
