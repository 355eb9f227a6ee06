import test from 'ava';
import fc from 'fast-check';
import { simulate, strategies, type World, worlds } from './testing/simulate.ts';
import { weightsOf } from './weights.ts';

const PAIR = { blueGroupArn: 'b', greenGroupArn: 'g', productionRuleArn: 'r', testRuleArn: null };

test('weights are whole, at most 999, and share exactly as wished', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (tenths) => {
      const { b = -1, g = -1 } = weightsOf(PAIR, tenths / 10);
      const isWeight = [b, g].every((weight) => Number.isInteger(weight) && weight >= 0 && weight <= 999);
      return isWeight && [100, 1000].includes(b + g) && Math.round((g / (b + g)) * 1000) === tenths;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

/** What must hold of every deployment, whatever happens to it. */
function faultsOf(world: World, run: ReturnType<typeof simulate>): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, what: string): void => void (holds || faults.push(what));
  const { end, shifts, ended, strategy, shiftedAtMs } = run;
  expect(run.isOver, `it never ends: ${end.status} in ${end.stage}`);
  const up = shifts.filter(({ inRollback }) => !inRollback).map(({ percent }) => percent);
  expect(
    up.every((percent, i) => percent > (up[i - 1] ?? 0) && percent <= 100),
    `green’s share grows: ${up}`,
  );
  expect(
    shifts.filter(({ inRollback }) => inRollback).every(({ percent }) => percent === 0),
    'a rollback gives blue all',
  );
  if (strategy.type === 'BLUE_GREEN')
    expect(
      up.every((percent) => percent === 100),
      'all at once',
    );
  if (world.hasBlue && strategy.routing.type === 'TimeBasedCanary')
    expect(up.length === 0 || up[0] === strategy.routing.percentage, 'the canary first');
  if (world.hasBlue && strategy.routing.type === 'TimeBasedLinear')
    expect(
      up.every((p, i) => p <= (i + 1) * (world.step ?? 100) + 1e-9),
      'no step is larger than step_percent',
    );
  const blueEnded = ended.find(({ side }) => side === 'blue');
  if (blueEnded) {
    expect(shiftedAtMs !== null, 'blue ends only after all traffic was shifted');
    expect(
      blueEnded.atMs >= (shiftedAtMs ?? 0) + strategy.bakeTimeMinutes * 60_000,
      'blue ends only after the bake time',
    );
    expect(end.rollback === null, 'blue is not ended in a rollback');
  }
  if (end.status === 'SUCCESSFUL') {
    expect(end.shift.percent === 100, 'green has all');
    expect(!run.hookFailed && !run.alarmed, 'nothing failed');
    expect(!world.hasBlue || blueEnded !== undefined, 'blue has ended');
  }
  if (end.status === 'ROLLBACK_SUCCESSFUL') {
    expect(end.shift.percent === 0 && !end.tested, 'blue has all again');
    expect(run.greenTasks === 0, 'green has ended');
    expect(run.blueTasks > 0, 'blue runs');
  }
  if (run.hookFailed) expect(end.status !== 'SUCCESSFUL', 'a hook that fails fails the deployment');
  return faults;
}

test('whatever happens: blue stays until the bake time is over, and a rollback gives it everything back', (t) => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(worlds, (world) => {
      const run = simulate(world);
      seen.add(run.end.status);
      const faults = faultsOf(world, run);
      if (faults.length > 0) throw new Error(faults.join('; '));
    }),
    { numRuns: 10_000 },
  );
  t.deepEqual([...seen].sort(), ['ROLLBACK_SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
});

test('without trouble every strategy ends with green', (t) => {
  fc.assert(
    fc.property(strategies, fc.boolean(), (strategy, hasBlue) => {
      const { end } = simulate({ strategy, hasBlue, answers: [], troubles: [], step: null, startMs: 5000 });
      return end.status === 'SUCCESSFUL';
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
