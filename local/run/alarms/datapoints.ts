/** What an alarm looks at: its metric's newest periods, and when they are complete. */
import type { Alarm } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { MetricStore } from '../contracts.ts';
import { type Datapoint, evaluationRange } from './decide-alarm.ts';

const MINUTE_MS = 60_000;
/** Periods below a minute are evaluated every 10 s (CloudWatch AlarmThatSendsEmail, "Evaluating an alarm"). */
const SHORT_STEP_MS = 10_000;

/** How often an alarm is evaluated: each minute, whatever its period, or every 10 s. */
export const stepMsOf = ({ periodSeconds }: Pick<Alarm, 'periodSeconds'>): number =>
  periodSeconds < 60 ? SHORT_STEP_MS : MINUTE_MS;

/** Metrics take a moment to arrive: 5 s, and what publishers gather for a tenth of a real second at fast clock rates. */
const LAG_MS = 5_000;
const LAG_WALL_MS = 150;

const lagMsOf = (rate: number): number => Math.max(LAG_MS, LAG_WALL_MS * rate);

/** The newest multiple of the step whose data have arrived. */
export const endOfData = ({ now, rate }: Pick<Clock, 'now' | 'rate'>, stepMs: number): number =>
  Math.floor((now() - lagMsOf(rate)) / stepMs) * stepMs;

/** How long until the data before `endMs` have arrived. */
export const untilArrived = ({ now, rate }: Pick<Clock, 'now' | 'rate'>, endMs: number): number =>
  endMs + lagMsOf(rate) - now();

/** A plane that was asleep for longer does not make up for all of it. */
const MAX_CATCH_UP = 60;

/** The ends after `doneMs` up to `newestMs`, oldest first. */
export function endsSince(doneMs: number, newestMs: number, stepMs: number): number[] {
  const count = Math.min(MAX_CATCH_UP, Math.max(0, Math.round((newestMs - doneMs) / stepMs)));
  return Array.from({ length: count }, (_, at) => newestMs - (count - 1 - at) * stepMs);
}

/** The newest periods before `endMs`, oldest first, null where there is no data. */
export function datapointsOf(metrics: MetricStore, alarm: Alarm, endMs: number): (Datapoint | null)[] {
  const periodMs = alarm.periodSeconds * 1000;
  const range = evaluationRange(alarm);
  const startMs = endMs - range * periodMs;
  const points = metrics.query({
    namespace: alarm.namespace,
    name: alarm.metricName,
    dimensions: alarm.dimensions,
    startMs,
    endMs,
    periodSeconds: alarm.periodSeconds,
    anchorMs: endMs,
    statistic: alarm.statistic,
  });
  const out = new Array<Datapoint | null>(range).fill(null);
  for (const point of points) {
    const at = Math.round((point.startMs - startMs) / periodMs);
    if (at >= 0 && at < range) out[at] = { startMs: point.startMs, value: point.value };
  }
  return out;
}
