/** Application Auto Scaling's calls against the endpoint, in the protocol of the AWS CLI (AWS JSON 1.1). */
import test from 'ava';
import * as build from '../testing/builders.ts';
import { startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const { clusterName, name: serviceName } = build.serviceState().definition;
const RESOURCE = `service/${clusterName}/${serviceName}`;
const ours = { ServiceNamespace: 'ecs', ResourceId: RESOURCE, ScalableDimension: 'ecs:service:DesiredCount' };

/** What the calls answer, one with another; `code` and `message` where they are refused. */
interface Answer {
  readonly code: string;
  readonly message: string;
  readonly ScalableTargetARN: string;
  readonly PolicyARN: string;
  readonly Alarms: readonly { readonly AlarmName: string }[];
  readonly ScalableTargets: readonly object[];
  readonly ScalingPolicies: readonly object[];
  readonly ScheduledActions: readonly object[];
  readonly ScalingActivities: readonly object[];
}

async function call(operation: string, input: object): Promise<Answer> {
  const response = await fetch(plane.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AnyScaleFrontendService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const body = (await response.json()) as Answer & { readonly __type?: string };
  return response.ok ? body : { ...body, code: String(body.__type).split('#').at(-1) ?? '' };
}
const desired = (): number | undefined =>
  plane.ecs.services().find(({ definition }) => definition.name === serviceName)?.desiredCount;

const STEP = {
  AdjustmentType: 'ChangeInCapacity',
  StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 2 }],
  Cooldown: 60,
};

test.serial(
  'a target: registered with its bounds, which move the service at once; told back; changed in part',
  async (t) => {
    t.like(await call('RegisterScalableTarget', { ...ours, MinCapacity: 3 }), { code: 'ValidationException' });
    const { ScalableTargetARN } = await call('RegisterScalableTarget', { ...ours, MinCapacity: 4, MaxCapacity: 8 });
    t.regex(ScalableTargetARN, /^arn:aws:application-autoscaling:us-east-1:\d{12}:scalable-target\/\w{36}$/);
    t.is(desired(), 4);
    await call('RegisterScalableTarget', { ...ours, SuspendedState: { DynamicScalingInSuspended: true } });
    const { ScalableTargets } = await call('DescribeScalableTargets', { ServiceNamespace: 'ecs' });
    t.is(ScalableTargets.length, 1);
    t.like(ScalableTargets[0]!, {
      ...ours,
      MinCapacity: 4,
      MaxCapacity: 8,
      ScalableTargetARN,
      SuspendedState: {
        DynamicScalingInSuspended: true,
        DynamicScalingOutSuspended: false,
        ScheduledScalingSuspended: false,
      },
    });
    const { ScalingActivities } = await call('DescribeScalingActivities', {
      ServiceNamespace: 'ecs',
      ResourceId: RESOURCE,
    });
    t.like(ScalingActivities[0]!, {
      Cause: 'minimum capacity was set to 4',
      Description: 'Setting desired count to 4.',
    });
  },
);

test.serial('policies: put, described with their alarms, changed, deleted', async (t) => {
  const put = await call('PutScalingPolicy', { ...ours, PolicyName: 'steps', StepScalingPolicyConfiguration: STEP });
  t.regex(put.PolicyARN, /:scalingPolicy:[0-9a-f-]{36}:resource\/ecs\/service\/.*:policyName\/steps$/);
  const tracking = await call('PutScalingPolicy', {
    ...ours,
    PolicyName: 'cpu',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    },
  });
  t.is(tracking.Alarms.length, 2);
  t.truthy(plane.alarms.alarms().find((one) => one.definition.name === tracking.Alarms[0]?.AlarmName));
  const again = await call('PutScalingPolicy', {
    ...ours,
    PolicyName: 'steps',
    StepScalingPolicyConfiguration: { ...STEP, Cooldown: 90 },
  });
  t.is(again.PolicyARN, put.PolicyARN);
  const { ScalingPolicies } = await call('DescribeScalingPolicies', {
    ServiceNamespace: 'ecs',
    PolicyNames: ['steps'],
  });
  t.like(ScalingPolicies[0]!, { PolicyType: 'StepScaling', StepScalingPolicyConfiguration: { Cooldown: 90 } });
  t.deepEqual(await call('DeleteScalingPolicy', { ...ours, PolicyName: 'cpu' }), {});
  t.like(await call('DeleteScalingPolicy', { ...ours, PolicyName: 'cpu' }), { code: 'ObjectNotFoundException' });
  t.falsy(plane.alarms.alarms().find((one) => one.definition.name === tracking.Alarms[0]?.AlarmName));
});

test.serial('scheduled actions: put, described, changed in part, deleted', async (t) => {
  const action = { ...ours, ScheduledActionName: 'morning' };
  t.like(await call('PutScheduledAction', { ...action, Schedule: 'cron(0 8 * * ? *)' }), {
    code: 'ValidationException',
  });
  const full = { ...action, Schedule: 'cron(0 8 * * ? *)', ScalableTargetAction: { MinCapacity: 6 } };
  t.deepEqual(await call('PutScheduledAction', full), {});
  t.deepEqual(await call('PutScheduledAction', { ...action, Timezone: 'Europe/Rome' }), {});
  const { ScheduledActions } = await call('DescribeScheduledActions', {
    ServiceNamespace: 'ecs',
    ResourceId: RESOURCE,
  });
  t.like(ScheduledActions[0]!, {
    ScheduledActionName: 'morning',
    Schedule: 'cron(0 8 * * ? *)',
    Timezone: 'Europe/Rome',
    ScalableTargetAction: { MinCapacity: 6 },
  });
  t.deepEqual(await call('DeleteScheduledAction', action), {});
  t.like(await call('DeleteScheduledAction', action), { code: 'ObjectNotFoundException' });
});

test.serial('deregistered, a target takes what belongs to it along', async (t) => {
  t.deepEqual(await call('DeregisterScalableTarget', ours), {});
  for (const [operation, key] of [
    ['DescribeScalableTargets', 'ScalableTargets'],
    ['DescribeScalingPolicies', 'ScalingPolicies'],
    ['DescribeScheduledActions', 'ScheduledActions'],
  ] as const)
    t.deepEqual((await call(operation, { ServiceNamespace: 'ecs' }))[key], []);
  t.like(await call('DeregisterScalableTarget', ours), { code: 'ObjectNotFoundException' });
});

for (const [what, operation, input, code, message] of [
  [
    'another namespace',
    'RegisterScalableTarget',
    { ServiceNamespace: 'dynamodb', MinCapacity: 1, MaxCapacity: 2 },
    'ValidationException',
    /only ecs/,
  ],
  [
    'a service that is not there',
    'RegisterScalableTarget',
    { ResourceId: 'service/shop/none', MinCapacity: 1, MaxCapacity: 2 },
    'ValidationException',
    /ECS service doesn't exist/,
  ],
  [
    'a minimum above the maximum',
    'RegisterScalableTarget',
    { MinCapacity: 3, MaxCapacity: 2 },
    'ValidationException',
    /less than minimum/,
  ],
  [
    'a policy without a target',
    'PutScalingPolicy',
    { PolicyName: 'x', StepScalingPolicyConfiguration: STEP },
    'ObjectNotFoundException',
    /No scalable target/,
  ],
  [
    'a start time',
    'PutScheduledAction',
    { ScheduledActionName: 'x', Schedule: 'rate(1 hour)', StartTime: 1 },
    'ValidationException',
    /StartTime.*no local counterpart/,
  ],
  ['an unknown setting', 'PutScalingPolicy', { PolicyName: 'x', Wishes: 1 }, 'ValidationException', /Wishes/],
] as const)
  test(`refused: ${what}`, async (t) => {
    const answer = await call(operation, { ...ours, ResourceId: `service/${clusterName}/threads`, ...input });
    t.is(answer.code, code);
    t.regex(answer.message, message);
  });

test.serial('refused in AWS’s words: steps with a gap, a policy of two kinds, a schedule that is none', async (t) => {
  await call('RegisterScalableTarget', { ...ours, MinCapacity: 1, MaxCapacity: 8 });
  const gap = [
    { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
    { MetricIntervalLowerBound: 20, ScalingAdjustment: 2 },
  ];
  const put = (more: object) => call('PutScalingPolicy', { ...ours, PolicyName: 'x', ...more });
  t.regex((await put({ StepScalingPolicyConfiguration: { ...STEP, StepAdjustments: gap } })).message, /leave a gap/);
  t.regex(
    (await put({ PolicyType: 'TargetTrackingScaling', StepScalingPolicyConfiguration: STEP })).message,
    /TargetTrackingScalingPolicyConfiguration must be specified/,
  );
  const action = { ...ours, ScheduledActionName: 'x', ScalableTargetAction: { MinCapacity: 1 } };
  t.is((await call('PutScheduledAction', { ...action, Schedule: 'each day' })).code, 'ValidationException');
  t.deepEqual((await call('DescribeScheduledActions', { ServiceNamespace: 'ecs' })).ScheduledActions, []);
});
