/** What keys used of their plans outlives a plane that is killed; what GetUsage shows of it. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openJournalOf } from '../topics/journal.ts';
import { DAY_MS } from './decide-quota.ts';
import { apiKey, base, integration, method, usagePlan } from './testing/builders.ts';
import { behind, fixture } from './testing/fixture.ts';
import { dayOf, isSavedUsage, USAGE_KINDS, UsageBook, usageOf, useKey } from './usage.ts';

const AT = Date.UTC(2026, 2, 4, 10);
const use = (used: number, atMs = AT) => ({
  of: useKey('p', 'k'),
  use: { periodStartMs: dayOf(atMs) * DAY_MS, used, firstStartMs: 0 },
  remaining: 10 - used,
  atMs,
  counted: true,
});

function folder(t: ExecutionContext) {
  const dir = mkdtempSync(join(tmpdir(), 'cutover-usage-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'usage.jsonl');
  const warnings: string[] = [];
  const open = (resume: boolean) =>
    openJournalOf({
      file,
      resume,
      onWarn: (message) => void warnings.push(message),
      kinds: USAGE_KINDS,
      isValue: isSavedUsage,
    });
  return { file, open, warnings };
}

test('counts are there again, without a goodbye; a plane that begins anew has none', (t) => {
  const { open } = folder(t);
  const first = new UsageBook(open(false));
  first.keep(use(1));
  first.keep(use(2));
  first.keep({ ...use(0, AT + DAY_MS), counted: false });
  const second = new UsageBook(open(true));
  t.is(second.uses.get('p k')?.periodStartMs, dayOf(AT + DAY_MS) * DAY_MS, 'the later period, though it was refused');
  t.deepEqual([...(second.days('p k') ?? [])], [[dayOf(AT), [2, 8]]]);
  t.is(new UsageBook(open(false)).uses.size, 0);
});

test('what goes with its key or plan does not come back; lines that are none are told and left out', (t) => {
  const { file, open, warnings } = folder(t);
  const first = new UsageBook(open(false));
  first.keep(use(1));
  first.keep({ ...use(1), of: useKey('p', 'other') });
  first.keep({ ...use(1), of: useKey('q', 'k') });
  first.forget({ keyId: 'k' });
  appendFileSync(file, '[["use","p k",{"used":"x"}]]\n[["topic","t",{}]]\nhalf a li');
  const second = new UsageBook(open(true));
  t.deepEqual([...second.uses.keys()], ['p other']);
  t.regex(warnings[0] ?? '', /2 of \d lines cannot be read/);
});

test('90 days are kept', (t) => {
  const book = new UsageBook();
  for (let day = 0; day < 200; day++) book.keep(use(1, AT + day * DAY_MS));
  t.is(book.days('p k')?.size, 90);
});

test('each day of the span: used, and what the period had left; none after today', (t) => {
  const seen = new Map([
    [100, [3, 7] as const],
    [102, [2, 5] as const],
  ]);
  const quota = { limit: 10, offset: 0 };
  const span = { from: 99, to: 104, today: 103 };
  const rows = (period: 'DAY' | 'MONTH') =>
    usageOf(seen, { ...quota, period }, span).map(([used, left]) => [used, left]);
  t.deepEqual(rows('DAY'), [
    [0, 10],
    [3, 7],
    [0, 10],
    [2, 5],
    [0, 10],
  ]);
  t.deepEqual(rows('MONTH'), [
    [0, 10],
    [3, 7],
    [0, 7],
    [2, 5],
    [0, 5],
  ]);
  t.deepEqual(usageOf(seen, { ...quota, period: 'DAY' }, { from: 104, to: 110, today: 103 }), []);
});

test('a key that has used up its quota has, after the plane was killed', async (t) => {
  const { open } = folder(t);
  const service = await behind(t);
  const parts = {
    restMethods: [method('root', 'GET', { apiKeyRequired: true })],
    restIntegrations: [integration('root', 'GET', { uri: `http://${service.authority}/` })],
    restApiKeys: [apiKey('k', 'the-good-key')],
    restUsagePlans: [usagePlan('p', { quota: { limit: 2, period: 'MONTH', offset: 0 } })],
    restUsagePlanKeys: [{ ...base('aws_api_gateway_usage_plan_key'), planId: 'p', keyId: 'k' }],
  };
  const status = async (url: string) => (await fetch(url, { headers: { 'x-api-key': 'the-good-key' } })).status;
  const first = await fixture(t, parts, { journal: open(false) });
  t.deepEqual([await status(first.url), await status(first.url)], [200, 200]);
  const second = await fixture(t, parts, { journal: open(true) });
  t.like(second.apis.reading().usage[0], { used: 2, limit: 2 });
  t.is(await status(second.url), 429);
});
