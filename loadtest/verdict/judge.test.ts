import test from 'ava';
import { CRITERIA, type CriterionName } from '../criteria.ts';
import {
  deployment,
  orderLoad,
  outcome,
  outcomes,
  type RecordChange,
  record,
  snapshot,
  stage,
  task,
} from '../testing/records.ts';
import { judge } from './judge.ts';
import type { LedgerSources } from './record.ts';
import type { Verdict, VerdictWord } from './verdict.ts';

const judged = (change: RecordChange = {}): Verdict => judge(record(change), CRITERIA);
const verdictOf = (verdict: Verdict, name: CriterionName): VerdictWord | undefined =>
  verdict.criteria.find((c) => c.name === name)?.verdict;

test('a good run passes, with no reason to tell', (t) => {
  const verdict = judged();
  t.is(verdict.verdict, 'PASS');
  t.deepEqual(verdict.reasons, []);
  t.deepEqual(verdict.ledger, { sent: 1_000, fulfilled: 1_000, duplicated: 0, lost: 0, rejected: 0, deadLettered: 0 });
  t.deepEqual(verdict.ports, [{ service: 'monolith', instanceId: 'i-0000000000000000a', hostPorts: [40_001, 40_002] }]);
  t.deepEqual(verdict.stages, [
    { name: 'monolith', startedAt: '2026-01-01T00:00:00.000Z', steadyAt: '2026-01-01T00:00:01.000Z' },
  ]);
});

test('the same record gives the same verdict, also through JSON', (t) => {
  const one = record();
  t.deepEqual(judge(JSON.parse(JSON.stringify(one)), CRITERIA), judge(one, CRITERIA));
});

const sent = outcomes(1_000);
const ids = sent.map((o) => o.id);
const once = Object.fromEntries(ids.map((id) => [id, 1]));
const source = (change: object): LedgerSources => ({
  available: true,
  stored: ids,
  effects: once,
  deliveries: [],
  ...change,
});

interface Case {
  readonly title: string;
  readonly change: RecordChange;
  readonly verdict: VerdictWord;
  readonly criterion?: CriterionName;
  readonly reason: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'a lost order',
    change: { ledger: source({ stored: ids.slice(1) }) },
    verdict: 'FAIL',
    criterion: 'lost-orders',
    reason: /id-0 \(lost/,
  },
  {
    title: 'a duplicated order',
    change: { ledger: source({ effects: { ...once, 'id-7': 2 } }) },
    verdict: 'FAIL',
    criterion: 'duplicated-orders',
    reason: /id-7 \(duplicated: fulfilled 2 times/,
  },
  {
    title: 'a rejected order',
    change: { outcomes: [...sent, outcome(5_000, { status: 410 })], ledger: source({}) },
    verdict: 'FAIL',
    criterion: 'rejected-orders',
    reason: /rejected-orders/,
  },
  {
    title: 'one 5xx',
    change: { outcomes: [...sent.slice(1), outcome(0, { status: 502 })] },
    verdict: 'FAIL',
    criterion: 'server-errors',
    reason: /server-errors: 1/,
  },
  {
    title: 'no answer at all',
    change: { outcomes: [...sent.slice(1), outcome(0, { status: 0, latencyMs: 20_000 })] },
    verdict: 'FAIL',
    criterion: 'error-rate',
    reason: /error-rate/,
  },
  {
    title: 'slow',
    change: { outcomes: outcomes(1_000, { latencyMs: 1_500 }) },
    verdict: 'FAIL',
    criterion: 'latency-p95',
    reason: /latency-p95: 1500 ms/,
  },
  {
    title: 'nothing sent',
    change: { outcomes: [] },
    verdict: 'FAIL',
    criterion: 'lost-orders',
    reason: /lost-orders: no samples/,
  },
  {
    title: 'too few latencies',
    change: { outcomes: outcomes(200) },
    verdict: 'INCONCLUSIVE',
    criterion: 'latency-p99',
    reason: /only 200 samples of at least 500/,
  },
  {
    title: 'dropped iterations',
    change: { generator: { ...orderLoad().generator, droppedIterations: 50 } },
    verdict: 'INCONCLUSIVE',
    criterion: 'dropped-iterations',
    reason: /dropped-iterations/,
  },
  {
    title: 'the generator had no CPU left',
    change: { samples: record().samples.map((s) => ({ ...s, generatorCores: 1.9 })) },
    verdict: 'INCONCLUSIVE',
    criterion: 'generator-cpu',
    reason: /generator-cpu: 95 percent/,
  },
  {
    title: 'the generator was not measured',
    change: { samples: [] },
    verdict: 'FAIL',
    criterion: 'generator-cpu',
    reason: /generator-cpu: no samples/,
  },
  {
    title: 'a stage that is not steady',
    change: {
      stages: [
        stage(),
        stage({
          name: 'strangler',
          steadyAtMs: null,
          problem: 'not steady after 180 s: iridium',
          steady: null,
          leaving: null,
        }),
      ],
    },
    verdict: 'FAIL',
    criterion: 'steady-stages',
    reason: /stage strangler: not steady/,
  },
  {
    title: 'one task an instance',
    change: { stages: [stage({ steady: snapshot([task(1)], 1), leaving: snapshot([task(1)], 9) })] },
    verdict: 'FAIL',
    criterion: 'tasks-sharing-an-instance',
    reason: /tasks-sharing-an-instance: 1/,
  },
  {
    title: 'fixed ports only',
    change: { stages: [stage({ steady: snapshot([task(1, { hostPort: 5_000 })], 1), leaving: null })] },
    verdict: 'FAIL',
    criterion: 'host-ports-clashing',
    reason: /host-ports-clashing: no samples/,
  },
  {
    title: 'an idle port',
    change: { stages: [stage({ leaving: snapshot([task(1), task(2)], 1) })] },
    verdict: 'FAIL',
    criterion: 'host-ports-without-traffic',
    reason: /host-ports-without-traffic: 2/,
  },
  {
    title: 'k6 broke',
    change: { generator: { ...orderLoad().generator, problem: 'k6 ended with exit code 107' } },
    verdict: 'FAIL',
    reason: /exit code 107/,
  },
  {
    title: 'the load ended early',
    change: { interrupted: true },
    verdict: 'INCONCLUSIVE',
    reason: /load ended before/,
  },
  {
    title: 'fulfilments without a log line',
    change: { ledger: source({ effects: Object.fromEntries(Object.entries(once).slice(5)) }) },
    verdict: 'INCONCLUSIVE',
    reason: /lack 5 fulfilments/,
  },
];

for (const c of CASES) {
  test(`${c.title}: ${c.verdict}`, (t) => {
    const verdict = judged(c.change);
    t.is(verdict.verdict, c.verdict, verdict.reasons.join('\n'));
    if (c.criterion) t.is(verdictOf(verdict, c.criterion), c.verdict);
    t.true(
      verdict.reasons.some((reason) => c.reason.test(reason)),
      verdict.reasons.join('\n'),
    );
  });
}

test('FAIL goes over INCONCLUSIVE', (t) => {
  const verdict = judged({ interrupted: true, ledger: source({ stored: ids.slice(1) }) });
  t.is(verdict.verdict, 'FAIL');
  t.true(verdict.reasons.includes('the load ended before the stages did'));
});

test('a value past its bound fails even with too few samples', (t) => {
  t.is(verdictOf(judged({ outcomes: outcomes(200, { latencyMs: 9_000 }) }), 'latency-p99'), 'FAIL');
});

test('what a run at a URL cannot know is left out by name, not passed', (t) => {
  const verdict = judged({ stages: [], deployments: [], ledger: { available: false, reason: 'no table there' } });
  t.is(verdict.verdict, 'PASS');
  t.is(verdict.ledger, null);
  const excluded = new Map(verdict.excluded.map((e) => [e.name, e.reason]));
  t.is(excluded.get('lost-orders'), 'no table there');
  t.true(excluded.has('steady-stages'));
  t.is(verdict.criteria.length + verdict.excluded.length, CRITERIA.length);
});

test('an approximated rule at its edge makes a pass inconclusive', (t) => {
  const tasks = [task(1, { hostPort: 61_234 }), task(2)];
  const unknown = { instances: [{ id: 'i-0000000000000000a', zone: 'a', portRange: null }] };
  const ports = judged({
    stages: [stage({ steady: snapshot(tasks, 1, unknown), leaving: snapshot(tasks, 9, unknown) })],
  });
  t.is(ports.verdict, 'INCONCLUSIVE');
  t.regex(ports.reasons[0] ?? '', /approximated rule at its edge/);
  const breaker = judged({ deployments: [deployment({ desiredCount: 9, failedTasks: 4 })] });
  t.is(breaker.verdict, 'INCONCLUSIVE');
  t.is(judged({ deployments: [deployment({ desiredCount: 9, failedTasks: 0 })] }).verdict, 'PASS');
});
