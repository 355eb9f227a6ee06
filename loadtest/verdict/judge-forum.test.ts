import test from 'ava';
import { CRITERIA, type CriterionName } from '../criteria.ts';
import { forumLoad, forumRecord, record, request, requests, stage } from '../testing/records.ts';
import { answers, at, canary, event, reading, refused } from '../testing/shifts.ts';
import type { BlueGreenStep } from './blue-green-record.ts';
import type { ForumRequest } from './forum-record.ts';
import { judge } from './judge.ts';
import type { RunRecord } from './record.ts';
import type { CriterionResult, Verdict, VerdictWord } from './verdict.ts';

const judged = (change: RunRecord): Verdict => judge(change, CRITERIA);
const criterionOf = (verdict: Verdict, name: CriterionName): CriterionResult | undefined =>
  verdict.criteria.find((c) => c.name === name);
const verdictOf = (verdict: Verdict, name: CriterionName): VerdictWord | 'excluded' =>
  criterionOf(verdict, name)?.verdict ?? 'excluded';

test('a good run of the forum passes; what only orders could say is left out by name', (t) => {
  const verdict = judged(forumRecord());
  t.is(verdict.verdict, 'PASS', verdict.reasons.join('\n'));
  t.is(verdict.ledger, null);
  t.is(verdict.scenario, 'forum');
  t.deepEqual(verdict.loads, [
    { system: 'forum', scenario: 'forum', requests: 1_000, ratePerSecond: 200, peakPerSecond: 200 },
  ]);
  t.deepEqual(verdict.versions, [{ version: 'threads/latest', answers: 1_000 }]);
  for (const name of ['lost-orders', 'latency-p95', 'host-ports-clashing', 'version-mix'] as const) {
    t.is(verdictOf(verdict, name), 'excluded', name);
  }
  t.is(verdict.criteria.length + verdict.excluded.length, CRITERIA.length);
});

test('both systems are judged in one verdict, each by its own criteria', (t) => {
  const both = { ...record(), system: 'all', forum: forumLoad(requests(1_000)) };
  const verdict = judged(both);
  t.is(verdict.verdict, 'PASS', verdict.reasons.join('\n'));
  t.is(verdict.scenario, 'orders + forum');
  t.is(verdictOf(verdict, 'lost-orders'), 'PASS');
  t.is(verdictOf(verdict, 'forum-failed-requests'), 'PASS');
  const broken = judged({ ...both, forum: forumLoad([...requests(999), request(9, { status: 503 })]) });
  t.is(broken.verdict, 'FAIL');
  t.is(verdictOf(broken, 'error-rate'), 'PASS');
  t.is(verdictOf(broken, 'forum-failed-requests'), 'FAIL');
});

interface Case {
  readonly title: string;
  readonly sent: readonly ForumRequest[];
  readonly criterion: CriterionName;
  readonly verdict: VerdictWord;
  readonly reason: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'nothing was asked',
    sent: [],
    criterion: 'forum-failed-requests',
    verdict: 'FAIL',
    reason: /forum-failed-requests: no samples/,
  },
  {
    title: 'no answer',
    sent: [...requests(999), request(7, { status: 0, version: null, error: 'connection refused' })],
    criterion: 'forum-failed-requests',
    verdict: 'FAIL',
    reason: /GET \/api\/threads no answer \(connection refused\)/,
  },
  {
    title: 'in flight at the end',
    sent: [...requests(999), request(7, { status: null, endedAtMs: null, latencyMs: null, version: null })],
    criterion: 'forum-failed-requests',
    verdict: 'FAIL',
    reason: /in flight when the load ended/,
  },
  {
    title: 'a 500 by a version',
    sent: [...requests(999), request(7, { status: 500, failedCheck: 'status' })],
    criterion: 'forum-failed-requests',
    verdict: 'FAIL',
    reason: /answered 500 by threads\/latest/,
  },
  {
    title: 'the wrong body',
    sent: [...requests(999), request(7, { failedCheck: 'id' })],
    criterion: 'forum-failed-checks',
    verdict: 'FAIL',
    reason: /answered with the wrong id by threads\/latest/,
  },
  {
    title: 'slow',
    sent: requests(1_000, { latencyMs: 1_700 }),
    criterion: 'forum-latency-p95',
    verdict: 'FAIL',
    reason: /forum-latency-p95: 1700 ms/,
  },
  {
    title: 'too few',
    sent: requests(200),
    criterion: 'forum-latency-p99',
    verdict: 'INCONCLUSIVE',
    reason: /only 200 samples/,
  },
];

for (const c of CASES) {
  test(`${c.title}: ${c.criterion} ${c.verdict}`, (t) => {
    const verdict = judged(forumRecord(c.sent));
    t.is(verdictOf(verdict, c.criterion), c.verdict);
    t.true(
      verdict.reasons.some((reason) => c.reason.test(reason)),
      verdict.reasons.join('\n'),
    );
  });
}

test('an answer that failed as a request is not counted among the failed checks again', (t) => {
  const verdict = judged(forumRecord([...requests(999), request(7, { status: 500, failedCheck: 'status' })]));
  t.is(verdictOf(verdict, 'forum-failed-checks'), 'PASS');
  t.is(criterionOf(verdict, 'forum-failed-checks')?.samples, 999);
});

test('where nothing is an ECS service there is no deployment to fail', (t) => {
  const bare = stage({ steady: { ...stage().steady!, services: [] } });
  t.is(
    verdictOf(judged(forumRecord(requests(1_000), { deployments: [], stages: [bare] })), 'failed-deployments'),
    'excluded',
  );
  t.is(verdictOf(judged(forumRecord(requests(1_000), { deployments: [] })), 'failed-deployments'), 'FAIL');
});

test('a generator that broke is named by its load where there are two', (t) => {
  const forum = forumLoad(requests(1_000));
  const broken = { ...forum, generator: { ...forum.generator, problem: 'k6 ended with exit code 107' } };
  const verdict = judged({ ...record(), forum: broken });
  t.true(verdict.reasons.includes('load generator of the forum: k6 ended with exit code 107'));
});

/** 100 answers a second of threads through a canary, with the shares that its weights ask for. */
const FITTING = answers([
  { from: 0, to: 9.5, perSecond: 100, greenEvery: 0 },
  { from: 10, to: 39.5, perSecond: 100, greenEvery: 10 },
  { from: 40, to: 75, perSecond: 100, greenEvery: 1 },
]);
const shifted = (step: Partial<BlueGreenStep>, sent = FITTING): Verdict =>
  judged(forumRecord(sent, { blueGreen: canary(step), endedAtMs: at(76) }));

test('a deployment whose answers follow its weights passes', (t) => {
  const verdict = shifted({});
  t.is(verdict.verdict, 'PASS', verdict.reasons.join('\n'));
  t.is(criterionOf(verdict, 'version-mix')?.value, 0);
  t.is(criterionOf(verdict, 'version-mix')?.samples, 2_950);
  t.is(verdictOf(verdict, 'green-before-hook'), 'PASS');
  t.is(verdictOf(verdict, 'failed-hooks'), 'PASS');
  t.is(verdictOf(verdict, 'blue-kept'), 'PASS');
  t.is(verdict.blueGreen?.guard, null);
  t.deepEqual(
    verdict.blueGreen?.weights.map((w) => w.greenPercent),
    [0, 10, 100],
  );
});

test('shares 3 points off the weight fail, 1 point off do not', (t) => {
  const off = (percent: number): Verdict => {
    const sent = FITTING.map((r, n) =>
      r.sentAtMs >= at(10) && r.sentAtMs < at(39.5)
        ? { ...r, version: n % 100 < percent ? 'threads/v2' : 'threads/latest' }
        : r,
    );
    return shifted({}, sent);
  };
  t.is(verdictOf(off(13), 'version-mix'), 'FAIL');
  t.is(verdictOf(off(11), 'version-mix'), 'PASS');
});

test('fewer than 2,000 answers in a step leave the mix undecided', (t) => {
  const thin = FITTING.filter((_, n) => n % 2 === 0);
  const verdict = shifted(
    {},
    answers([
      { from: 0, to: 9.5, perSecond: 50, greenEvery: 0 },
      { from: 10, to: 39.5, perSecond: 50, greenEvery: 10 },
      { from: 40, to: 75, perSecond: 100, greenEvery: 1 },
    ]),
  );
  t.true(thin.length > 2_000);
  t.is(verdictOf(verdict, 'version-mix'), 'INCONCLUSIVE');
  t.regex(verdict.reasons[0] ?? '', /only 1475 samples of at least 2000/);
});

test('answers without a version cannot show the mix', (t) => {
  const verdict = shifted(
    {},
    FITTING.map((r) => ({ ...r, version: null })),
  );
  t.is(verdictOf(verdict, 'version-mix'), 'FAIL');
  t.is(verdictOf(verdict, 'green-before-hook'), 'FAIL');
});

test('one answer of the new version before its hook has passed fails', (t) => {
  const early = request(1, { sentAtMs: at(9), version: 'threads/v2' });
  t.is(verdictOf(shifted({}, [...FITTING, early]), 'green-before-hook'), 'FAIL');
});

test('blue that is gone too soon fails by the seconds that it lacks', (t) => {
  const readings = [
    ...canary().readings.slice(0, -1),
    reading(55, { status: 'Succeeded', greenPercent: 100, blueTasks: 0 }),
  ];
  const verdict = shifted({ readings });
  t.is(criterionOf(verdict, 'blue-kept')?.value, 150);
  t.is(verdictOf(shifted({ blueWaitMinutes: null }), 'blue-kept'), 'excluded');
});

test('a hook that failed in a deployment fails it, by name of what took it back', (t) => {
  const { lifecycle, readings, error, rollback } = refused();
  const verdict = shifted({ status: 'Failed', lifecycle, readings, error, rollback, taskDefinitionAfter: 'threads:1' });
  t.is(verdictOf(verdict, 'failed-hooks'), 'FAIL');
  t.is(verdictOf(verdict, 'failed-deployments'), 'FAIL');
  t.is(verdictOf(verdict, 'rollback-clean'), 'PASS');
  t.is(verdictOf(verdict, 'right-guard'), 'excluded');
  t.true(verdict.reasons.some((r) => /d-NEW000001 of threads to v2 was taken back by a hook that refused it/.test(r)));
});

test('a deployment that was refused, or not followed to its end, fails and says why', (t) => {
  const verdict = shifted({
    deploymentId: null,
    status: null,
    problem: 'it was refused: InvalidInput: no',
    readings: [],
  });
  t.is(verdict.verdict, 'FAIL');
  t.true(
    verdict.reasons.some((r) => /deployment \(not begun\) of threads to v2: it was refused: InvalidInput/.test(r)),
  );
  t.is(verdictOf(verdict, 'version-mix'), 'excluded');
});

const OLD_ONLY = answers([{ from: 0, to: 20, perSecond: 100, greenEvery: 0 }]);
const drilled = (step: Partial<BlueGreenStep>, sent = OLD_ONLY): Verdict =>
  judged(forumRecord(sent, { blueGreen: refused(step), endedAtMs: at(20) }));

test('a drill that the right guard ended: FAIL names it, everything else holds', (t) => {
  const verdict = drilled({});
  t.is(verdict.verdict, 'FAIL');
  t.deepEqual(
    verdict.criteria.filter((c) => c.verdict === 'FAIL').map((c) => c.name),
    ['failed-deployments'],
  );
  t.is(verdictOf(verdict, 'right-guard'), 'PASS');
  t.is(verdictOf(verdict, 'rollback-clean'), 'PASS');
  t.is(criterionOf(verdict, 'rollback-time')?.value, 32);
  t.is(verdict.blueGreen?.guard, 'hook');
  t.is(verdict.blueGreen?.rollbackDeploymentId, 'd-BACK00001');
  t.true(verdict.reasons.some((r) => /taken back by a hook that refused it .*; 0 requests harmed$/.test(r)));
});

const BAD_DRILLS: readonly (readonly [string, Partial<BlueGreenStep>, CriterionName])[] = [
  ['the wrong guard', { expectedGuards: ['alarm'] }, 'right-guard'],
  ['no guard: it succeeded', { status: 'Succeeded', error: null }, 'right-guard'],
  ['the new revision stays', { taskDefinitionAfter: 'threads:2' }, 'rollback-clean'],
  ['never steady again', { settledAtMs: null }, 'rollback-time'],
  ['too slow', { settledAtMs: at(60) }, 'rollback-time'],
  [
    'tasks of the new version stay',
    { readings: [...refused().readings, reading(13, { status: 'Failed', greenTasks: 1 })] },
    'rollback-clean',
  ],
  [
    'it still has traffic',
    { readings: [...refused().readings, reading(13, { status: 'Failed', greenTasks: 0, greenPercent: 10 })] },
    'rollback-clean',
  ],
];

for (const [title, change, criterion] of BAD_DRILLS) {
  test(`a drill with ${title}: ${criterion} fails`, (t) => {
    t.is(verdictOf(drilled(change), criterion), 'FAIL');
  });
}

test('requests harmed by a drill are counted', (t) => {
  const harmed = request(1, { sentAtMs: at(9), status: 500, version: 'threads/broken-500' });
  const verdict = drilled({}, [...OLD_ONLY, harmed]);
  t.true(verdict.reasons.some((r) => /; 1 requests harmed$/.test(r)));
  t.is(verdictOf(verdict, 'forum-failed-requests'), 'FAIL');
  t.is(verdictOf(verdict, 'green-before-hook'), 'FAIL');
});

test('the same record gives the same verdict, also through JSON', (t) => {
  const one = forumRecord(FITTING, { blueGreen: canary(), endedAtMs: at(76) });
  t.deepEqual(judged(JSON.parse(JSON.stringify(one))), judged(one));
});

test("a drill's stop or alarm comes after its hooks: those must have succeeded", (t) => {
  const passed = event('BeforeAllowTraffic', 8, 9, { hook: 'h' });
  const stopped = { status: 'Stopped', error: { code: 'MANUAL_STOP', message: '' }, fault: 'stop' } as const;
  t.is(verdictOf(drilled({ ...stopped, lifecycle: [passed] }), 'failed-hooks'), 'PASS');
  t.is(verdictOf(drilled({}), 'failed-hooks'), 'excluded');
});
