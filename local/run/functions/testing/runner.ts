/** A function runner with real processes for tests. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { LambdaFunction } from '../../../topology.ts';
import { createClock } from '../../clock.ts';
import { createEventLog } from '../../events.ts';
import { createLogStore } from '../../logs/logs.ts';
import { createMetricStore } from '../../metrics/store.ts';
import { DEFAULT_PLACE } from '../../place.ts';
import { createHarness } from '../../processes/testing/harness.ts';
import { createRandom } from '../../random.ts';
import { createFunctionRunner } from '../functions.ts';
import { functionOf } from './packages.ts';

export async function startFunctions(t: ExecutionContext, options: { maxConcurrent?: number } = {}) {
  const { runner: processes, stateDir } = await createHarness(t);
  const clock = createClock();
  const events = createEventLog(clock);
  const logs = createLogStore({ clock, dir: join(stateDir, 'logs') });
  const metrics = createMetricStore({ clock });
  const dir = join(stateDir, 'functions');
  const functions = createFunctionRunner({
    clock,
    random: createRandom('test'),
    events,
    processes,
    logs,
    metrics,
    addresses: {
      awsEndpoint: 'http://127.0.0.1:4566',
      localise: (text) => text.replaceAll('lb.elb.amazonaws.com', '127.10.0.1'),
    },
    dir,
    place: DEFAULT_PLACE,
    ...options,
  });
  t.teardown(async () => {
    await functions.close();
    await logs.close();
  });
  return {
    functions,
    events,
    metrics,
    clock,
    dir,
    /** Applies a function with these files. */
    async put(files: Readonly<Record<string, string>>, change: Partial<LambdaFunction> = {}) {
      const definition = functionOf(join(stateDir, 'zips'), files, change);
      await functions.handler.put(definition, null, new AbortController().signal);
      return definition;
    },
    lines: (group = '/aws/lambda/hook') => logs.read({ group }).map((record) => record.message),
    streams: (group = '/aws/lambda/hook') => logs.streams(group).map((stream) => stream.name),
  };
}
