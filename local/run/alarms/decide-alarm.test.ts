import test from 'ava';
import fc from 'fast-check';
import { type AlarmRule, type Datapoint, decideAlarm, evaluationRange, isBreaching } from './decide-alarm.ts';

const RULE: AlarmRule = {
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  treatMissingData: 'missing',
  namespace: 'AWS/ApplicationELB',
};
/** As AWS's page writes them: 0 within the threshold, X breaching, - missing; the newest on the right. */
const rangeOf = (text: string): (Datapoint | null)[] =>
  text.split(' ').map((sign, at) => (sign === '-' ? null : { startMs: at * 60_000, value: sign === 'X' ? 5 : 0 }));

type Expected = readonly [string, number, string, string, string, string];
const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

function holds(title: string, rule: Partial<AlarmRule>, rows: readonly Expected[]): void {
  for (const [points, filled, ...states] of rows)
    for (const [at, treatMissingData] of TREATMENTS.entries())
      test(`${title}: ${points}, ${treatMissingData}: ${states[at]}`, (t) => {
        const decision = decideAlarm(rangeOf(points), { ...RULE, ...rule, treatMissingData });
        t.is(decision.state ?? 'RETAIN', states[at] as never);
        t.is(decision.filled, filled);
      });
}

/** The page's first table: datapoints to alarm and evaluation periods are both 3. */
holds('3 of 3', {}, [
  ['0 - X - X', 0, 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 2, 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 3, 'INSUFFICIENT_DATA', 'RETAIN', 'ALARM', 'OK'],
  ['0 X X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 2, 'ALARM', 'RETAIN', 'ALARM', 'OK'],
]);
/** Its second table: 2 of 3. */
holds('2 of 3', { datapointsToAlarm: 2 }, [
  ['0 - X - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 1, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 2, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 2, 'ALARM', 'RETAIN', 'ALARM', 'OK'],
]);
/** Its section on premature transitions, and the rows that older editions of the page had. */
holds('3 of 3, not too early', {}, [
  ['- - - - X', 2, 'INSUFFICIENT_DATA', 'RETAIN', 'ALARM', 'OK'],
  ['- - - X -', 2, 'INSUFFICIENT_DATA', 'RETAIN', 'ALARM', 'OK'],
  ['- - - X 0', 1, 'OK', 'OK', 'OK', 'OK'],
  ['- - X - 0', 1, 'OK', 'OK', 'OK', 'OK'],
  ['X - - - -', 2, 'ALARM', 'RETAIN', 'ALARM', 'OK'],
]);
/** Worked by hand. */
holds('1 of 1', { evaluationPeriods: 1, datapointsToAlarm: 1 }, [
  ['- - X', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['X - -', 0, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['X 0 -', 0, 'OK', 'OK', 'OK', 'OK'],
  ['- - -', 1, 'INSUFFICIENT_DATA', 'RETAIN', 'ALARM', 'OK'],
]);
holds('2 of 3, two real ones breach', { datapointsToAlarm: 2 }, [['- - X - X', 1, 'ALARM', 'ALARM', 'ALARM', 'ALARM']]);

test('DynamoDB’s metrics: missing data is ignored, whatever is set', (t) => {
  const rule: AlarmRule = { ...RULE, namespace: 'AWS/DynamoDB', treatMissingData: 'breaching' };
  t.is(decideAlarm(rangeOf('- - - - -'), rule).state, null);
});

test('comparisons at, above and below the threshold', (t) => {
  const table = {
    GreaterThanOrEqualToThreshold: [false, true, true],
    GreaterThanThreshold: [false, false, true],
    LessThanThreshold: [true, false, false],
    LessThanOrEqualToThreshold: [true, true, false],
  } as const;
  for (const [comparison, expected] of Object.entries(table))
    t.deepEqual(
      [0.9, 1, 1.1].map((value) =>
        isBreaching(value, { comparison: comparison as AlarmRule['comparison'], threshold: 1 }),
      ),
      [...expected],
    );
});

const rules = fc.integer({ min: 1, max: 10 }).chain((evaluationPeriods) =>
  fc.record({
    ...Object.fromEntries(Object.entries(RULE).map(([key, value]) => [key, fc.constant(value)])),
    evaluationPeriods: fc.constant(evaluationPeriods),
    datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
    treatMissingData: fc.constantFrom(...TREATMENTS),
  }),
) as fc.Arbitrary<AlarmRule>;
const cases = rules.chain((rule) =>
  fc.tuple(
    fc.constant(rule),
    fc.array(fc.constantFrom('0', 'X', '-'), { minLength: evaluationRange(rule), maxLength: evaluationRange(rule) }),
  ),
);

test('with no gap only the newest periods count, and how gaps are treated does not', (t) => {
  fc.assert(
    fc.property(cases, ([rule, signs]) => {
      const whole = signs.map((sign) => (sign === '-' ? '0' : sign)).join(' ');
      const newest = whole.split(' ').slice(-rule.evaluationPeriods);
      const expected = newest.filter((sign) => sign === 'X').length >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
      return decideAlarm(rangeOf(whole), rule).state === expected;
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

test('an alarm needs a breaching datapoint, unless missing ones breach; OK with none at all only where they do not', (t) => {
  fc.assert(
    fc.property(cases, ([rule, signs]) => {
      const { state, deciding } = decideAlarm(rangeOf(signs.join(' ')), rule);
      const seen = new Set(signs);
      if (state === 'ALARM' && !seen.has('X')) return rule.treatMissingData === 'breaching' && deciding.length === 0;
      if (state === 'OK' && !seen.has('0') && !seen.has('X')) return rule.treatMissingData === 'notBreaching';
      if (state === 'INSUFFICIENT_DATA') return rule.treatMissingData === 'missing' && !seen.has('0');
      return state !== null || rule.treatMissingData === 'ignore';
    }),
    { numRuns: 5000 },
  );
  t.pass();
});
