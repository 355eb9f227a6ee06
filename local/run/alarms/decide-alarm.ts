/**
 * What state an alarm is in by its datapoints (CloudWatch AlarmThatSendsEmail: "Evaluating an alarm", "Configuring how
 * CloudWatch alarms treat missing data", "Avoiding premature transitions to alarm state"). Pure.
 */
import type { Alarm, ComparisonOperator } from '../../topology.ts';
import type { AlarmStateValue } from '../contracts-delivery.ts';

export interface Datapoint {
  /** Where its period begins. */
  readonly startMs: number;
  readonly value: number;
}

export type AlarmRule = Pick<
  Alarm,
  'evaluationPeriods' | 'datapointsToAlarm' | 'threshold' | 'comparison' | 'treatMissingData' | 'namespace'
>;

export interface AlarmDecision {
  /** Null: the alarm stays in the state that it has. */
  readonly state: AlarmStateValue | null;
  /** The datapoints that decided, newest first: breaching ones for ALARM, others for OK. */
  readonly deciding: readonly Datapoint[];
  /** Missing ones that were filled in. */
  readonly filled: number;
}

/**
 * How many of the newest periods are looked at: more than the evaluation periods, so that gaps can be passed over.
 * AWS names 5 for 3 and says that the number depends on period and resolution (≈ two more).
 */
export const evaluationRange = (rule: Pick<Alarm, 'evaluationPeriods'>): number => rule.evaluationPeriods + 2;

/** @param range the newest periods, oldest first, null where a period has no data; {@link evaluationRange} of them */
export function decideAlarm(range: readonly (Datapoint | null)[], rule: AlarmRule): AlarmDecision {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  const real = range.filter((point) => point !== null).slice(-evaluationPeriods);
  const missing = evaluationPeriods - real.length;
  const breaching = real.filter((point) => isBreaching(point.value, rule)).toReversed();
  const fine = real.filter((point) => !isBreaching(point.value, rule)).toReversed();
  const alarm: AlarmDecision = { state: 'ALARM', deciding: breaching, filled: missing };
  const ok: AlarmDecision = { state: 'OK', deciding: fine, filled: missing };
  if (missing === 0) return breaching.length >= datapointsToAlarm ? alarm : ok;
  switch (treatmentOf(rule)) {
    case 'breaching':
      return breaching.length + missing >= datapointsToAlarm ? alarm : ok;
    case 'notBreaching':
      return breaching.length >= datapointsToAlarm ? alarm : ok;
    case 'missing':
      if (breaching.length >= datapointsToAlarm) return alarm;
      if (fine.length > 0) return ok;
      return isOldEnough(range, datapointsToAlarm)
        ? alarm
        : { state: 'INSUFFICIENT_DATA', deciding: [], filled: missing };
    case 'ignore':
      if (breaching.length >= datapointsToAlarm) return alarm;
      return fine.length > 0 ? ok : { state: null, deciding: [], filled: missing };
  }
}

/** Alarms on AWS/DynamoDB metrics ignore missing data, whatever is set. */
const treatmentOf = ({ namespace, treatMissingData }: AlarmRule): Alarm['treatMissingData'] =>
  namespace === 'AWS/DynamoDB' ? 'ignore' : treatMissingData;

/**
 * All that is there breaches, but it is less than needed. A datapoint as many periods old as datapoints are needed
 * alarms all the same; a newer one may still be followed by one that does not breach.
 */
function isOldEnough(range: readonly (Datapoint | null)[], datapointsToAlarm: number): boolean {
  const oldest = range.findIndex((point) => point !== null);
  return oldest !== -1 && range.length - oldest >= datapointsToAlarm;
}

const COMPARE: Readonly<Record<ComparisonOperator, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const isBreaching = (
  value: number,
  { comparison, threshold }: Pick<Alarm, 'comparison' | 'threshold'>,
): boolean => COMPARE[comparison](value, threshold);
