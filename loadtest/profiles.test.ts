import test from 'ava';
import fc from 'fast-check';
import { CRITERIA } from './criteria.ts';
import { validateProfile } from './profile-rules.ts';
import { FORUM_PROFILES, PROFILES, type Profile, paceOf, profileFor, stepsFor } from './profiles.ts';
import { atClockRate, FORUM_SHAPES, ORDER_SHAPES, scaleSeconds } from './scale-profiles.ts';
import { SYSTEMS } from './systems.ts';

const REHEARSAL = PROFILES['rehearsal'] as Profile;

test('every named profile is valid and goes by its own name', (t) => {
  t.deepEqual(Object.keys(FORUM_PROFILES), Object.keys(PROFILES));
  for (const [name, profile] of [...Object.entries(PROFILES), ...Object.entries(FORUM_PROFILES)]) {
    t.is(profile.name, name);
    t.deepEqual(validateProfile(profile), []);
  }
  t.true(REHEARSAL.ratePerSecond >= 100);
});

test('every problem of a profile is told at once', (t) => {
  const bad: Profile = {
    ...REHEARSAL,
    ratePerSecond: Number.NaN,
    durationSeconds: 900,
    maxSeconds: 600,
    startVirtualUsers: 10.5,
    maxVirtualUsers: 5,
    mixMaxAgeMs: 5_000,
    steps: [{ seconds: 0, ratePerSecond: 9_999 }],
  };
  const fields = validateProfile(bad).map((problem) => problem.field);
  t.deepEqual(fields, [
    'ratePerSecond',
    'startVirtualUsers',
    'mixMaxAgeMs',
    'steps[0].seconds',
    'steps[0].ratePerSecond',
    'maxVirtualUsers',
    'durationSeconds',
  ]);
});

test('more orders than the ledger can hold are refused', (t) => {
  const [problem] = validateProfile({ ...REHEARSAL, ratePerSecond: 5_000, durationSeconds: 3_600, maxSeconds: 3_600 });
  t.regex(problem?.rule ?? '', /at most 2000000 orders; this is 18000000/);
});

test('steps fill the time asked for, and no more than one step over', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 60 }), ratePerSecond: fc.integer({ min: 0, max: 99 }) })),
      fc.integer({ min: 1, max: 3_600 }),
      (steps, seconds) => {
        const filled = stepsFor({ ...REHEARSAL, steps }, seconds);
        const total = filled.reduce((sum, step) => sum + step.seconds, 0);
        t.true(total >= seconds);
        t.true(total - (filled.at(-1)?.seconds ?? 0) < seconds);
      },
    ),
  );
});

test('criteria are named once, and every stage of every system has a mix', (t) => {
  t.is(new Set(CRITERIA.map((c) => c.name)).size, CRITERIA.length);
  for (const criterion of CRITERIA) t.true(criterion.minSamples >= 1, criterion.name);
  for (const system of Object.values(SYSTEMS)) {
    for (const stage of system.stages) t.true((system.mixes[stage]?.length ?? 0) > 0, stage);
  }
});

test('beside another system a load is half of what it is alone, bursts too', (t) => {
  const alone = profileFor('burst', 'forum', false);
  const beside = profileFor('burst', 'forum', true);
  t.is(beside?.ratePerSecond, (alone?.ratePerSecond ?? 0) / 2);
  t.deepEqual(
    beside?.steps.map((step) => step.ratePerSecond),
    alone?.steps.map((step) => step.ratePerSecond / 2),
  );
  t.is(profileFor('rehearsal', 'logistics', true)?.ratePerSecond, 50);
  t.is(profileFor('nope', 'forum', true), undefined);
});

test('several loads keep the longest of their waits', (t) => {
  const pace = paceOf([REHEARSAL, { ...REHEARSAL, holdSeconds: 99, warmUpSeconds: 0 }]);
  t.deepEqual(pace, { warmUpSeconds: 8, holdSeconds: 99, steadyTimeoutSeconds: 180 });
});

test('a profile that scales is as long as the clock makes it, and keeps its last rate until the end', (t) => {
  for (const [name, shape] of [...Object.entries(ORDER_SHAPES), ...Object.entries(FORUM_SHAPES)]) {
    const own = Object.values(PROFILES)
      .concat(Object.values(FORUM_PROFILES))
      .find((p) => p.scaling === shape) as Profile;
    t.is(own.name, name);
    for (const clockRate of [5, 20, 60]) {
      const profile = atClockRate(own, clockRate);
      const seconds = scaleSeconds(shape, clockRate);
      const steps = stepsFor(profile, profile.maxSeconds);
      const last = shape.phases.at(-1)?.ratePerSecond;
      t.true(Math.abs(steps.reduce((sum, step) => sum + step.seconds, 0) - profile.maxSeconds) < 1e-6);
      t.is(steps.at(-1)?.ratePerSecond, last);
      t.is(last, shape.phases[0]?.ratePerSecond, 'it ends where it began');
      t.true(profile.maxSeconds > seconds.phases + seconds.back);
      t.true(profile.durationSeconds >= seconds.phases);
    }
  }
  const constant = PROFILES['smoke'] as Profile;
  t.is(atClockRate(constant, 60), constant);
});
