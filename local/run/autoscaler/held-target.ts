/** A scalable target as the autoscaler holds it, and what its policies ask for right now. */
import type { Alarm, ScalableTarget, ScalingPolicy, ScheduledScaling } from '../../topology.ts';
import { datapointsOf, endOfData, stepMsOf } from '../alarms/datapoints.ts';
import type { Clock } from '../clock.ts';
import type { MetricStore, ServiceState } from '../contracts.ts';
import type { AlarmState } from '../contracts-delivery.ts';
import { type Cooldowns, NO_COOLDOWNS, type PolicyReading } from './decide-scaling.ts';
import type { Schedule } from './decide-schedule.ts';
import { decideStep, type StepPolicy } from './decide-step.ts';
import { decideTracking, LOW_DATAPOINTS } from './decide-tracking.ts';
import { metricOf, minutesBefore, type TrackingPolicy } from './policy-metric.ts';
import { trackingAlarmName } from './tracking-alarms.ts';
import type { Vote } from './vote.ts';

export interface HeldPolicy {
  definition: ScalingPolicy;
  readonly createdAtMs: number;
  /** Tail of its two alarms' names, as AWS adds one. */
  readonly alarmId: string;
}

export interface HeldSchedule {
  readonly definition: ScheduledScaling;
  readonly schedule: Schedule;
  checkedUntilMs: number;
}

export interface HeldTarget {
  definition: ScalableTarget;
  minCapacity: number;
  maxCapacity: number;
  suspended: ScalableTarget['suspended'];
  readonly registeredAtMs: number;
  cooldowns: Cooldowns;
  readonly policies: Map<string, HeldPolicy>;
  readonly schedules: Map<string, HeldSchedule>;
  /** Running tasks just after each of the newest minutes, by the minute's end. */
  readonly runningAfter: Map<number, number>;
  /** Code and policy of the last thing that was not scaled, so that it is told once. */
  toldNotScaled: string | null;
}

export function holdTarget(definition: ScalableTarget, registeredAtMs: number): HeldTarget {
  const { minCapacity, maxCapacity, suspended } = definition;
  return {
    definition,
    minCapacity,
    maxCapacity,
    suspended,
    registeredAtMs,
    cooldowns: NO_COOLDOWNS,
    policies: new Map(),
    schedules: new Map(),
    runningAfter: new Map(),
    toldNotScaled: null,
  };
}

/** An alarm that stays in its state invokes a scaling policy once a minute (CloudWatch AlarmThatSendsEmail, "Alarm actions"). */
const INVOCATION_MS = 55_000;
const MINUTE_MS = 60_000;

/** The service has more than one version of itself under way. */
export const isDeploying = (service: ServiceState): boolean =>
  service.taskSets.length > 1 ||
  service.deployments.some((d) => d.status !== 'INACTIVE' && d.rolloutState === 'IN_PROGRESS');

export interface ReadingContext {
  readonly clock: Pick<Clock, 'now' | 'rate'>;
  readonly metrics: MetricStore;
  readonly service: Pick<ServiceState, 'desiredCount' | 'runningCount'>;
  readonly alarms: readonly AlarmState[];
}

/**
 * The tasks that the newest datapoint is an average of: those that ran when its minute began ≈. Counting tasks that came
 * since would take the load of few for that of many.
 */
function basisOf({ runningAfter }: HeldTarget, endMs: number, running: number): number {
  if (!runningAfter.has(endMs)) runningAfter.set(endMs, running);
  for (const minute of runningAfter.keys()) if (minute < endMs - MINUTE_MS) runningAfter.delete(minute);
  return runningAfter.get(endMs - MINUTE_MS) ?? runningAfter.get(endMs) ?? running;
}

export function readPolicies(held: HeldTarget, context: ReadingContext): PolicyReading[] {
  return [...held.policies.values()].map(({ definition, alarmId }): PolicyReading => {
    const { policy, arn, name } = definition;
    if (policy.type === 'TargetTrackingScaling')
      return {
        arn,
        name,
        mustAgree: !policy.disableScaleIn,
        vote: trackingVote(held, policy, alarmId, context),
        outCooldownMs: policy.scaleOutCooldownSeconds * 1000,
        inCooldownMs: policy.scaleInCooldownSeconds * 1000,
      };
    const cooldownMs = Math.max(INVOCATION_MS, policy.cooldownSeconds * 1000);
    const vote = stepVote(definition, policy, context);
    return { arn, name, mustAgree: false, vote, outCooldownMs: cooldownMs, inCooldownMs: cooldownMs };
  });
}

function trackingVote(
  held: HeldTarget,
  policy: TrackingPolicy,
  alarmId: string,
  { clock, metrics, service }: ReadingContext,
): Vote {
  const { definition } = held;
  const endMs = endOfData(clock, MINUTE_MS);
  return decideTracking({
    targetValue: policy.targetValue,
    disableScaleIn: policy.disableScaleIn,
    datapoints: minutesBefore(metrics, metricOf(policy, definition), endMs, LOW_DATAPOINTS),
    runningCount: basisOf(held, endMs, service.runningCount),
    highAlarm: trackingAlarmName(definition, 'High', alarmId),
    lowAlarm: trackingAlarmName(definition, 'Low', alarmId),
  });
}

function stepVote(definition: ScalingPolicy, policy: StepPolicy, context: ReadingContext): Vote {
  const asking = context.alarms.filter((alarm) => actionsOf(alarm).includes(definition.arn));
  const votes = asking.map((alarm) =>
    decideStep({
      policy,
      desiredCount: context.service.desiredCount,
      alarm: {
        name: alarm.definition.name,
        threshold: alarm.definition.threshold,
        comparison: alarm.definition.comparison,
        datapoints: newestOf(alarm.definition, context),
      },
    }),
  );
  // Several alarms of one policy: the largest capacity, as between policies.
  const [best] = votes.sort((a, b) => capacityOf(b) - capacityOf(a));
  return best ?? { direction: 'hold', code: null, why: 'no alarm asks for it' };
}

/** What an alarm looked at last: as many as it evaluates, passing over periods without data. */
function newestOf(alarm: Alarm, { clock, metrics }: ReadingContext): number[] {
  return datapointsOf(metrics, alarm, endOfData(clock, stepMsOf(alarm)))
    .flatMap((point) => (point ? [point.value] : []))
    .slice(-alarm.evaluationPeriods);
}

const capacityOf = (vote: Vote): number => (vote.direction === 'hold' ? Number.NEGATIVE_INFINITY : vote.capacity);

/** The actions of the state that the alarm is in. */
export function actionsOf({ definition, state }: AlarmState): readonly string[] {
  if (!definition.actionsEnabled) return [];
  if (state === 'ALARM') return definition.alarmActions;
  return state === 'OK' ? definition.okActions : definition.insufficientDataActions;
}
