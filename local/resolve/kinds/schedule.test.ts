import test from 'ava';
import { isTimezone, scheduleProblem } from './schedule.ts';

for (const schedule of [
  'at(2026-12-24T20:00:00)',
  'rate(1 hour)',
  'rate(5 minutes)',
  'cron(0 9 * * ? *)',
  'cron(0/15 8-18 ? * MON-FRI *)',
  'cron(0 0 L * ? 2027)',
  'cron(30 6 ? * 2#1 *)',
])
  test(`${schedule} is one`, (t) => t.is(scheduleProblem(schedule), null));

for (const [schedule, why] of [
  ['every day', /none of/],
  ['at(2026-12-24)', /at\(\)/],
  ['at(2026-13-24T20:00:00)', /at\(\)/],
  ['rate(1 hours)', /rate\(1 hour\)/],
  ['rate(5 minute)', /rate\(5 minutes\)/],
  ['rate(0 minutes)', /rate\(\)/],
  ['rate(5 seconds)', /rate\(\)/],
  ['cron(0 9 * * *)', /six fields/],
  ['cron(0 9 * * * *)', /one of day of month/],
  ['cron(0 9 ? * ? *)', /one of day of month/],
  ['cron(60 9 * * ? *)', /minutes/],
  ['cron(0 24 * * ? *)', /hours/],
  ['cron(0 9 ? * 8 *)', /day of week/],
  ['cron(0 9 * 13 ? *)', /month/],
  ['cron(0 9 * * ? $)', /year/],
] as const)
  test(`${schedule} is none`, (t) => t.regex(scheduleProblem(schedule) ?? '', why));

test('time zones', (t) => {
  t.true(isTimezone('Europe/Zurich'));
  t.true(isTimezone('UTC'));
  t.false(isTimezone('Mars/Olympus'));
});
