/** The SDK's CloudWatch client: alarms. */
import * as cw from '@aws-sdk/client-cloudwatch';
import test from 'ava';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new cw.CloudWatchClient(clientConfig(plane.endpoint));

const input: cw.PutMetricAlarmCommandInput = {
  AlarmName: 'slow',
  Namespace: 'AWS/ApplicationELB',
  MetricName: 'TargetResponseTime',
  Dimensions: [{ Name: 'LoadBalancer', Value: 'app/shop/1' }],
  ExtendedStatistic: 'p99',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 0.5,
  ComparisonOperator: 'GreaterThanThreshold',
  TreatMissingData: 'notBreaching',
};

test.serial('an alarm is put, described, set, has a history, and is deleted', async (t) => {
  await client.send(new cw.PutMetricAlarmCommand(input));
  const describe = async (wanted: cw.DescribeAlarmsCommandInput) =>
    (await client.send(new cw.DescribeAlarmsCommand(wanted))).MetricAlarms ?? [];
  const [made] = await describe({ AlarmNames: ['slow'] });
  t.like(made, { ...input, StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true });
  t.deepEqual(
    (await describe({ AlarmNamePrefix: 't' })).map((one) => one.AlarmName),
    ['threads-5xx'],
  );
  for (const StateValue of ['ALARM', 'OK'] as const)
    await client.send(new cw.SetAlarmStateCommand({ AlarmName: 'slow', StateValue, StateReason: `to ${StateValue}` }));
  t.deepEqual(
    (await describe({ StateValue: 'OK' })).map((one) => one.StateReason),
    ['to OK'],
  );
  const { AlarmHistoryItems = [] } = await client.send(new cw.DescribeAlarmHistoryCommand({ AlarmName: 'slow' }));
  t.is(AlarmHistoryItems.length, 2);
  t.true(AlarmHistoryItems.every((one) => one.HistoryItemType === 'StateUpdate'));
  await client.send(new cw.DisableAlarmActionsCommand({ AlarmNames: ['slow'] }));
  t.is((await describe({ AlarmNames: ['slow'] }))[0]?.ActionsEnabled, false);
  await client.send(new cw.DeleteAlarmsCommand({ AlarmNames: ['slow'] }));
  t.deepEqual(await describe({ AlarmNames: ['slow'] }), []);
});

const put = (change: Partial<cw.PutMetricAlarmCommandInput>) => () =>
  client.send(new cw.PutMetricAlarmCommand({ ...input, ...change }));
const REFUSALS: [string, () => Promise<unknown>, RegExp][] = [
  ['metric math', put({ Metrics: [{ Id: 'a', Expression: 'm1*2' }] }), /metric math/],
  ['a period of 45 s', put({ Period: 45 }), /multiple of 60/],
  ['both statistics', put({ Statistic: 'Sum' }), /either Statistic or ExtendedStatistic/],
  ['more datapoints than periods', put({ DatapointsToAlarm: 4 }), /EvaluationPeriods/],
  ['more than a day', put({ Period: 600, EvaluationPeriods: 200 }), /86400 seconds/],
  ['a unit', put({ Unit: 'Seconds' }), /Unit/],
  [
    'the state of an alarm that is not there',
    () => client.send(new cw.SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: 'x' })),
    /none/,
  ],
  [
    'a state that is none',
    () => client.send(new cw.SetAlarmStateCommand({ AlarmName: 'slow', StateValue: 'RED' as 'OK', StateReason: 'x' })),
    /StateValue/,
  ],
];
for (const [name, run, message] of REFUSALS)
  test.serial(`CloudWatch refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { message });
  });
