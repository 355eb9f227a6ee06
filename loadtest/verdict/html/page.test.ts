import test from 'ava';
import fc from 'fast-check';
import { codePoint } from '../../../services/kit/src/testing/code-point.ts';
import { CRITERIA } from '../../criteria.ts';
import { deployment, outcome, outcomes, record } from '../../testing/records.ts';
import { judge } from '../judge.ts';
import { renderSummary } from '../terminal.ts';
import { escapeHtml } from './escape.ts';
import { renderHtml } from './page.ts';

const ATTACK = `"><script>alert(1)</script><img src=x onerror='x'>&\u001b[2J`;

const hostile = record({
  system: ATTACK,
  target: ATTACK,
  outcomes: [...outcomes(50, { path: ATTACK }), outcome(60, { id: ATTACK, status: 500, error: ATTACK })],
  deployments: [deployment({ service: ATTACK, reason: ATTACK, rolloutState: 'FAILED', taskDefinition: ATTACK })],
  samples: [{ atMs: record().startedAtMs, running: { [ATTACK]: 2 }, generatorCores: null }],
  events: [{ atMs: record().startedAtMs, subject: ATTACK, code: 'DEPLOYMENT_FAILED', message: ATTACK, level: 'error' }],
  fidelity: [{ subject: ATTACK, kind: ATTACK, reason: ATTACK }],
});

test('no value of the record becomes markup', (t) => {
  const page = renderHtml(hostile, judge(hostile, CRITERIA));
  t.false(/<script|<img/i.test(page));
  t.false(page.includes('\u001b'));
  t.true(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
});

test('the page needs nothing from elsewhere', (t) => {
  const page = renderHtml(record(), judge(record(), CRITERIA));
  t.false(/(?:src|href)=|url\(|@import|https?:\/\//i.test(page));
  t.true(page.startsWith('<!doctype html>'));
  t.true(page.includes('prefers-color-scheme: dark'));
  t.is(page.match(/<svg /g)?.length, 3);
  t.false(/NaN|undefined|\[object/.test(page));
});

test('a run without orders or samples still gives a page', (t) => {
  const empty = record({ outcomes: [], samples: [], stages: [], deployments: [] });
  t.false(/NaN|undefined|Infinity/.test(renderHtml(empty, judge(empty, CRITERIA))));
});

test('every table has a caption and heads, and what scrolls is reached by the keyboard', (t) => {
  const page = renderHtml(hostile, judge(hostile, CRITERIA));
  const count = (part: RegExp): number => page.match(part)?.length ?? 0;
  t.true(count(/<table>/g) > 3);
  t.is(count(/<table><caption/g), count(/<table>/g));
  t.is(count(/<thead>/g), count(/<table>/g));
  t.is(count(/<th scope="col"/g), count(/<th\b/g));
  t.is(count(/<th[^>]*><\/th>/g), 0);
  t.is(count(/class="scroll"[^>]* tabindex="0"/g), count(/class="scroll"/g));
});

test('whatever is escaped holds no character that means something', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), (text) => {
      const escaped = escapeHtml(text);
      t.false(/[<>"']/.test(escaped));
      t.false(/&(?!(?:amp|lt|gt|quot|#39);)/.test(escaped));
    }),
  );
});

test('the terminal summary tells ports, criteria, ledger and verdict, and lets no value steer the terminal', (t) => {
  const good = record();
  const text = renderSummary(good, judge(good, CRITERIA), { color: false });
  for (const part of [
    '40001 40002',
    'lost-orders',
    '1000 sent, 1000 fulfilled once',
    'PASS  logistics',
    'Clock rate 10',
  ]) {
    t.true(text.includes(part), part);
  }
  t.false(text.includes('\u001b'));
  t.false(renderSummary(hostile, judge(hostile, CRITERIA), { color: false }).includes('\u001b'));
  t.true(renderSummary(good, judge(good, CRITERIA), { color: true }).includes('\u001b[32m'));
});
