import test from 'ava';
import fc from 'fast-check';
import { currentUse, limitOf, periodEnd, periodStart, type QuotaUse, useQuota } from './decide-quota.ts';

const at = (text: string): number => Date.parse(text);

test('periods of UTC', (t) => {
  // 2026-03-01 was a Sunday.
  const rows = [
    ['DAY', '2026-03-01T23:59:59.999Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['DAY', '2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'],
    ['WEEK', '2026-03-01T12:00:00Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['WEEK', '2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['MONTH', '2026-02-28T23:59:59Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['MONTH', '2026-12-31T10:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ] as const;
  for (const [period, now, start, end] of rows) {
    t.is(periodStart(period, at(now)), at(start), `${period} ${now}`);
    t.is(periodEnd(period, at(now)), at(end), `${period} ${now}`);
  }
});

test('three a day: the fourth is refused, the next day begins anew', (t) => {
  const quota = { limit: 3, period: 'DAY', offset: 0 } as const;
  const morning = at('2026-03-01T08:00:00Z');
  let use: QuotaUse | undefined;
  const seen = [1, 2, 3, 4, 5].map(() => {
    const decision = useQuota(use, quota, morning);
    use = decision.use;
    return [decision.allowed, decision.remaining];
  });
  t.deepEqual(seen, [
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
    [false, 0],
  ]);
  t.like(useQuota(use, quota, at('2026-03-02T00:00:00Z')), { allowed: true, remaining: 2 });
});

test('the offset is taken from the first period only', (t) => {
  const quota = { limit: 10, period: 'WEEK', offset: 4 } as const;
  const first = currentUse(undefined, quota, at('2026-03-03T00:00:00Z'));
  t.is(limitOf(first, quota), 6);
  t.is(limitOf(currentUse(first, quota, at('2026-03-10T00:00:00Z')), quota), 10);
});

test('a clock that is set back gives back nothing', (t) => {
  const quota = { limit: 2, period: 'DAY', offset: 0 } as const;
  const used = { periodStartMs: at('2026-03-02T00:00:00Z'), used: 2, firstStartMs: 0 };
  const { allowed, use } = useQuota(used, quota, at('2026-03-01T10:00:00Z'));
  t.false(allowed);
  t.true(useQuota(use, quota, at('2026-03-02T10:00:00Z')).allowed, 'and takes nothing of a later period');
});

test('never more than the limit in a period, and never refused below it', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 20 * 86_400_000 }), { maxLength: 60 }),
      (period, limit, offset, gaps) => {
        const quota = { limit, period, offset };
        let use: QuotaUse | undefined;
        let now = at('2026-01-15T00:00:00Z');
        const first = periodStart(period, now);
        const counts = new Map<number, number>();
        for (const gap of [0, ...gaps]) {
          now += gap;
          const start = periodStart(period, now);
          const before = counts.get(start) ?? 0;
          const most = Math.max(0, start === first ? limit - offset : limit);
          const decision = useQuota(use, quota, now);
          use = decision.use;
          if (decision.allowed !== before < most) return false;
          if (decision.allowed) counts.set(start, before + 1);
          if (decision.remaining !== most - (counts.get(start) ?? 0)) return false;
        }
        return true;
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});
