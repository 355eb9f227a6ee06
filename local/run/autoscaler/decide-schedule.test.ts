import test from 'ava';
import fc from 'fast-check';
import { compileSchedule } from './decide-schedule.ts';
import { instantOf, localTime } from './schedule/zone-time.ts';

const MINUTE = 60_000;
const utc = (text: string): number => Date.parse(`${text}Z`);
const due = (schedule: string, zone: string, from: string, to: string): string | null => {
  const ms = compileSchedule(schedule, zone, utc('2026-01-01T00:00:00')).lastDue(utc(from), utc(to));
  return ms === null ? null : new Date(ms).toISOString().slice(0, 19);
};

/** [schedule, zone, after, up to, due at]. Times are UTC; 2026-03-08 and 2026-11-01 are New York's changes. */
for (const [schedule, zone, from, to, at] of [
  ['at(2026-03-02T08:00:00)', 'UTC', '2026-03-02T07:59:00', '2026-03-02T08:00:00', '2026-03-02T08:00:00'],
  ['at(2026-03-02T08:00:00)', 'UTC', '2026-03-02T08:00:00', '2026-03-02T09:00:00', null],
  ['at(2026-03-02T08:00:00)', 'America/New_York', '2026-03-02T12:00:00', '2026-03-02T14:00:00', '2026-03-02T13:00:00'],
  ['at(2026-07-02T08:00:00)', 'America/New_York', '2026-07-02T11:00:00', '2026-07-02T14:00:00', '2026-07-02T12:00:00'],
  // 02:30 does not exist that night: one offset after the change.
  ['at(2026-03-08T02:30:00)', 'America/New_York', '2026-03-08T00:00:00', '2026-03-08T12:00:00', '2026-03-08T06:30:00'],
  ['rate(5 minutes)', 'UTC', '2026-01-01T00:00:00', '2026-01-01T00:04:00', null],
  ['rate(5 minutes)', 'UTC', '2026-01-01T00:04:00', '2026-01-01T00:05:00', '2026-01-01T00:05:00'],
  ['rate(1 hour)', 'UTC', '2026-01-01T00:30:00', '2026-01-01T05:20:00', '2026-01-01T05:00:00'],
  ['rate(2 days)', 'UTC', '2026-01-02T00:00:00', '2026-01-02T23:00:00', null],
  ['cron(0 8 ? * MON-FRI *)', 'UTC', '2026-03-02T07:59:00', '2026-03-02T08:00:00', '2026-03-02T08:00:00'],
  ['cron(0 8 ? * MON-FRI *)', 'UTC', '2026-03-07T00:00:00', '2026-03-08T23:00:00', null],
  ['cron(0 8 ? * 2-6 *)', 'UTC', '2026-03-02T07:00:00', '2026-03-02T09:00:00', '2026-03-02T08:00:00'],
  ['cron(0/15 * * * ? *)', 'UTC', '2026-03-02T07:16:00', '2026-03-02T07:44:00', '2026-03-02T07:30:00'],
  ['cron(30 18 L * ? *)', 'UTC', '2026-02-28T18:00:00', '2026-02-28T19:00:00', '2026-02-28T18:30:00'],
  ['cron(0 0 15W * ? *)', 'UTC', '2026-02-15T12:00:00', '2026-02-16T12:00:00', '2026-02-16T00:00:00'], // a Sunday
  ['cron(0 0 ? * FRI#2 *)', 'UTC', '2026-03-12T12:00:00', '2026-03-13T12:00:00', '2026-03-13T00:00:00'],
  ['cron(0 0 ? * FRI#2 *)', 'UTC', '2026-03-05T12:00:00', '2026-03-06T12:00:00', null],
  ['cron(0 0 ? * 6L *)', 'UTC', '2026-03-26T12:00:00', '2026-03-27T12:00:00', '2026-03-27T00:00:00'],
  ['cron(0 12 1 JAN,JUL ? 2026-2027)', 'UTC', '2026-07-01T00:00:00', '2026-07-01T13:00:00', '2026-07-01T12:00:00'],
  ['cron(0 12 1 JAN,JUL ? 2028)', 'UTC', '2026-07-01T00:00:00', '2026-07-01T13:00:00', null],
  ['cron(0 8 * * ? *)', 'Asia/Kolkata', '2026-03-02T02:00:00', '2026-03-02T03:00:00', '2026-03-02T02:30:00'],
  ['cron(0 8 * * ? *)', 'America/New_York', '2026-03-07T12:30:00', '2026-03-07T13:30:00', '2026-03-07T13:00:00'],
  ['cron(0 8 * * ? *)', 'America/New_York', '2026-03-08T11:30:00', '2026-03-08T13:30:00', '2026-03-08T12:00:00'],
] as const)
  test(`${schedule} ${zone}, ${from} to ${to}: ${at ?? 'not due'}`, (t) => {
    t.is(due(schedule, zone, from, to), at);
  });

for (const [schedule, zone, message] of [
  ['0 8 * * *', 'UTC', /none of at/],
  ['cron(0 8 * * *)', 'UTC', /six fields/],
  ['cron(0 8 1 * MON *)', 'UTC', /must be \?/],
  ['cron(60 8 * * ? *)', 'UTC', /"60" is no minutes \(0 to 59\)/],
  ['cron(0 8 ? * MOO *)', 'UTC', /"MOO" is no day of week/],
  ['cron(0/0 8 * * ? *)', 'UTC', /"0"/],
  ['rate(0 minutes)', 'UTC', /rate\(0 minutes\)/],
  ['rate(5 seconds)', 'UTC', /rate\(5 seconds\)/],
  ['at(2026-13-01T00:00:00)', 'UTC', /no date/],
  ['at(tomorrow)', 'UTC', /yyyy-mm-dd/],
  ['rate(1 hour)', 'Mars/Olympus', /no time zone/],
] as const)
  test(`refused: ${schedule} in ${zone}`, (t) => {
    t.throws(() => compileSchedule(schedule, zone, 0), { message });
  });

const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];

test('property: an instant’s local time leads back to it, or to the first of two', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: utc('2035-01-01T00:00:00') / 1000 }),
      fc.constantFrom(...zones),
      (second, zone) => {
        const ms = second * 1000;
        const back = instantOf(localTime(ms, zone), zone);
        return (
          back === ms ||
          (back < ms &&
            ms - back <= 86_400_000 &&
            JSON.stringify(localTime(back, zone)) === JSON.stringify(localTime(ms, zone)))
        );
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('property: looked at in any pieces, a cron schedule comes due as often as minute by minute', (t) => {
  const start = utc('2026-03-07T00:00:00');
  const schedule = compileSchedule('cron(0/7 3-9 ? * SUN *)', 'America/New_York', start);
  let expected = 0;
  for (let m = 1; m <= 2880; m++)
    if (schedule.lastDue(start + (m - 1) * MINUTE, start + m * MINUTE) !== null) expected += 1;
  t.is(expected, 63); // 03:00 to 09:56 in steps of 7 minutes: 9 an hour, 7 hours
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 7 * 60_000 }), { minLength: 1, maxLength: 40 }), (pieces) => {
      let count = 0;
      let from = utc('2026-03-08T08:00:00');
      const begin = from;
      for (const piece of pieces) {
        if (schedule.lastDue(from, from + piece) !== null) count += 1;
        from += piece;
      }
      let single = 0;
      for (let ms = begin + 1; ms <= from; ms++) {
        const next = Math.min(from, Math.ceil(ms / MINUTE) * MINUTE);
        if (schedule.lastDue(ms - 1, next) !== null) single += 1;
        ms = next;
      }
      return count <= single && (single === 0) === (count === 0);
    }),
    { numRuns: 300 },
  );
});
