import test from 'ava';
import { CutoverError } from '../../local/errors.ts';
import { createClock } from '../../local/run/clock.ts';
import type { Status } from '../../local/status.ts';
import { PROFILES, type Profile } from '../profiles.ts';
import { atClockRate, longestSeconds, type ScaleShape, withPeaks } from '../scale-profiles.ts';
import { FakePlane } from '../testing/fake-plane.ts';
import { status } from '../testing/status.ts';
import type { TestTarget } from '../testing/target.ts';
import type { GeneratorRecord } from '../verdict/record.ts';
import { Follower } from './follower.ts';
import { checkLoad } from './load.ts';
import { followScaling, shapeOf } from './load-scaling.ts';
import { checkProfile } from './rehearse.ts';

/** A tenth of a second each, at the fake plane's ten control seconds to one. */
const TENTH = 1 / 60;
const SHAPE: ScaleShape = {
  ...{ clockRate: 10, peakTasks: 3, peakInstances: 1, returnMinutes: 0.5 },
  phases: (['base', 'rise', 'peak', 'fall'] as const).map((name) => ({ name, minutes: TENTH, ratePerSecond: 1 })),
};
const GENERATOR: GeneratorRecord = {
  ...{ exitCode: 0, droppedIterations: 0, problem: null, startedAtMs: 0, endedAtMs: 1 },
};

function withTasks(desired: number, running: number): Status {
  const base = status();
  const [service] = base.services;
  if (!service) throw new Error('the fixture has no service');
  return { ...base, services: [{ ...service, desiredCount: desired, runningCount: running }] };
}

/** A load that is followed at a fake plane; `calls` tells how it was ended. */
async function followed(options: { signal?: AbortSignal; ended?: Promise<never> } = {}) {
  const clock = createClock();
  const plane = new FakePlane(withTasks(2, 2), { requests: [] } as unknown as TestTarget, '');
  const follower = new Follower({ plane, clock, generatorCores: async () => null, onStatus: () => undefined });
  await follower.start();
  const calls: string[] = [];
  const run = {
    firstSent: async () => undefined,
    ended: options.ended ?? new Promise<never>(() => undefined),
    finish: async () => {
      calls.push('finish');
      return GENERATOR;
    },
    abandon: async () => void calls.push('abandon'),
  };
  const lines: string[] = [];
  const baseline = await follower.refresh();
  const plan = { shape: SHAPE, clockRate: 10, baseline, baselineAtMs: clock.wallNow() };
  const signal = options.signal ?? new AbortController().signal;
  const load = followScaling(run, plan, { clock, follower, signal, progress: (line) => lines.push(line) });
  return { plane, follower, calls, lines, load };
}

test('the phases pass, every change is kept, and the load ends when all is as before', async (t) => {
  const { plane, follower, calls, lines, load } = await followed();
  plane.become(withTasks(3, 2), 'SCALED_OUT', '2 → 3');
  await follower.until((s) => s.services[0]?.desiredCount === 3, 5_000, new AbortController().signal);
  plane.become(withTasks(3, 3), 'TASKS_STARTED', 'one');
  await follower.until((s) => s.services[0]?.runningCount === 3, 5_000, new AbortController().signal);
  await createClock().sleep(500);
  plane.become(withTasks(2, 2), 'SCALED_IN', '3 → 2');
  const { scaling, interrupted, generator } = await load;
  await follower.stop();
  t.is(generator, GENERATOR);
  t.false(interrupted);
  t.deepEqual(calls, ['finish']);
  t.deepEqual(
    scaling.readings.map(({ services }) => [services['monolith']?.desired, services['monolith']?.running]),
    [
      [2, 2],
      [3, 2],
      [3, 3],
      [2, 2],
    ],
  );
  t.true((scaling.returnedAtMs ?? 0) >= (scaling.phases.at(-1)?.endMs ?? Number.POSITIVE_INFINITY));
  t.deepEqual(
    scaling.phases.map((phase) => Math.round(phase.endMs - phase.startMs)),
    [100, 100, 100, 100],
  );
  t.true(lines.some((line) => line.startsWith('tasks: monolith 2 of 3')));
});

test('where it never is as before, the profile’s time for that is all it gets', async (t) => {
  const { plane, follower, load } = await followed();
  plane.become(withTasks(3, 3), 'SCALED_OUT', '2 → 3');
  const { scaling } = await load;
  await follower.stop();
  t.is(scaling.returnedAtMs, null);
});

test('a load that ends by itself interrupts the run; Ctrl-C abandons it', async (t) => {
  const ended = createClock()
    .sleep(150)
    .then(() => ({}) as never);
  const short = await followed({ ended });
  short.plane.become(withTasks(3, 3), 'SCALED_OUT', '2 → 3');
  t.true((await short.load).interrupted);
  t.deepEqual(short.calls, ['finish']);
  await short.follower.stop();
  const stop = new AbortController();
  const stopped = await followed({ signal: stop.signal });
  stop.abort(new Error('stopped by the test'));
  await t.throwsAsync(stopped.load, { message: 'stopped by the test' });
  t.deepEqual(stopped.calls, ['abandon']);
  await stopped.follower.stop();
});

test('a duration or a rate of one’s own makes it a plain load; peaks replace the profile’s', (t) => {
  const checked = (change: object) => checkLoad({ scenario: 'orders', profile: 'ramp', reportRoot: '.', ...change });
  t.like(shapeOf(checked({})), { peakTasks: 6, peakInstances: 2 });
  t.like(shapeOf(checked({ peaks: { peakTasks: 9 } })), { peakTasks: 9, peakInstances: 2 });
  t.is(shapeOf(checked({ duration: '30s' })), null);
  t.is(shapeOf(checked({ rate: 10 })), null);
  const smoke = PROFILES['smoke'] as Profile;
  t.is(withPeaks(smoke, { peakTasks: 9 }), smoke);
  t.is(longestSeconds(SHAPE, 10), 4);
});

test('a clock that makes it longer than a load may be is refused, with the way out', (t) => {
  const ramp = PROFILES['ramp'] as Profile;
  const error = t.throws(() => checkProfile(atClockRate(ramp, 1)), { instanceOf: CutoverError });
  t.regex(error.problems[0]?.fix ?? '', /--clock-rate/);
  t.notThrows(() => checkProfile(atClockRate(ramp, 2)));
});
