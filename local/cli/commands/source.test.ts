/** What flags mean on a plane that runs, or ran before it was killed. */
import { resolve } from 'node:path';
import test from 'ava';
import { CutoverError } from '../../errors.ts';
import type { PlaneRecord } from '../../run/control/state-file.ts';
import { defaultsOf, namesNothing, refuseStartFlags, sourceDir } from './source.ts';

const record: PlaneRecord = {
  ...{ version: 1, pid: 1, startTicks: '1', portBase: 4566, clockRate: 5, token: '', endpoint: '', startedAt: '' },
  stage: 'strangler',
  dir: '/state/synth',
  system: 'forum',
};

test('what is left out is that of the plane: its stage and its system; without one, the first stage', (t) => {
  t.deepEqual(defaultsOf({ tag: { threads: 'v2' } }, record), { stage: 'strangler', system: 'forum' });
  t.deepEqual(defaultsOf({ stage: 'monolith' }, record), { stage: 'strangler', system: 'forum' });
  t.deepEqual(defaultsOf({}, null), { stage: 'monolith', system: null });
  const { system: _, ...older } = record;
  t.deepEqual(defaultsOf({}, older), { stage: 'strangler', system: null });
});

test('tags and systems are not those of a folder that was given', (t) => {
  const given = { ...record, stage: null, system: null };
  for (const flags of [{ tag: { threads: 'v2' } }, { system: 'forum' }])
    t.is(t.throws(() => defaultsOf(flags, given), { instanceOf: CutoverError }).code, 'BAD_FLAG');
  t.notThrows(() => defaultsOf({ stage: 'monolith', system: 'forum' }, given));
  t.notThrows(() => defaultsOf({ tag: { threads: 'v2' } }, { ...given, dir: null }), 'nothing ran yet');
});

test('any of the four says what is to run', (t) => {
  t.true(namesNothing({}));
  for (const flags of [{ stage: 'monolith' }, { synth: '.' }, { system: 'all' }, { tag: {} }])
    t.false(namesNothing(flags));
});

test('flags of a start are refused on a running plane, but for the rate that it has', (t) => {
  t.notThrows(() => refuseStartFlags({ portBase: 4566, clockRate: 5 }, record));
  for (const flags of [{ clockRate: 6 }, { clockRate: 5, allow: ['x'] }, { image: { a: 'b' } }])
    t.is(
      t.throws(() => refuseStartFlags({ portBase: 4566, ...flags }, record), { instanceOf: CutoverError }).exitCode,
      2,
    );
});

test('a folder is taken as it is', async (t) => {
  const source = await sourceDir({ synth: 'some/folder' }, '/nowhere', { stage: 'monolith' });
  t.deepEqual(source, { dir: resolve('some/folder'), stage: null, system: null });
});
