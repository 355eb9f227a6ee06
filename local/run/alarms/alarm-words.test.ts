/** Texts as CloudWatch writes them: the forms are those of published alarm notifications. */
import test from 'ava';
import { javaDouble, messageOf, reasonOf, subjectOf } from './alarm-words.ts';
import { alarmOf } from './testing/alarms.ts';

const at = (minute: number, value: number) => ({ startMs: Date.UTC(2022, 7, 1, 15, minute), value });
const rule = (change: Parameters<typeof alarmOf>[0] = {}) => alarmOf({ evaluationPeriods: 1, threshold: 1, ...change });

test('a datapoint that breaches', (t) => {
  t.is(
    reasonOf(
      { state: 'ALARM', deciding: [at(5, 1)], filled: 0 },
      rule({ comparison: 'GreaterThanOrEqualToThreshold' }),
    ),
    'Threshold Crossed: 1 out of the last 1 datapoints [1.0 (01/08/22 15:05:00)] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
  );
});

test('several, newest first', (t) => {
  t.is(
    reasonOf(
      { state: 'ALARM', deciding: [at(7, 80.1), at(6, 74), at(5, 61.25)], filled: 0 },
      rule({ evaluationPeriods: 3, datapointsToAlarm: 3, threshold: 50, comparison: 'GreaterThanThreshold' }),
    ),
    'Threshold Crossed: 3 out of the last 3 datapoints [80.1 (01/08/22 15:07:00), 74.0 (01/08/22 15:06:00), 61.25 (01/08/22 15:05:00)] were greater than the threshold (50.0) (minimum 3 datapoints for OK -> ALARM transition).',
  );
});

test('back to OK: as many as make an alarm impossible', (t) => {
  t.is(
    reasonOf(
      { state: 'OK', deciding: [at(6, 0), at(5, 0.5)], filled: 0 },
      rule({ evaluationPeriods: 3, datapointsToAlarm: 2, comparison: 'GreaterThanThreshold', threshold: 0.1 }),
    ),
    'Threshold Crossed: 2 out of the last 3 datapoints [0.0 (01/08/22 15:06:00), 0.5 (01/08/22 15:05:00)] were not greater than the threshold (0.1) (minimum 2 datapoints for ALARM -> OK transition).',
  );
});

test('some missing, all missing, too few', (t) => {
  t.is(
    reasonOf(
      { state: 'ALARM', deciding: [at(15, 613)], filled: 19 },
      rule({ evaluationPeriods: 20, comparison: 'GreaterThanOrEqualToThreshold', treatMissingData: 'notBreaching' }),
    ),
    'Threshold Crossed: 1 out of the last 20 datapoints [613.0 (01/08/22 15:15:00)] was greater than or equal to the threshold (1.0) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition).',
  );
  t.is(
    reasonOf(
      { state: 'ALARM', deciding: [], filled: 2 },
      rule({ evaluationPeriods: 2, treatMissingData: 'breaching' }),
    ),
    'Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].',
  );
  t.is(
    reasonOf({ state: 'OK', deciding: [], filled: 1 }, rule({ treatMissingData: 'notBreaching' })),
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
  );
  t.is(
    reasonOf({ state: 'INSUFFICIENT_DATA', deciding: [], filled: 1 }, rule()),
    'Insufficient Data: 1 datapoint was unknown.',
  );
  t.is(
    reasonOf({ state: 'INSUFFICIENT_DATA', deciding: [], filled: 3 }, rule({ evaluationPeriods: 3 })),
    'Insufficient Data: 3 datapoints were unknown.',
  );
});

test('numbers as Java writes them', (t) => {
  t.deepEqual([0, 5, -2, 0.19726775956284198, 61.2, 1e7, 12_345_678.9, 0.0005, 9_999_999].map(javaDouble), [
    '0.0',
    '5.0',
    '-2.0',
    '0.19726775956284198',
    '61.2',
    '1.0E7',
    '1.23456789E7',
    '5.0E-4',
    '9999999.0',
  ]);
});

test('the message that subscribers get, and its subject', (t) => {
  const change = {
    alarm: alarmOf({
      statistic: 'p99',
      dimensions: { LoadBalancer: 'app/x/1' },
      alarmActions: ['arn:aws:sns:us-east-1:0:t'],
    }),
    from: 'OK',
    to: 'ALARM',
    reason: 'Threshold Crossed: …',
    atMs: Date.UTC(2022, 7, 1, 15, 5),
    configuredAtMs: Date.UTC(2022, 7, 1),
    region: 'us-east-1',
    accountId: '000000000000',
  } as const;
  t.is(subjectOf(change), 'ALARM: "errors" in US East (N. Virginia)');
  t.is(subjectOf({ ...change, alarm: alarmOf({ name: `é${'x'.repeat(200)}` }) }).length, 100);
  const message = JSON.parse(messageOf(change)) as Record<string, unknown>;
  t.like(message, {
    AlarmName: 'errors',
    AWSAccountId: '000000000000',
    NewStateValue: 'ALARM',
    OldStateValue: 'OK',
    StateChangeTime: '2022-08-01T15:05:00.000+0000',
    Region: 'US East (N. Virginia)',
    AlarmActions: ['arn:aws:sns:us-east-1:0:t'],
  });
  t.like(message['Trigger'] as object, {
    StatisticType: 'ExtendedStatistic',
    ExtendedStatistic: 'p99',
    Dimensions: [{ value: 'app/x/1', name: 'LoadBalancer' }],
    Period: 60,
  });
});
