/** Functions and alarms in memory. */
import type { Alarm, LambdaFunction } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { AlarmControl, AlarmState, FunctionRunner } from '../../contracts-delivery.ts';
import type { EndpointHandlers } from '../ports.ts';
import * as build from './builders.ts';
import * as delivery from './builders-delivery.ts';

export interface FakeFunctions {
  readonly functions: FunctionRunner;
  readonly handler: EndpointHandlers['functions'];
  /** What was invoked, in order. */
  readonly invoked: { readonly name: string; readonly event: unknown }[];
}

/** A function named `throws` throws, `slow` times out; others return their event. */
export function fakeFunctions(): FakeFunctions {
  const all = new Map<string, LambdaFunction>([[delivery.hookFunction.name, delivery.hookFunction]]);
  const invoked: FakeFunctions['invoked'] = [];
  return {
    invoked,
    handler: {
      put: (next) => void all.set(next.name, next),
      remove: (previous) => void all.delete(previous.name),
    },
    functions: {
      functions: () => [...all.values()],
      async invoke(nameOrArn, event) {
        const found = [...all.values()].find((one) => one.name === nameOrArn || one.arn === nameOrArn);
        const result = { requestId: 'r-1', durationMs: 3, error: null, logTail: 'START\nhello\nEND\n' };
        if (!found) return { ...result, outcome: 'not-found', payload: null, error: 'Function not found' };
        invoked.push({ name: found.name, event });
        if (found.name === 'throws') {
          const payload = { errorType: 'Error', errorMessage: 'no' };
          return { ...result, outcome: 'threw', payload, error: 'no' };
        }
        return { ...result, outcome: 'returned', payload: { got: event } };
      },
    },
  };
}

export interface FakeAlarms {
  readonly alarms: AlarmControl;
  readonly handler: EndpointHandlers['alarms'];
}

export function fakeAlarms(): FakeAlarms {
  const states = new Map<string, AlarmState>();
  const fresh = (definition: Alarm): AlarmState => ({
    definition,
    state: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    updatedAtMs: build.START_MS,
    history: [],
  });
  states.set(delivery.alarm.name, fresh(delivery.alarm));
  return {
    handler: {
      put: (next) => void states.set(next.name, fresh(next)),
      remove: (previous) => void states.delete(previous.name),
    },
    alarms: {
      alarms: () => [...states.values()],
      onChange: () => () => undefined,
      setState(name, state, reason) {
        const one = states.get(name);
        if (!one) throw new ApiError('ResourceNotFound', `The alarm ${name} does not exist`, 404);
        const change = { atMs: build.START_MS, from: one.state, to: state, reason };
        states.set(name, { ...one, state, reason, history: [change, ...one.history] });
      },
    },
  };
}
