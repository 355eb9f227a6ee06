import test from 'ava';
import { decideAfterEnd, mayStart, type ProcessEnd } from './decide-restart.ts';
import { DEFAULT_SUPERVISION, type RestartRule } from './user-data/plan.ts';

const ENDS: Readonly<Record<string, ProcessEnd>> = {
  'exit 0': { code: 0, signal: null, spawnFailed: false },
  'exit 1': { code: 1, signal: null, spawnFailed: false },
  'exit 143': { code: 143, signal: null, spawnFailed: false },
  SIGTERM: { code: null, signal: 'SIGTERM', spawnFailed: false },
  SIGKILL: { code: null, signal: 'SIGKILL', spawnFailed: false },
  'not started': { code: null, signal: null, spawnFailed: true },
};
/** systemd.service, table "Exit causes and the effect of the Restart= settings". R restart, E exited, F failed. */
const TABLE: Readonly<Record<RestartRule, string>> = {
  no: 'E F F E F F',
  always: 'R R R R R R',
  'on-success': 'R F F R F F',
  'on-failure': 'E R R E R R',
  'on-abnormal': 'E F F E R F',
  'on-abort': 'E F F E R F',
};
for (const [rule, row] of Object.entries(TABLE))
  test(`Restart=${rule}`, (t) => {
    const supervision = { ...DEFAULT_SUPERVISION, restart: rule as RestartRule };
    const got = Object.values(ENDS).map((end) => {
      const after = decideAfterEnd(end, supervision);
      return after.do === 'restart' ? 'R' : after.state === 'exited' ? 'E' : 'F';
    });
    t.is(got.join(' '), row);
  });

test('SuccessExitStatus makes a status a clean one', (t) => {
  const supervision = { ...DEFAULT_SUPERVISION, restart: 'on-failure' as const, successStatuses: [143] };
  t.deepEqual(decideAfterEnd(ENDS['exit 143'] as ProcessEnd, supervision), { do: 'stay-down', state: 'exited' });
});

test('five starts within ten seconds, no more; 0 seconds is no limit', (t) => {
  const starts = [0, 1000, 2000, 3000, 4000];
  t.false(mayStart(starts, 9999, DEFAULT_SUPERVISION));
  t.true(mayStart(starts, 10_000, DEFAULT_SUPERVISION), 'the first is ten seconds old');
  t.true(mayStart(starts.slice(1), 4100, DEFAULT_SUPERVISION));
  t.true(mayStart(starts, 4100, { ...DEFAULT_SUPERVISION, startLimit: { burst: 5, seconds: 0 } }));
});
