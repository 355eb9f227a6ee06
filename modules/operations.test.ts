import test from 'ava';
import { OperationsAlarms, type OperationsAlarmsProps } from './operations-alarms.ts';
import { OperationsDashboard } from './operations-dashboard.ts';
import type { ScalableService } from './scalable-service.ts';
import { type Json, refuses, synth } from './testing/synth.ts';
import type { WatchedService } from './watched-services.ts';

const SCALABLE: ScalableService = {
  name: 'monolith',
  controller: 'ECS',
  autoscaled: true,
  desiredCount: 2,
  cpuUnits: 256,
  after: [],
};
const service = (label: string, more: Partial<WatchedService> = {}): WatchedService => ({
  label,
  clusterName: 'interstella',
  scalable: { ...SCALABLE, name: label },
  targetGroupArnSuffixes: [`targetgroup/${label}/1`],
  ...more,
});
const WATCHED = { loadBalancerArnSuffix: 'app/interstella/1', services: [service('monolith')] };
const alarms = (props: Partial<OperationsAlarmsProps> = {}): Record<string, Json> =>
  Object.fromEntries(
    synth((stack) => void new OperationsAlarms(stack, 'alarms', { namePrefix: 'interstella', ...WATCHED, ...props }))
      .all('aws_cloudwatch_metric_alarm')
      .map((alarm) => [alarm.alarm_name, alarm]),
  );

test('errors, response times, unhealthy targets and CPU are watched', (t) => {
  const made = alarms();
  t.deepEqual(Object.keys(made).sort(), [
    'interstella-balancer-5xx',
    'interstella-latency',
    'interstella-monolith-cpu',
    'interstella-monolith-unhealthy',
    'interstella-target-5xx',
  ]);
  t.like(made['interstella-target-5xx'], {
    namespace: 'AWS/ApplicationELB',
    metric_name: 'HTTPCode_Target_5XX_Count',
    statistic: 'Sum',
    threshold: 10,
    evaluation_periods: 5,
    datapoints_to_alarm: 3,
    treat_missing_data: 'notBreaching',
    dimensions: { LoadBalancer: 'app/interstella/1' },
  });
  t.like(made['interstella-latency'], {
    metric_name: 'TargetResponseTime',
    extended_statistic: 'p95',
    threshold: 1,
    comparison_operator: 'GreaterThanThreshold',
  });
  t.like(made['interstella-monolith-unhealthy'], {
    metric_name: 'UnHealthyHostCount',
    statistic: 'Maximum',
    threshold: 1,
    dimensions: { LoadBalancer: 'app/interstella/1', TargetGroup: 'targetgroup/monolith/1' },
  });
  t.like(made['interstella-monolith-cpu'], {
    namespace: 'AWS/ECS',
    threshold: 90,
    dimensions: { ClusterName: 'interstella', ServiceName: 'monolith' },
  });
  t.is(made['interstella-latency'].alarm_actions, undefined);
});

test('topics are told of the beginning and the end', (t) => {
  const topicArn = 'arn:aws:sns:us-east-1:123456789012:on-call';
  for (const alarm of Object.values(alarms({ topicArns: [topicArn] }))) {
    t.deepEqual([alarm.alarm_actions, alarm.ok_actions], [[topicArn], [topicArn]]);
  }
});

test('a blue/green service is watched in both groups; one that reserves no CPU has no alarm on it', (t) => {
  const made = alarms({
    services: [
      service('threads', { targetGroupArnSuffixes: ['targetgroup/blue/1', 'targetgroup/green/1'] }),
      service('free', { scalable: { ...SCALABLE, cpuUnits: 0 } }),
    ],
  });
  t.is(made['interstella-threads-unhealthy'].dimensions.TargetGroup, 'targetgroup/blue/1');
  t.is(made['interstella-threads-unhealthy-2'].dimensions.TargetGroup, 'targetgroup/green/1');
  t.is(made['interstella-free-cpu'], undefined);
});

test('thresholds that cannot be are refused together', (t) => {
  refuses(t, ['cpuPercent', 'latencyP95Seconds', 'serverErrorsPerMinute', 'services', 'topicArns'], (stack) => {
    new OperationsAlarms(stack, 'alarms', {
      namePrefix: 'interstella',
      ...WATCHED,
      services: [service('one'), service('one')],
      serverErrorsPerMinute: 0,
      latencyP95Seconds: 0,
      cpuPercent: 101,
      topicArns: ['on-call'],
    });
  });
});

test('the dashboard: two graphs in a row, none above another, every service in them', (t) => {
  const services = [service('monolith'), service('iridium')];
  const dashboard = synth((stack) => {
    const watched = { ...WATCHED, services };
    new OperationsDashboard(stack, 'dashboard', { name: 'interstella', region: 'us-east-1', ...watched });
  }).one('aws_cloudwatch_dashboard');
  t.is(dashboard.dashboard_name, 'interstella');
  const { widgets } = JSON.parse(dashboard.dashboard_body);
  t.is(new Set(widgets.map(({ x, y }: Json) => `${x},${y}`)).size, widgets.length);
  for (const { x, width, properties } of widgets) {
    t.true(x + width <= 24);
    t.is(properties.region, 'us-east-1');
    t.true(properties.metrics.length > 0);
  }
  const cpu = widgets.find(({ properties }: Json) => /^CPU/.test(properties.title));
  t.deepEqual(
    cpu.properties.metrics.map((line: Json[]) => line.slice(0, -1)),
    services.map(({ label }) => ['AWS/ECS', 'CPUUtilization', 'ClusterName', 'interstella', 'ServiceName', label]),
  );
  refuses(t, ['name'], (stack) => {
    new OperationsDashboard(stack, 'dashboard', { name: 'a b', region: 'us-east-1', ...WATCHED });
  });
});
