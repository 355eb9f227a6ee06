/**
 * Step scaling, decided: an alarm that is in the state whose action is the policy, and the metric's value → a vote. Pure.
 * (AAS step-scaling-policy-overview)
 */
import type { ComparisonOperator, ScalingPolicy, StepAdjustment } from '../../topology.ts';
import { list, short } from './numbers.ts';
import type { Vote } from './vote.ts';

export type StepPolicy = Extract<ScalingPolicy['policy'], { type: 'StepScaling' }>;

export interface StepInput {
  readonly policy: StepPolicy;
  readonly desiredCount: number;
  readonly alarm: {
    readonly name: string;
    readonly threshold: number;
    readonly comparison: ComparisonOperator;
    /** Of the alarm's newest evaluation, oldest first; minutes without data are left out. */
    readonly datapoints: readonly number[];
  };
}

/** The adjustment is taken from the aggregate of the alarm's datapoints ≈; it is the difference to the threshold that counts. */
export function decideStep({ policy, desiredCount, alarm }: StepInput): Vote {
  const value = aggregate(alarm.datapoints, policy.metricAggregation);
  if (value === null) return { direction: 'hold', code: 'NoMetricValue', why: `${alarm.name} has no datapoint` };
  const distance = value - alarm.threshold;
  const step = policy.steps.find((s) => holds(s, distance, alarm.comparison));
  const numbers = `${alarm.name}: ${policy.metricAggregation.toLowerCase()} ${short(value)} of ${list(alarm.datapoints)} against ${short(alarm.threshold)}`;
  if (!step)
    return { direction: 'hold', code: null, why: `${numbers}; no step covers a difference of ${short(distance)}` };
  const capacity = adjusted(policy, desiredCount, step.adjustment);
  const why = `${numbers}; step ${describeStep(step)}: ${policy.adjustmentType} ${short(step.adjustment)}`;
  if (capacity === desiredCount) return { direction: 'hold', code: 'AlreadyAtDesiredCapacity', why };
  return {
    direction: capacity > desiredCount ? 'out' : 'in',
    capacity,
    base: desiredCount,
    exact: policy.adjustmentType === 'ExactCapacity',
    alarmName: alarm.name,
    why,
  };
}

/**
 * Bounds are relative to the threshold. Above it the lower bound is inclusive and the upper one exclusive, below it the
 * other way round (AAS API_StepAdjustment); on it, the alarm's comparison says which side is meant.
 */
function holds(step: StepAdjustment, distance: number, comparison: ComparisonOperator): boolean {
  const lower = step.lowerBound ?? Number.NEGATIVE_INFINITY;
  const upper = step.upperBound ?? Number.POSITIVE_INFINITY;
  const above = distance > 0 || (distance === 0 && comparison.startsWith('Greater'));
  return above ? distance >= lower && distance < upper : distance > lower && distance <= upper;
}

function adjusted(policy: StepPolicy, desiredCount: number, adjustment: number): number {
  if (policy.adjustmentType === 'ExactCapacity') return Math.max(0, adjustment);
  if (policy.adjustmentType === 'ChangeInCapacity') return Math.max(0, desiredCount + adjustment);
  const change = roundPercent((desiredCount * adjustment) / 100);
  const least = policy.minAdjustmentMagnitude ?? 0;
  const magnitude = Math.max(Math.abs(change), adjustment === 0 ? 0 : least);
  return Math.max(0, desiredCount + Math.sign(adjustment) * magnitude);
}

/** 12.7 → 12, 0.67 → 1, -0.58 → -1, -6.67 → -6 (AAS step-scaling-policy-overview, "Scaling adjustment types"). */
function roundPercent(change: number): number {
  if (change === 0) return 0;
  return Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
}

function aggregate(values: readonly number[], how: StepPolicy['metricAggregation']): number | null {
  if (values.length === 0) return null;
  if (how === 'Minimum') return Math.min(...values);
  if (how === 'Maximum') return Math.max(...values);
  return values.reduce((a, b) => a + b, 0) / values.length;
}

const describeStep = (s: StepAdjustment): string =>
  `[${s.lowerBound === null ? '-∞' : short(s.lowerBound)}, ${s.upperBound === null ? '∞' : short(s.upperBound)}]`;
