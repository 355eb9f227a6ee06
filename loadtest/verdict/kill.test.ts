import test from 'ava';
import { CRITERIA } from '../criteria.ts';
import { record } from '../testing/records.ts';
import { judge } from './judge.ts';
import type { KillRecord } from './kill-record.ts';
import { BLAST_MS, isAtTheKill } from './measure-kill.ts';

const AT_MS = 1_700_000_005_000;
const KILL: KillRecord = {
  what: 'tasks',
  victims: [{ service: 'monolith', taskArn: 'task/1', pid: 11 }],
  instanceId: null,
  killedAtMs: AT_MS,
  recoveredAtMs: AT_MS + 6_000,
  problem: null,
};
const judged = (change: Partial<KillRecord> = {}) => {
  const verdict = judge({ ...record({ clockRate: 10 }), kill: { ...KILL, ...change } }, CRITERIA);
  return { verdict, of: (name: string) => verdict.criteria.find((criterion) => criterion.name === name) };
};

test('the time to recover is in minutes of control time', (t) => {
  const { of } = judged();
  t.like(of('recovery-minutes'), { value: 1, unit: 'minutes', verdict: 'PASS' });
  t.like(of('not-recovered'), { value: 0, verdict: 'PASS' });
  t.is(judged({ recoveredAtMs: AT_MS + 61_000 }).of('recovery-minutes')?.verdict, 'FAIL');
});

test('a kill that nothing recovered from fails and says what was missing', (t) => {
  const { verdict, of } = judged({ recoveredAtMs: null, problem: 'monolith: 1 of 2 tasks run' });
  t.is(of('not-recovered')?.verdict, 'FAIL');
  t.true(verdict.reasons.includes('kill tasks: monolith: 1 of 2 tasks run'));
  t.is(judged({ killedAtMs: null, recoveredAtMs: null, problem: 'one instance only' }).verdict.verdict, 'FAIL');
});

test('at the kill: what was on its way, or sent before anybody can have seen it', (t) => {
  const at = (sentAtMs: number, latencyMs: number | null) => isAtTheKill(KILL, { sentAtMs, latencyMs });
  t.true(at(AT_MS - 50, 60));
  t.true(at(AT_MS - 50, null));
  t.false(at(AT_MS - 50, 40));
  t.true(at(AT_MS + BLAST_MS, 5));
  t.false(at(AT_MS + BLAST_MS + 1, 5));
  t.false(isAtTheKill({ killedAtMs: null }, { sentAtMs: AT_MS, latencyMs: 5 }));
});

test('without a kill its criteria are left out', (t) => {
  const { excluded } = judge(record(), CRITERIA);
  t.true(excluded.some(({ name, reason }) => name === 'recovery-minutes' && reason === 'nothing was killed'));
});
