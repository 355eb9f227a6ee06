/** The Lambda of the plane: keeps the stacks' functions and runs each invocation in a process of its own. */
import type { LambdaFunction } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, LogStore, MetricStore, ProcessRunner, ResourceHandler } from '../contracts.ts';
import type { FunctionRunner, InvocationResult } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';

export interface FunctionRunnerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly processes: ProcessRunner;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly addresses: Pick<AddressBook, 'localise' | 'awsEndpoint'>;
  /** Packages are unpacked below it, by digest. */
  readonly dir: string;
  readonly region: string;
  readonly accountId: string;
}

export interface Functions extends FunctionRunner {
  readonly handler: ResourceHandler<LambdaFunction>;
  close(): Promise<void>;
}

export function createFunctionRunner(_options: FunctionRunnerOptions): Functions {
  const functions = new Map<string, LambdaFunction>();
  return {
    handler: {
      put: (next) => void functions.set(next.name, next),
      remove: (previous) => void functions.delete(previous.name),
    },
    functions: () => [...functions.values()],
    async invoke(nameOrArn): Promise<InvocationResult> {
      return {
        requestId: '',
        outcome: 'not-found',
        payload: null,
        error: `Function not found: ${nameOrArn}`,
        durationMs: 0,
        logTail: '',
      };
    },
    async close() {},
  };
}
