/**
 * CloudWatch alarms on the plane's metrics: evaluated on the control clock, their SNS actions sent (docs/alarms.md).
 * What state an alarm is in is decide-alarm.ts; what it says is alarm-words.ts.
 */
import type { Alarm } from '../../topology.ts';
import type { Cancel, Clock } from '../clock.ts';
import { ApiError, type MetricStore, type ResourceHandler } from '../contracts.ts';
import type { AlarmControl, AlarmState, AlarmStateValue } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Place } from '../place.ts';
import { INITIAL_REASON, messageOf, reasonOf, subjectOf } from './alarm-words.ts';
import { datapointsOf, endOfData, endsSince, stepMsOf, untilArrived } from './datapoints.ts';
import { decideAlarm } from './decide-alarm.ts';

export interface AlarmsOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  /** Sends an alarm's message to a topic. @throws ApiError where there is none */
  readonly publish: (input: { topicArn: string; subject: string; message: string }) => unknown;
  readonly place: Place;
}

export interface Alarms extends AlarmControl {
  /** Also for alarms that are no resource (target tracking's own, PutMetricAlarm): `put(alarm, null, signal)`. */
  readonly handler: ResourceHandler<Alarm>;
  close(): void;
}

interface Held {
  definition: Alarm;
  configuredAtMs: number;
  state: AlarmStateValue;
  reason: string;
  updatedAtMs: number;
  history: AlarmState['history'];
}

const KEPT_HISTORY = 100;

export function createAlarms(options: AlarmsOptions): Alarms {
  const { clock, events, metrics } = options;
  const alarms = new Map<string, Held>();
  const listeners = new Set<(alarm: AlarmState, previous: AlarmStateValue) => void>();
  const timers = new Map<number, Cancel>();
  let closed = false;

  /** Alarms of one rhythm are evaluated together; nothing ticks for a rhythm that no alarm has. */
  function schedule(stepMs: number, doneMs: number): void {
    if (closed || timers.has(stepMs)) return;
    const tick = (): void => {
      timers.delete(stepMs);
      const due = [...alarms.values()].filter((held) => stepMsOf(held.definition) === stepMs);
      // A machine that was busy for longer than a step must not miss what only one evaluation would have seen.
      const ends = endsSince(doneMs, endOfData(clock, stepMs), stepMs);
      for (const endMs of ends) for (const held of due) evaluate(held, endMs);
      if (due.length > 0) schedule(stepMs, ends.at(-1) ?? doneMs);
    };
    timers.set(stepMs, clock.after(Math.max(1, untilArrived(clock, doneMs + stepMs)), tick));
  }

  function evaluate(held: Held, endMs: number): void {
    const { definition } = held;
    try {
      const decision = decideAlarm(datapointsOf(metrics, definition, endMs), definition);
      if (decision.state !== null && decision.state !== held.state)
        change(held, decision.state, reasonOf(decision, definition));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (held.state !== 'INSUFFICIENT_DATA') change(held, 'INSUFFICIENT_DATA', error.message);
    }
  }

  function change(held: Held, to: AlarmStateValue, reason: string): void {
    const from = held.state;
    const atMs = clock.now();
    held.state = to;
    held.reason = reason;
    held.updatedAtMs = atMs;
    if (from === to) return;
    held.history = [{ atMs, from, to, reason }, ...held.history].slice(0, KEPT_HISTORY);
    const { name } = held.definition;
    events.emit({
      source: 'alarms',
      subject: name,
      code: `ALARM_${to}`,
      level: to === 'ALARM' ? 'warn' : 'info',
      message: `Alarm ${name}: ${from} -> ${to}. ${reason}`,
      data: { from, to },
    });
    for (const listener of listeners) listener(stateOf(held), from);
    act(held, { from, to, reason, atMs });
  }

  /** SNS actions; what others do is their listeners' business. */
  function act(
    { definition, configuredAtMs }: Held,
    moved: {
      readonly from: AlarmStateValue;
      readonly to: AlarmStateValue;
      readonly reason: string;
      readonly atMs: number;
    },
  ): void {
    if (!definition.actionsEnabled) return;
    const { region, accountId } = options.place;
    const told = { alarm: definition, configuredAtMs, region, accountId, ...moved };
    for (const topicArn of actionsOf(definition, moved.to).filter((arn) => /^arn:[\w-]+:sns:/.test(arn))) {
      try {
        options.publish({ topicArn, subject: subjectOf(told), message: messageOf(told) });
      } catch (error) {
        events.emit({
          source: 'alarms',
          subject: definition.name,
          code: 'ALARM_ACTION_FAILED',
          level: 'warn',
          message: `Failed to execute action ${topicArn}. Received error: "${(error as Error).message}"`,
        });
      }
    }
  }

  return {
    handler: {
      put(next) {
        const known = alarms.get(next.name);
        const nowMs = clock.now();
        // Changing an alarm leaves its state as it is (CloudWatch API_PutMetricAlarm).
        if (known) Object.assign(known, { definition: next, configuredAtMs: nowMs });
        else
          alarms.set(next.name, {
            definition: next,
            configuredAtMs: nowMs,
            state: 'INSUFFICIENT_DATA',
            reason: INITIAL_REASON,
            updatedAtMs: nowMs,
            history: [],
          });
        const stepMs = stepMsOf(next);
        schedule(stepMs, endOfData(clock, stepMs));
      },
      remove(previous) {
        if (alarms.get(previous.name)?.definition.address === previous.address) alarms.delete(previous.name);
      },
    },
    alarms: () => [...alarms.values()].map(stateOf),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setState(name, state, reason) {
      const held = alarms.get(name);
      if (!held) throw new ApiError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
      change(held, state, reason);
    },
    close() {
      closed = true;
      for (const cancel of timers.values()) cancel();
    },
  };
}

const stateOf = ({ definition, state, reason, updatedAtMs, history }: Held): AlarmState => ({
  definition,
  state,
  reason,
  updatedAtMs,
  history,
});

function actionsOf(alarm: Alarm, state: AlarmStateValue): readonly string[] {
  if (state === 'ALARM') return alarm.alarmActions;
  return state === 'OK' ? alarm.okActions : alarm.insufficientDataActions;
}
