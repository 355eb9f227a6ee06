import test from 'ava';
import fc from 'fast-check';
import { type AlarmSight, type AlarmsInput, bakeMs, decideAlarms } from './decide-alarms.ts';

const alarm = (state: AlarmSight['state'], part: Partial<AlarmSight> = {}): AlarmSight => ({
  name: 'errors',
  state,
  periodSeconds: 60,
  evaluationPeriods: 1,
  ...part,
});

const input = (part: Partial<AlarmsInput> = {}): AlarmsInput => ({
  settings: { enable: true, rollback: true, names: ['errors'] },
  alarms: [alarm('OK')],
  onAtStart: [],
  running: true,
  rolledOut: false,
  bakeFromMs: null,
  nowMs: 1_000_000,
  ...part,
});

// ECS deployment-alarm-failure, one row a consideration.
for (const [name, part, verdict] of [
  ['nothing is wrong', {}, 'rolling'],
  ['an alarm goes off', { alarms: [alarm('ALARM')] }, 'triggered'],
  ['it goes off before a task of the new version runs', { alarms: [alarm('ALARM')], running: false }, 'rolling'],
  ['it was on when the deployment began', { alarms: [alarm('ALARM')], onAtStart: ['errors'] }, 'unwatched'],
  ['another alarm goes off', { alarms: [alarm('ALARM', { name: 'other' })] }, 'rolling'],
  ['an alarm without data', { alarms: [alarm('INSUFFICIENT_DATA')] }, 'rolling'],
  ['the named alarm does not exist', { alarms: [], rolledOut: true }, 'baked'],
  ['rolled out just now', { rolledOut: true }, 'baking'],
  ['baked for two minutes but one millisecond', { rolledOut: true, bakeFromMs: 880_001 }, 'baking'],
  ['baked for two minutes', { rolledOut: true, bakeFromMs: 880_000 }, 'baked'],
  ['baked, but a task has gone', { rolledOut: false, bakeFromMs: 880_000 }, 'rolling'],
  ['goes off while baking', { bakeFromMs: 990_000, running: false, alarms: [alarm('ALARM')] }, 'triggered'],
  ['not enabled', { settings: { enable: false, rollback: true, names: ['errors'] } }, 'unwatched'],
  ['no names', { settings: { enable: true, rollback: true, names: [] } }, 'unwatched'],
] as const satisfies readonly (readonly [string, Partial<AlarmsInput>, string])[])
  test(`alarms of a deployment: ${name}`, (t) => {
    t.is(decideAlarms(input(part)).verdict, verdict);
  });

test('it bakes as long as the slowest alarm needs', (t) => {
  const slow = alarm('OK', { periodSeconds: 300, evaluationPeriods: 3 });
  t.is(bakeMs([alarm('OK'), slow]), 1_200_000);
  t.is(bakeMs([]), 0);
});

const NAMES = ['a', 'b', 'c', 'd'];
const sights = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...NAMES),
    state: fc.constantFrom('OK' as const, 'ALARM' as const, 'INSUFFICIENT_DATA' as const),
    periodSeconds: fc.constantFrom(10, 30, 60, 300),
    evaluationPeriods: fc.integer({ min: 1, max: 5 }),
  }),
  { selector: (a) => a.name },
);
const anyInput = fc.record({
  settings: fc.record({ enable: fc.boolean(), rollback: fc.boolean(), names: fc.subarray(NAMES) }),
  alarms: sights,
  onAtStart: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(NAMES) }),
  running: fc.boolean(),
  rolledOut: fc.boolean(),
  bakeFromMs: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  nowMs: fc.constant(1_000_000),
});

test('property: only a watched, named alarm that is on fails a deployment, and none passes while one is on', (t) => {
  fc.assert(
    fc.property(anyInput, (i) => {
      const { verdict, triggered, bakeFromMs } = decideAlarms(i);
      const on = i.alarms.filter((a) => a.state === 'ALARM' && i.settings.names.includes(a.name)).map((a) => a.name);
      const watched = i.settings.enable && i.settings.names.length > 0 && i.onAtStart.length === 0;
      if (!watched) return verdict === 'unwatched' && triggered.length === 0;
      const seen = i.running || i.bakeFromMs !== null;
      if (seen && on.length > 0) return verdict === 'triggered' && triggered.join() === on.join();
      if (verdict === 'triggered' || verdict === 'unwatched') return false;
      if (!i.rolledOut) return verdict === 'rolling' && bakeFromMs === i.bakeFromMs;
      return bakeFromMs === (i.bakeFromMs ?? i.nowMs);
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('property: a roll-out with quiet alarms is over after its bake, not before and not never', (t) => {
  fc.assert(
    fc.property(sights, fc.integer({ min: 10_000, max: 90_000 }), (alarms, stepMs) => {
      const quiet = alarms.map((a) => ({ ...a, state: 'OK' as const }));
      const settings = { enable: true, rollback: true, names: NAMES };
      const needed = bakeMs(quiet);
      let bakeFromMs: number | null = null;
      for (let nowMs = 0; nowMs <= needed + stepMs; nowMs += stepMs) {
        const base = { settings, alarms: quiet, onAtStart: [], running: true, rolledOut: true };
        const decided = decideAlarms({ ...base, bakeFromMs, nowMs });
        if (decided.verdict === 'baked') return nowMs >= needed;
        if (decided.verdict !== 'baking') return false;
        bakeFromMs = decided.bakeFromMs;
      }
      return false;
    }),
    { numRuns: 10_000 },
  );
  t.pass();
});
