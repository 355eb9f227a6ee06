import test from 'ava';
import { CRITERIA } from '../criteria.ts';
import { outcome, record } from '../testing/records.ts';
import { START_MS, scaling } from '../testing/scaling.ts';
import { renderHtml } from './html/page.ts';
import { judge } from './judge.ts';
import type { RunRecord } from './record.ts';
import { scalingRows } from './scaling-rows.ts';
import { renderSummary } from './terminal.ts';

/** Ten a second for two minutes of the wall: forty of control time. */
function run(): RunRecord {
  const outcomes = Array.from({ length: 1_206 }, (_, n) =>
    outcome(n, { sentAtMs: START_MS + n * 100, latencyMs: n < 600 ? 10 : 30, status: n === 5 ? 503 : 200 }),
  );
  const events = [
    {
      atMs: START_MS + 17_000,
      subject: 'web',
      code: 'SCALED_OUT',
      message: `2 → 7 ${'x '.repeat(100)}`,
      level: 'info',
    },
    { atMs: START_MS + 18_000, subject: 'web', code: 'TASK_PLACEMENT_FAILED', message: 'no <cpu>', level: 'warn' },
  ] as const;
  return {
    ...record({ outcomes, events, clockRate: 20, startedAtMs: START_MS, endedAtMs: START_MS + 125_000 }),
    scaling: scaling(),
  };
}

test('rows of whole minutes: rate, failures, p95, and counts at each row’s end', (t) => {
  const rows = scalingRows(run());
  t.is(rows.length, 21);
  t.deepEqual(rows[0], {
    minute: 0,
    perSecond: 10,
    notSuccess: 1,
    p95Ms: 10,
    services: [{ name: 'web', running: 2, desired: 2 }],
    instances: 1,
  });
  // Minutes 4 to 6 end at second 18, where four of seven run.
  t.deepEqual(rows[2]?.services, [{ name: 'web', running: 4, desired: 7 }]);
  t.deepEqual(rows[3]?.instances, 2);
  t.is(rows.at(-1)?.p95Ms, 30);
  t.is(rows.at(-1)?.instances, 1);
});

test('a day of control time fits a terminal too; a run that is about nothing of it has no rows', (t) => {
  const long = { ...run(), clockRate: 720 };
  t.true(scalingRows(long).length <= 26);
  t.deepEqual(scalingRows(record()), []);
});

test('terminal and page show the course, the decisions, the times and what waited', (t) => {
  const made = run();
  const verdict = judge(made, CRITERIA);
  const text = renderSummary(made, verdict, { color: false });
  t.regex(text, /min .* sent\/s .* not 2xx .* p95 ms .* web .* instances/);
  t.regex(text, /4 of 7/);
  t.regex(text, /web: tasks 2 -> 7 -> 2; instances 1 -> 2 -> 1; out in 4\.7 min \(14\.0 s here\); back in 27\.0 min/);
  t.regex(text, /at 5\.7 min 5 tasks of web waited 1\.0 min \(3\.0 s here\) for a place: no <cpu>/);
  t.true(text.split('\n').every((line) => line.length < 160 || line.startsWith('Not part')));
  const page = renderHtml(made, verdict);
  t.regex(page, /web: tasks 2 → 7 → 2; instances 1 → 2 → 1/);
  t.regex(page, /no &lt;cpu&gt;/);
  t.regex(page, /web desired/);
});
