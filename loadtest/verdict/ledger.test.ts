import test from 'ava';
import fc from 'fast-check';
import { outcome } from '../testing/records.ts';
import { keepLedger, type OrderClass } from './ledger.ts';
import type { DeliveryRecord, Outcome } from './record.ts';

interface Case {
  readonly title: string;
  readonly outcome?: Partial<Outcome>;
  readonly stored?: boolean;
  readonly effects?: number;
  readonly delivery?: Partial<DeliveryRecord>;
  readonly expected: OrderClass;
  readonly cause?: RegExp;
  readonly harmed?: boolean;
}

const CASES: readonly Case[] = [
  { title: 'answered 200, stored', stored: true, effects: 1, expected: 'fulfilled', harmed: false },
  { title: 'answered 200, not stored', expected: 'lost', cause: /answered 200, but not in the table/ },
  {
    title: 'answered 502, stored all the same',
    outcome: { status: 502 },
    stored: true,
    effects: 1,
    expected: 'fulfilled',
    harmed: true,
  },
  { title: 'answered 502, not stored', outcome: { status: 502 }, expected: 'lost', cause: /answered 502/ },
  {
    title: 'timed out',
    outcome: { status: 0, error: 'request timeout' },
    expected: 'lost',
    cause: /no answer \(request timeout\)/,
  },
  { title: 'in flight at the end', outcome: { status: null, latencyMs: null }, expected: 'lost', cause: /in flight/ },
  { title: 'refused with 410', outcome: { status: 410 }, expected: 'rejected', cause: /answered 410/ },
  { title: 'throttled with 429', outcome: { status: 429 }, expected: 'lost' },
  { title: 'effect twice', stored: true, effects: 2, expected: 'duplicated', cause: /2 times/ },
  { title: 'effect without a stored order', effects: 1, expected: 'lost', cause: /logged/ },
  {
    title: 'SNS needed three tries',
    stored: true,
    effects: 1,
    delivery: { attempts: 3 },
    expected: 'fulfilled',
    harmed: true,
  },
  {
    title: 'SNS: dead-lettered',
    delivery: { state: 'dead-lettered', attempts: 4, lastStatus: 503 },
    expected: 'deadLettered',
    cause: /4 tries, last answer 503/,
  },
  {
    title: 'SNS: given up, no queue',
    delivery: { state: 'failed', attempts: 4, lastStatus: null },
    expected: 'lost',
    cause: /no dead-letter queue/,
  },
  {
    title: 'SNS: refused',
    delivery: { state: 'failed', lastStatus: 410 },
    expected: 'rejected',
    cause: /answered 410/,
  },
  {
    title: 'SNS: dead-lettered but stored',
    stored: true,
    effects: 1,
    delivery: { state: 'dead-lettered' },
    expected: 'fulfilled',
  },
  {
    title: 'SNS: still pending',
    delivery: { state: 'pending', attempts: 2 },
    expected: 'lost',
    cause: /pending after 2/,
  },
  { title: 'SNS: delivered, not stored', delivery: { state: 'delivered' }, expected: 'lost', cause: /delivered, but/ },
];

for (const c of CASES) {
  test(`${c.title}: ${c.expected}`, (t) => {
    const one = outcome(1, c.outcome);
    const base: DeliveryRecord = { messageId: one.id, state: 'delivered', attempts: 1, lastStatus: 200 };
    const { entries, counts } = keepLedger([one], {
      available: true,
      stored: c.stored ? [one.id] : [],
      effects: c.effects ? { [one.id]: c.effects } : {},
      deliveries: c.delivery ? [{ ...base, ...c.delivery }] : [],
    });
    t.is(entries[0]?.class, c.expected);
    t.is(counts[c.expected], 1);
    if (c.cause) t.regex(entries[0]?.cause ?? '', c.cause);
    if (c.harmed !== undefined) t.is(entries[0]?.harmed, c.harmed);
  });
}

test('of several deliveries the worst one holds, with the most tries of any', (t) => {
  const one = outcome(1);
  const { entries } = keepLedger([one], {
    available: true,
    stored: [],
    effects: {},
    deliveries: [
      { messageId: one.id, state: 'delivered', attempts: 5, lastStatus: 200 },
      { messageId: one.id, state: 'dead-lettered', attempts: 4, lastStatus: 500 },
    ],
  });
  t.is(entries[0]?.class, 'deadLettered');
  t.regex(entries[0]?.cause ?? '', /5 tries/);
});

const ID = fc.integer({ min: 0, max: 40 }).map((n) => `id-${n}`);
const OUTCOMES = fc.array(
  fc.record({
    id: ID,
    path: fc.constantFrom('/order/', '/iridium/'),
    sentAtMs: fc.nat(),
    latencyMs: fc.constantFrom(null, 5),
    status: fc.constantFrom(null, 0, 200, 204, 302, 400, 410, 429, 500, 504),
    error: fc.constantFrom(null, 'reset'),
  }),
);
const SOURCES = fc.record({
  available: fc.constant(true as const),
  stored: fc.array(ID),
  effects: fc.option(fc.dictionary(ID, fc.integer({ min: 0, max: 3 })), { nil: null }),
  deliveries: fc.array(
    fc.record({
      messageId: ID,
      state: fc.constantFrom('pending' as const, 'delivered' as const, 'failed' as const, 'dead-lettered' as const),
      attempts: fc.integer({ min: 1, max: 4 }),
      lastStatus: fc.constantFrom(null, 200, 410, 429, 500),
    }),
  ),
});

test('each order ends in exactly one class, and the counts add up', (t) => {
  fc.assert(
    fc.property(OUTCOMES, SOURCES, (sent, sources) => {
      const { counts, entries } = keepLedger(sent, sources);
      const ids = new Set(sent.map((o) => o.id));
      t.is(counts.sent, ids.size);
      t.deepEqual(new Set(entries.map((e) => e.id)), ids);
      t.is(entries.length, ids.size);
      t.is(counts.fulfilled + counts.duplicated + counts.lost + counts.rejected + counts.deadLettered, counts.sent);
      for (const entry of entries) {
        t.is(entry.class === 'fulfilled', entry.cause === null);
        if (entry.class === 'fulfilled') t.true(sources.stored.includes(entry.id));
        else t.true(entry.harmed);
        if ((sources.effects?.[entry.id] ?? 0) > 1) t.is(entry.class, 'duplicated');
        if (!sources.stored.includes(entry.id)) t.not(entry.class, 'fulfilled');
      }
    }),
  );
});
