/** The plane's one event log: what happened, in order, in AWS's words where AWS has them. Memory is bounded. */
import type { Clock } from './clock.ts';

export interface PlaneEvent {
  /** Ascending, from 1. */
  readonly id: number;
  /** Control time, ISO 8601. */
  readonly at: string;
  /** Wall time, ISO 8601. */
  readonly wallAt: string;
  readonly source:
    | 'plane'
    | 'apply'
    | 'balancer'
    | 'ecs'
    | 'instances'
    | 'topics'
    | 'params'
    | 'deployer'
    | 'autoscaler'
    | 'functions'
    | 'alarms'
    | 'codedeploy'
    | 'rest-api'
    | 'api';
  /** What it is about: a service, target group, instance, topic, or resource address. */
  readonly subject: string;
  /** A stable machine-readable word, e.g. `SERVICE_STEADY_STATE`, `TASK_STARTED`, `TARGET_HEALTHY`. */
  readonly code: string;
  /** One sentence for people. */
  readonly message: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly data?: Readonly<Record<string, unknown>>;
}

export type NewEvent = Pick<PlaneEvent, 'source' | 'subject' | 'code' | 'message'> & {
  level?: PlaneEvent['level'];
  data?: PlaneEvent['data'];
};

export interface EventLog {
  emit(event: NewEvent): PlaneEvent;
  /** Events with id > sinceId, oldest first. */
  since(sinceId: number): readonly PlaneEvent[];
  /** @returns a function that ends the subscription. */
  subscribe(listener: (event: PlaneEvent) => void): () => void;
}

/** @param limit how many events are kept; older ones go first. Default 20,000. */
export function createEventLog(clock: Clock, limit = 20_000): EventLog {
  const events: PlaneEvent[] = [];
  const listeners = new Set<(event: PlaneEvent) => void>();
  let lastId = 0;
  return {
    emit(event) {
      lastId += 1;
      const full: PlaneEvent = {
        id: lastId,
        at: new Date(clock.now()).toISOString(),
        wallAt: new Date(clock.wallNow()).toISOString(),
        level: 'info',
        ...event,
      };
      events.push(full);
      if (events.length > limit) events.splice(0, events.length - limit);
      for (const listener of listeners) listener(full);
      return full;
    },
    since: (sinceId) => events.filter((event) => event.id > sinceId),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
