import test from 'ava';
import { CutoverError } from '../../errors.ts';
import type { AlarmState } from '../contracts-delivery.ts';
import {
  base,
  bench,
  RESOURCE_ID,
  scalableTarget,
  scheduledScaling,
  stepPolicy,
  trackingPolicy,
} from './testing/builders.ts';

const signal = new AbortController().signal;

test('three minutes above the target scale out, fifteen low ones scale in, each told with its numbers', async (t) => {
  const { autoscaler, cpu, service, messages } = bench();
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal);
  await cpu(3, 80);
  t.deepEqual(service.changes, []);
  await cpu(1, 20);
  t.deepEqual(service.changes, [4]);
  await cpu(14, 20);
  t.deepEqual(service.changes, [4]);
  await cpu(1, 20);
  t.deepEqual(service.changes, [4, 2]);
  t.true(messages().includes('(service orders) policy cpu: 3 of 3 datapoints above 50: 80, 80, 80; 2 → 4'));
  t.regex(messages().at(-1) ?? '', /policy cpu: 15 of 15 datapoints below 45: 20, .*; 4 → 2/);
  const [scaledIn, scaledOut] = autoscaler.activities();
  t.like(scaledOut, {
    description: 'Setting desired count to 4.',
    status: 'Successful',
    fromCapacity: 2,
    toCapacity: 4,
  });
  t.regex(
    scaledOut?.cause ?? '',
    /^monitor alarm TargetTracking-service\/shop\/orders-AlarmHigh-[0-9a-f-]{36} in state ALARM triggered policy cpu$/,
  );
  t.true(autoscaler.policies()[0]?.alarms.some(({ name }) => scaledIn?.cause.includes(name)));
});

test('a datapoint is taken for the tasks that it is of, not for those that came since', async (t) => {
  const { autoscaler, cpu, service, messages } = bench();
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu', { scaleOutCooldownSeconds: 0 }), null, signal);
  await cpu(3, 100);
  // The fourth minute still was the load of two, for a part: 2 × 70 ÷ 50 is less than the four that run since.
  await cpu(1, 70);
  t.deepEqual(service.changes, [4]);
  await cpu(1, 50);
  t.deepEqual(service.changes, [4]);
  t.true(messages().some((m) => m.includes('100, 100, 70; 3 wanted, 4 desired already')));
  await cpu(3, 60);
  t.deepEqual(service.changes, [4]);
  await cpu(1, 60);
  t.deepEqual(service.changes, [4, 5]); // 4 × 60 ÷ 50
});

test('minutes without data are no reason to scale in', async (t) => {
  const { autoscaler, cpu, service } = bench({ desiredCount: 6, runningCount: 6 });
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal);
  await cpu(40, (minute) => (minute % 10 === 9 ? null : 5));
  t.deepEqual(service.changes, []);
});

test('no scale-in while a deployment runs; what is held back is told once', async (t) => {
  const { autoscaler, cpu, service, messages } = bench({ desiredCount: 6, runningCount: 6, deploying: true });
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal);
  await cpu(20, 5);
  t.deepEqual(service.changes, []);
  t.is(messages().filter((m) => m.includes('no scale-in while a deployment runs')).length, 1);
  t.like(autoscaler.activities({ includeNotScaled: true })[0], {
    notScaled: { code: 'DeploymentInProgress', minCapacity: 1, maxCapacity: 10 },
  });
  t.deepEqual(autoscaler.activities(), []);
  service.deploying = false;
  await cpu(1, 5);
  t.deepEqual(service.changes, [1]);
});

test('the same minutes lead to the same decisions at every clock rate', async (t) => {
  const load = [80, 90, 100, 200, 200, 150, 120, 60, ...Array.from({ length: 40 }, () => 12), 300, 300, 300, 300];
  const decisions = async (rate: number) => {
    const { autoscaler, cpu, service } = bench({}, rate);
    autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
    autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal);
    for (const value of load) await cpu(1, (value * 2) / service.runningCount);
    return autoscaler.activities().map((a) => [a.fromCapacity, a.toCapacity, a.details]);
  };
  const slow = await decisions(1);
  t.true(slow.length >= 4);
  t.deepEqual(await decisions(30), slow);
  t.deepEqual(await decisions(200), slow);
});

test('registering a target moves a count that is outside its bounds', (t) => {
  const { autoscaler, service } = bench({ desiredCount: 1, runningCount: 1 });
  autoscaler.handlers.scalableTargets.put(scalableTarget({ minCapacity: 3 }), null, signal);
  t.deepEqual(service.changes, [3]);
  t.is(autoscaler.activities()[0]?.cause, 'minimum capacity was set to 3');
  autoscaler.handlers.scalableTargets.put(scalableTarget({ minCapacity: 1, maxCapacity: 2 }), null, signal);
  t.deepEqual(service.changes, [3, 2]);
  t.is(autoscaler.activities()[0]?.cause, 'maximum capacity was set to 2');
});

test('a target without its service, and a policy without its target, are refused', (t) => {
  const { autoscaler } = bench();
  t.throws(() => autoscaler.handlers.scalableTargets.put(scalableTarget({ serviceName: 'nobody' }), null, signal), {
    instanceOf: CutoverError,
    message: /ECS service doesn't exist/,
  });
  t.throws(() => autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal), {
    instanceOf: CutoverError,
    message: /No scalable target registered/,
  });
});

test('a scheduled action changes the bounds, moves the count, and shows as drift', async (t) => {
  const { autoscaler, clock, service } = bench();
  const target = scalableTarget();
  autoscaler.handlers.scalableTargets.put(target, null, signal);
  autoscaler.handlers.scheduledScalings.put(scheduledScaling({ schedule: 'cron(0 8 * * ? *)' }), null, signal);
  t.deepEqual(autoscaler.handlers.scalableTargets.drift?.(target), []);
  await clock.advance(59 * 60_000);
  t.deepEqual(service.changes, []);
  await clock.advance(2 * 60_000);
  t.deepEqual(service.changes, [4]);
  t.deepEqual(autoscaler.handlers.scalableTargets.drift?.(target), ['min_capacity']);
  t.is(autoscaler.targets()[0]?.minCapacity, 4);
  autoscaler.updateTarget(RESOURCE_ID, { suspended: { scheduled: true }, minCapacity: 1 });
  await clock.advance(24 * 3_600_000);
  t.is(autoscaler.targets()[0]?.minCapacity, 1);
});

const alarm = (state: AlarmState['state'], policyArn: string): AlarmState => ({
  definition: {
    ...base('aws_cloudwatch_metric_alarm', 'hot'),
    arn: 'arn:hot',
    name: 'hot',
    description: '',
    namespace: 'AWS/ECS',
    metricName: 'CPUUtilization',
    dimensions: { ClusterName: 'shop', ServiceName: 'orders' },
    statistic: 'Average',
    periodSeconds: 60,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
    threshold: 60,
    comparison: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    alarmActions: [policyArn],
    okActions: [],
    insufficientDataActions: [],
  },
  state,
  reason: '',
  updatedAtMs: 0,
  history: [],
});

test('a step policy acts when its alarm changes, and again once a minute while it stays', async (t) => {
  const { autoscaler, cpu, service, setAlarm, messages } = bench();
  const policy = stepPolicy('step', {
    cooldownSeconds: 0,
    steps: [{ lowerBound: 0, upperBound: null, adjustment: 2 }],
  });
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(policy, null, signal);
  await cpu(3, 90);
  t.deepEqual(service.changes, []);
  setAlarm(alarm('ALARM', policy.arn));
  t.deepEqual(service.changes, [4]);
  t.regex(messages().at(-1) ?? '', /hot: average 90 of 90, 90 against 60; step \[0, ∞\]: ChangeInCapacity 2; 2 → 4$/);
  await cpu(3, 90);
  t.deepEqual(service.changes, [4, 6, 8]);
  setAlarm(alarm('OK', policy.arn));
  await cpu(3, 90);
  t.deepEqual(service.changes, [4, 6, 8]);
});

test('a service that refuses the change leaves a failed activity, and no cooldown', async (t) => {
  const { autoscaler, cpu, service } = bench({ refuses: 'no such thing' });
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu'), null, signal);
  await cpu(4, 80);
  t.like(autoscaler.activities()[0], { status: 'Failed' });
  service.refuses = null;
  await cpu(1, 80);
  t.deepEqual(service.changes, [4]);
});

test('what is removed acts no more', async (t) => {
  const { autoscaler, cpu, service } = bench();
  const policy = trackingPolicy('cpu');
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(policy, null, signal);
  autoscaler.handlers.scalingPolicies.remove(policy, signal);
  await cpu(5, 90);
  t.deepEqual(service.changes, []);
  autoscaler.handlers.scalableTargets.remove(scalableTarget(), signal);
  t.deepEqual(autoscaler.targets(), []);
  t.throws(() => autoscaler.updateTarget(RESOURCE_ID, {}), { message: /No scalable target registered/ });
});

test('a target tracking policy owns two alarms, which go with it', (t) => {
  const { autoscaler, owned } = bench();
  const policy = trackingPolicy('cpu');
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  autoscaler.handlers.scalingPolicies.put(policy, null, signal);
  t.like(autoscaler.policies()[0]?.alarms, [
    { evaluationPeriods: 3, threshold: 50, comparison: 'GreaterThanThreshold', alarmActions: [policy.arn] },
    { evaluationPeriods: 15, threshold: 45, comparison: 'LessThanThreshold' },
  ]);
  t.is(owned.size, 2);
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('cpu', { disableScaleIn: true }), policy, signal);
  t.is(owned.size, 1);
  autoscaler.handlers.scalableTargets.remove(scalableTarget(), signal);
  t.is(owned.size, 0);
});

test('requests per target are read by both ARN suffixes, as a sum', async (t) => {
  const { autoscaler, clock, metrics, service } = bench();
  autoscaler.handlers.scalableTargets.put(scalableTarget(), null, signal);
  const metric = { kind: 'ALBRequestCountPerTarget', label: 'app/main/0123/targetgroup/orders/4567' } as const;
  autoscaler.handlers.scalingPolicies.put(trackingPolicy('requests', { metric, targetValue: 100 }), null, signal);
  for (let second = 0; second < 240; second++) {
    metrics.put({
      namespace: 'AWS/ApplicationELB',
      name: 'RequestCountPerTarget',
      dimensions: { LoadBalancer: 'app/main/0123', TargetGroup: 'targetgroup/orders/4567' },
      value: 4,
    });
    await clock.advance(1000);
  }
  t.deepEqual(service.changes, [5]); // 240 a minute: ceil(2 × 240 ÷ 100)
});
