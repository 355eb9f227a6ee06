import test from 'ava';
import { PROFILES } from '../../loadtest/profiles.ts';
import { CutoverError } from '../errors.ts';
import { peaksOf } from './peaks.ts';

test('what is given replaces the profile’s, one by one', (t) => {
  t.deepEqual(peaksOf({ profile: 'ramp', peakTasks: 9 }, PROFILES['ramp']), { peakTasks: 9 });
  t.deepEqual(peaksOf({ profile: 'ramp', peakInstances: 0 }, PROFILES['ramp']), { peakInstances: 0 });
  t.deepEqual(peaksOf({ profile: 'smoke' }, PROFILES['smoke']), {});
});

test('peaks of a profile that is not about scaling are refused, all of them', (t) => {
  const error = t.throws(() => peaksOf({ peakTasks: 9, peakInstances: 2 }, PROFILES['rehearsal']), {
    instanceOf: CutoverError,
  });
  t.deepEqual(
    error.problems.map((problem) => problem.address),
    ['--peak-tasks', '--peak-instances'],
  );
  t.regex(error.message, /rehearsal is not about scaling/);
});
