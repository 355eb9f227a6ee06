import test from 'ava';
import { CRITERIA, type CriterionName } from '../criteria.ts';
import { deployment, outcomes, type RecordChange, record, START_MS } from '../testing/records.ts';
import { judge } from './judge.ts';
import type { LedgerSources } from './record.ts';
import type { Verdict, VerdictWord } from './verdict.ts';

const judged = (change: RecordChange = {}): Verdict => judge(record(change), CRITERIA);
const verdictOf = (verdict: Verdict, name: CriterionName): VerdictWord | undefined =>
  verdict.criteria.find((c) => c.name === name)?.verdict;

const ids = outcomes(1_000).map((o) => o.id);
const once = Object.fromEntries(ids.map((id) => [id, 1]));
const source = (change: object): LedgerSources => ({
  available: true,
  stored: ids,
  effects: once,
  deliveries: [],
  ...change,
});

test('a failed deployment is named with its reason and the orders harmed while it lasted', (t) => {
  const broken = deployment({
    id: 'ecs-svc/2',
    taskDefinition: 'monolith:2',
    rolloutState: 'FAILED',
    failedTasks: 3,
    reason: 'ECS deployment circuit breaker: tasks failed to start.',
    firstSeenMs: START_MS + 80,
    lastSeenMs: START_MS + 400,
  });
  const retried = (n: number): object => ({ messageId: `id-${n}`, state: 'delivered', attempts: 2, lastStatus: 200 });
  const verdict = judged({
    scenario: 'publish',
    deployments: [deployment(), broken],
    drill: {
      service: 'monolith',
      tag: 'broken-crash',
      startedAtMs: START_MS,
      settledAtMs: START_MS + 500,
      taskDefinitionBefore: 'monolith:1',
      taskDefinitionAfter: 'monolith:1',
    },
    ledger: source({ deliveries: [retried(2), retried(20), retried(30)] }),
  });
  t.is(verdict.verdict, 'FAIL');
  t.is(verdict.ledger?.lost, 0);
  t.is(verdictOf(verdict, 'failed-deployments'), 'FAIL');
  t.is(verdictOf(verdict, 'rollback-clean'), 'PASS');
  t.is(verdict.harmed.count, 3);
  const reason = verdict.reasons.find((r) => r.includes('ecs-svc/2')) ?? '';
  t.regex(reason, /of monolith to monolith:2 failed after 3 failed tasks \(ECS deployment circuit breaker/);
  t.regex(reason, /2 orders harmed: id-20, id-30/);
});

test('a drill without a clean roll-back fails, and so does one that nothing took back', (t) => {
  const drill = {
    service: 'monolith',
    tag: 'broken-500',
    startedAtMs: START_MS,
    settledAtMs: null,
    taskDefinitionBefore: 'monolith:1',
    taskDefinitionAfter: 'monolith:2',
  };
  const verdict = judged({ drill });
  t.is(verdictOf(verdict, 'rollback-clean'), 'FAIL');
  t.true(verdict.reasons.some((reason) => /was to be rolled back, but no deployment failed/.test(reason)));
});
