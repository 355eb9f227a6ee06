/** The autoscaler of one simulated service: the plane's own deciders on the service's minutes. */
import { decideAlarm, evaluationRange } from '../run/alarms/decide-alarm.ts';
import {
  type Cooldowns,
  decideBounds,
  decideScaling,
  NO_COOLDOWNS,
  type PolicyReading,
} from '../run/autoscaler/decide-scaling.ts';
import { compileSchedule, type Schedule } from '../run/autoscaler/decide-schedule.ts';
import { decideStep } from '../run/autoscaler/decide-step.ts';
import { decideTracking, LOW_DATAPOINTS } from '../run/autoscaler/decide-tracking.ts';
import type { Vote } from '../run/autoscaler/vote.ts';
import type { MetricName, SimulatedAlarm, SimulatedPolicy, SimulatedService } from './contracts.ts';

const MINUTE_MS = 60_000;
/** Minutes of each metric that are kept: as far as any alarm of these looks back. */
const KEPT = 60;

export interface ScalingReading {
  readonly nowMs: number;
  readonly desired: number;
  readonly running: number;
  /** Of the minute that ended; null where no task ran. */
  readonly metrics: Readonly<Record<MetricName, number | null>>;
}

export interface ScalingOutcome {
  readonly desired: number;
  readonly messages: readonly string[];
  readonly held: 'maximum' | 'cooldown' | null;
}

export class Scaling {
  readonly #scaling: NonNullable<SimulatedService['scaling']>;
  readonly #history: Record<MetricName, (number | null)[]> = { cpu: [], memory: [], requests: [] };
  readonly #schedules: readonly { readonly schedule: Schedule; readonly index: number }[];
  #cooldowns: Cooldowns = NO_COOLDOWNS;
  #min: number;
  #max: number;

  constructor(scaling: NonNullable<SimulatedService['scaling']>, startMs: number) {
    this.#scaling = scaling;
    this.#min = scaling.minCapacity;
    this.#max = scaling.maxCapacity;
    this.#schedules = scaling.schedules.map(({ schedule, timezone }, index) => ({
      schedule: compileSchedule(schedule, timezone, startMs),
      index,
    }));
  }

  minute(reading: ScalingReading): ScalingOutcome {
    for (const name of ['cpu', 'memory', 'requests'] as const) {
      this.#history[name].push(reading.metrics[name]);
      if (this.#history[name].length > KEPT) this.#history[name].shift();
    }
    const messages = this.#runSchedules(reading.nowMs);
    const moved = decideBounds(reading.desired, this.#min, this.#max);
    if (moved) messages.push(`${moved.cause}; ${reading.desired} → ${moved.desiredCount}`);
    const desired = moved?.desiredCount ?? reading.desired;
    const decision = decideScaling({
      nowMs: reading.nowMs,
      minCapacity: this.#min,
      maxCapacity: this.#max,
      suspended: { scaleIn: false, scaleOut: false },
      desiredCount: desired,
      deploying: false,
      policies: this.#scaling.policies.map((p) => this.#read(p, reading, desired)),
      cooldowns: this.#cooldowns,
    });
    if (decision.action === 'scale') {
      this.#cooldowns = decision.cooldowns;
      messages.push(`policy ${decision.policy.name}: ${decision.why}`);
      return { desired: decision.desiredCount, messages, held: null };
    }
    if (decision.action === 'none' || decision.policy.vote.direction !== 'out')
      return { desired, messages, held: null };
    const held =
      decision.code === 'AlreadyAtMaxCapacity' ? 'maximum' : decision.code === 'CoolingDown' ? 'cooldown' : null;
    return { desired, messages, held };
  }

  #read({ name, policy, metric, alarms }: SimulatedPolicy, reading: ScalingReading, desired: number): PolicyReading {
    if (policy.type === 'TargetTrackingScaling')
      return {
        arn: name,
        name,
        mustAgree: !policy.disableScaleIn,
        vote: decideTracking({
          targetValue: policy.targetValue,
          disableScaleIn: policy.disableScaleIn,
          datapoints: this.#history[metric].slice(-LOW_DATAPOINTS),
          runningCount: reading.running,
          highAlarm: `${name}-AlarmHigh`,
          lowAlarm: `${name}-AlarmLow`,
        }),
        outCooldownMs: policy.scaleOutCooldownSeconds * 1000,
        inCooldownMs: policy.scaleInCooldownSeconds * 1000,
      };
    const cooldownMs = Math.max(MINUTE_MS, policy.cooldownSeconds * 1000);
    const votes = alarms.map((alarm): Vote => {
      const datapoints = this.#breaching(alarm);
      if (!datapoints) return { direction: 'hold', code: null, why: `${alarm.name} is not in ALARM` };
      return decideStep({ policy, desiredCount: desired, alarm: { ...alarm, datapoints } });
    });
    const asking = votes.filter((v) => v.direction !== 'hold').sort((a, b) => b.capacity - a.capacity);
    const vote = asking[0] ?? votes[0] ?? { direction: 'hold', code: null, why: 'no alarm asks for it' };
    return { arn: name, name, mustAgree: false, vote, outCooldownMs: cooldownMs, inCooldownMs: cooldownMs };
  }

  /** The datapoints of an alarm that is in ALARM, by the alarms' own decider. */
  #breaching(alarm: SimulatedAlarm): number[] | null {
    const range = this.#history[alarm.metric]
      .slice(-evaluationRange(alarm))
      .map((value, i) => (value === null ? null : { startMs: i * MINUTE_MS, value }));
    const { state } = decideAlarm(range, { ...alarm, treatMissingData: 'missing', namespace: 'AWS/ECS' });
    if (state !== 'ALARM') return null;
    return range.flatMap((point) => (point ? [point.value] : [])).slice(-alarm.evaluationPeriods);
  }

  #runSchedules(nowMs: number): string[] {
    const due = this.#schedules.filter(({ schedule }) => schedule.lastDue(nowMs - MINUTE_MS, nowMs) !== null);
    return due.map(({ index }) => {
      const action = this.#scaling.schedules[index];
      this.#min = action?.minCapacity ?? this.#min;
      this.#max = Math.max(this.#min, action?.maxCapacity ?? this.#max);
      return `scheduled action ${action?.name}: min ${this.#min}, max ${this.#max}`;
    });
  }
}
