/**
 * The same metric in control time at clock rates 1 and 30: the same decisions in the same order, on real planes. What
 * the pure deciders do at any rate is in local/run/autoscaler/autoscaler.test.ts.
 */
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ecs from '@aws-sdk/client-ecs';
import test from 'ava';
import type { Status } from '../status.ts';
import { allSteady, TestPlane } from './cutover.ts';

const SERVICE = 'interstella-monolith';
const target = {
  ServiceNamespace: 'ecs',
  ResourceId: `service/interstella/${SERVICE}`,
  ScalableDimension: 'ecs:service:DesiredCount',
};
/** What the metric reads until the service is at that count: the second step, the way back, the first step, back. */
const SCRIPT = [
  { value: 170, until: 6 },
  { value: 20, until: 4 },
  { value: 120, until: 5 },
  { value: 20, until: 4 },
] as const;
const PERIOD_SECONDS = 10;
const FEED_WALL_MS = 100;

interface Activity {
  readonly Cause: string;
  readonly Description: string;
}

/** Application Auto Scaling, in the protocol of its clients. */
async function scaling<T>(endpoint: string, operation: string, input: object): Promise<T> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AnyScaleFrontendService.${operation}` },
    body: JSON.stringify(input),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${body}`);
  return JSON.parse(body) as T;
}

/**
 * Puts a step policy each way, on an alarm of 1 period of 10 s each. Exact counts, and the highest value of a period: a
 * period that the script's next value begins within decides nothing else, however slow the machine is.
 */
async function putPolicies(endpoint: string, metrics: cloudwatch.CloudWatchClient): Promise<void> {
  const put = async (PolicyName: string, StepAdjustments: object[]): Promise<string> => {
    const StepScalingPolicyConfiguration = { AdjustmentType: 'ExactCapacity', Cooldown: 10, StepAdjustments };
    const input = { ...target, PolicyName, StepScalingPolicyConfiguration };
    return (await scaling<{ PolicyARN: string }>(endpoint, 'PutScalingPolicy', input)).PolicyARN;
  };
  const alarm = (AlarmName: string, ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold', arn: string) =>
    metrics.send(
      new cloudwatch.PutMetricAlarmCommand({
        ...{ AlarmName, ComparisonOperator, Namespace: 'Shop', MetricName: 'Backlog', Statistic: 'Maximum' },
        ...{ Period: PERIOD_SECONDS, EvaluationPeriods: 1, Threshold: 100, AlarmActions: [arn] },
      }),
    );
  const more = await put('more', [
    { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 50, ScalingAdjustment: 5 },
    { MetricIntervalLowerBound: 50, ScalingAdjustment: 6 },
  ]);
  await alarm('too-much', 'GreaterThanThreshold', more);
  await alarm(
    'too-little',
    'LessThanThreshold',
    await put('less', [{ MetricIntervalUpperBound: 0, ScalingAdjustment: 4 }]),
  );
}

const desiredOf = ({ services }: Status): number | undefined =>
  services.find(({ name }) => name === SERVICE)?.desiredCount;

/** @returns what was decided, oldest first */
async function decisionsAt(plane: TestPlane, rate: number): Promise<string[]> {
  const endpoint = `http://127.0.0.1:${plane.portBase}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const metrics = new cloudwatch.CloudWatchClient({ endpoint, region: 'us-east-1', credentials });
  const up = await plane.up('--system', 'logistics', '--stage', 'monolith', '--clock-rate', String(rate));
  if (up.code !== 0) throw new Error(up.stderr);
  await plane.until('every service is steady', allSteady);
  for (const PolicyName of ['cpu', 'requests'])
    await scaling(endpoint, 'DeleteScalingPolicy', { ...target, PolicyName });
  await scaling(endpoint, 'RegisterScalableTarget', { ...target, MinCapacity: 4, MaxCapacity: 8 });
  // They may have decided already: a task that starts is busy, for many control minutes at a fast rate.
  const service = new ecs.ECSClient({ endpoint, region: 'us-east-1', credentials });
  await service.send(new ecs.UpdateServiceCommand({ cluster: 'interstella', service: SERVICE, desiredCount: 4 }));
  await plane.until('four are wanted, and run', (status) => desiredOf(status) === 4 && allSteady(status));
  let value = 100;
  const feed = (): void => {
    const MetricData = [{ MetricName: 'Backlog', Value: value, StorageResolution: 1 }];
    metrics.send(new cloudwatch.PutMetricDataCommand({ Namespace: 'Shop', MetricData })).catch(() => undefined);
  };
  const feeding = setInterval(feed, FEED_WALL_MS);
  try {
    await putPolicies(endpoint, metrics);
    for (const step of SCRIPT) {
      value = step.value;
      await plane.until(`${step.until} desired at ${step.value}`, (s) => desiredOf(s) === step.until);
    }
  } finally {
    clearInterval(feeding);
  }
  const input = { ServiceNamespace: 'ecs', ResourceId: target.ResourceId };
  const { ScalingActivities } = await scaling<{ ScalingActivities: Activity[] }>(
    endpoint,
    'DescribeScalingActivities',
    input,
  );
  const told = ScalingActivities.toReversed().map(({ Cause, Description }) => `${Description} ${Cause}`);
  return told.filter((text) => /policy (more|less)/.test(text));
}

test('a step policy’s decisions at rate 30 are those at rate 1', async (t) => {
  t.timeout(600_000);
  const planes = [
    { rate: 1, plane: new TestPlane(16_566) },
    { rate: 30, plane: new TestPlane(17_566) },
  ];
  const decisions: string[][] = [];
  for (const { rate, plane } of planes) {
    try {
      decisions.push(await decisionsAt(plane, rate));
    } finally {
      await plane.down();
    }
  }
  const [slow = [], fast = []] = decisions;
  t.log(slow.join('\n'));
  t.is(slow.length, SCRIPT.length, slow.join('\n'));
  t.deepEqual(fast, slow);
});
