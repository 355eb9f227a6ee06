/** CloudWatch alarms on the plane's metrics, evaluated on the control clock. */
import type { Alarm } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type MetricStore, type ResourceHandler } from '../contracts.ts';
import type { AlarmControl, AlarmState, AlarmStateValue } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';

export interface AlarmsOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  /** Sends an alarm's message to a topic. @throws ApiError where there is none */
  readonly publish: (input: { topicArn: string; subject: string; message: string }) => unknown;
  readonly region: string;
  readonly accountId: string;
}

export interface Alarms extends AlarmControl {
  /** Also for alarms that are no resource (target tracking's own, PutMetricAlarm): `put(alarm, null, signal)`. */
  readonly handler: ResourceHandler<Alarm>;
  close(): void;
}

export function createAlarms(options: AlarmsOptions): Alarms {
  const states = new Map<string, AlarmState>();
  const listeners = new Set<(alarm: AlarmState, previous: AlarmStateValue) => void>();
  return {
    handler: {
      put: (next) =>
        void states.set(next.name, {
          definition: next,
          state: 'INSUFFICIENT_DATA',
          reason: 'Unchecked: Initial alarm creation',
          updatedAtMs: options.clock.now(),
          history: [],
        }),
      remove: (previous) => void states.delete(previous.name),
    },
    alarms: () => [...states.values()],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setState(name) {
      throw new ApiError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
    },
    close() {},
  };
}
