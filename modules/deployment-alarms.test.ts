import test from 'ava';
import { type BalancerAlarm, checkAlarms, type DeploymentAlarm, useAlarms } from './deployment-alarms.ts';
import { PropCheck } from './prop-check.ts';
import { refuses, type Synthesized, synth } from './testing/synth.ts';

const ALARM: BalancerAlarm = { name: 'errors', metricName: 'HTTPCode_Target_5XX_Count', threshold: 5 };
const PAIR = {
  loadBalancerArnSuffix: 'app/forum/1',
  targetGroups: [
    { name: 'threads-tg', arnSuffix: 'targetgroup/threads-tg/1' },
    { name: 'threads-tg-2', arnSuffix: 'targetgroup/threads-tg-2/2' },
  ],
};
const used = (alarms: DeploymentAlarm[]): { out: Synthesized; names: string[] } => {
  let names: string[] = [];
  const out = synth((stack) => {
    const check = new PropCheck(stack, 'c');
    checkAlarms(check, alarms);
    check.done();
    names = useAlarms(stack, alarms, PAIR);
  });
  return { out, names };
};
const refusedFor = (alarms: unknown) => (stack: Parameters<Parameters<typeof synth>[0]>[0]) => {
  const check = new PropCheck(stack, 'c');
  checkAlarms(check, alarms as DeploymentAlarm[]);
  check.done();
};

test('an alarm on target groups watches both, since either may be green', (t) => {
  const { out, names } = used([ALARM]);
  t.is(names.length, 2);
  t.deepEqual(
    out
      .all('aws_cloudwatch_metric_alarm')
      .map((alarm) => [alarm.alarm_name, alarm.dimensions])
      .sort(),
    [
      ['errors-threads-tg', { LoadBalancer: 'app/forum/1', TargetGroup: 'targetgroup/threads-tg/1' }],
      ['errors-threads-tg-2', { LoadBalancer: 'app/forum/1', TargetGroup: 'targetgroup/threads-tg-2/2' }],
    ],
  );
  t.like(out.all('aws_cloudwatch_metric_alarm')[0], {
    namespace: 'AWS/ApplicationELB',
    metric_name: 'HTTPCode_Target_5XX_Count',
    statistic: 'Sum',
    comparison_operator: 'GreaterThanOrEqualToThreshold',
    threshold: 5,
    period: 60,
    evaluation_periods: 1,
    datapoints_to_alarm: 1,
    treat_missing_data: 'notBreaching',
  });
});

test('an alarm on the load balancer, a percentile, M of N', (t) => {
  const { out } = used([
    {
      ...ALARM,
      on: 'load-balancer',
      metricName: 'TargetResponseTime',
      statistic: 'p99',
      threshold: 0.5,
      comparison: 'GreaterThanThreshold',
      periodSeconds: 120,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      missingData: 'ignore',
    },
  ]);
  const alarm = out.one('aws_cloudwatch_metric_alarm');
  t.like(alarm, {
    alarm_name: 'errors',
    dimensions: { LoadBalancer: 'app/forum/1' },
    extended_statistic: 'p99',
    threshold: 0.5,
    comparison_operator: 'GreaterThanThreshold',
    period: 120,
    evaluation_periods: 3,
    datapoints_to_alarm: 2,
    treat_missing_data: 'ignore',
  });
  t.is(alarm.statistic, undefined);
});

test('alarms that exist are named, not made', (t) => {
  const { out, names } = used([{ existing: 'theirs' }]);
  t.deepEqual(names, ['theirs']);
  t.deepEqual(out.all('aws_cloudwatch_metric_alarm'), []);
});

test('ten alarms, counting two for each on target groups', (t) => {
  const several = (count: number): BalancerAlarm[] =>
    Array.from({ length: count }, (_, index) => ({ ...ALARM, name: `alarm-${index}` }));
  t.is(used(several(5)).names.length, 10);
  refuses(t, ['alarms'], refusedFor([...several(5), { existing: 'one more' }]));
});

test('what CloudWatch refuses is refused', (t) => {
  refuses(
    t,
    [
      'alarms[0].comparison',
      'alarms[0].datapointsToAlarm',
      'alarms[0].metricName',
      'alarms[0].missingData',
      'alarms[0].name',
      'alarms[0].on',
      'alarms[0].periodSeconds',
      'alarms[0].statistic',
      'alarms[0].threshold',
      'alarms[1].existing',
    ],
    refusedFor([
      {
        name: '',
        on: 'green',
        metricName: 'HTTP 5XX',
        statistic: 'p101',
        threshold: Number.NaN,
        comparison: '>',
        periodSeconds: 90,
        evaluationPeriods: 2,
        datapointsToAlarm: 3,
        missingData: 'maybe',
      },
      { existing: ' ' },
    ]),
  );
});

test('two alarms of one name are refused', (t) => {
  refuses(t, ['alarms'], refusedFor([ALARM, ALARM]));
});
