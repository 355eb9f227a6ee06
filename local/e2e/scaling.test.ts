/**
 * Scaling on a real plane, asked for as AWS's clients do: scheduled actions and step policies, container instances that
 * drain under load, tasks that wait for an instance, and what of it outlives a plane that is killed.
 */
import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as ecs from '@aws-sdk/client-ecs';
import * as sns from '@aws-sdk/client-sns';
import test from 'ava';
import type { Status } from '../status.ts';
import { allSteady, sendOrder, TestPlane, until, urlOf } from './cutover.ts';

const plane = new TestPlane(23_566);
const ENDPOINT = `http://127.0.0.1:${plane.portBase}`;
const CLUSTER = 'interstella';
const SERVICE = 'interstella-monolith';
const config = {
  endpoint: ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const ecsClient = new ecs.ECSClient(config);
const ours = {
  ServiceNamespace: 'ecs',
  ResourceId: `service/${CLUSTER}/${SERVICE}`,
  ScalableDimension: 'ecs:service:DesiredCount',
};

interface Activity {
  readonly Cause: string;
  readonly Details: string;
  readonly StatusCode: string;
}

/** Application Auto Scaling, in the protocol of its clients. */
async function scaling<T>(operation: string, input: object): Promise<T> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AnyScaleFrontendService.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${body}`);
  return JSON.parse(body) as T;
}

/** EC2 Auto Scaling, likewise. */
async function groups(parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ Version: '2011-01-01', ...parameters });
  const response = await fetch(ENDPOINT, { method: 'POST', body });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

const CLI = process.env['CUTOVER_AWS_CLI'] ?? 'aws';
const run = promisify(execFile);
const present = await run(CLI, ['--version']).then(
  () => true,
  () => false,
);

/** Runs the real AWS CLI. @returns stdout, trimmed */
async function aws(...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ENDPOINT_URL: ENDPOINT,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  return (await run(CLI, args, { env, timeout: 60_000 })).stdout.trim();
}

const serviceOf = (status: Status): Status['services'][number] => {
  const found = status.services.find((one) => one.name === SERVICE);
  if (!found) throw new Error(`no service ${SERVICE}`);
  return found;
};
const runs = (count: number) => (status: Status) => {
  const { desiredCount, runningCount, pendingCount } = serviceOf(status);
  return desiredCount === count && runningCount === count && pendingCount === 0;
};
const activities = async (): Promise<readonly Activity[]> =>
  (await scaling<{ ScalingActivities: Activity[] }>('DescribeScalingActivities', { ServiceNamespace: 'ecs' }))
    .ScalingActivities;

/** Sends orders one after another until told to stop. @returns how many of them were not answered 200 */
function load(url: string): () => Promise<{ sent: number; failed: readonly string[] }> {
  let over = false;
  let sent = 0;
  const failed: string[] = [];
  const work = (async () => {
    while (!over) {
      sent += 1;
      await sendOrder(url).then(
        ({ status }) => status === 200 || failed.push(String(status)),
        (error: Error) => failed.push(error.message),
      );
    }
  })();
  return async () => {
    over = true;
    await work;
    return { sent, failed };
  };
}

const containerInstances = async (): Promise<readonly ecs.ContainerInstance[]> => {
  const { containerInstanceArns: arns = [] } = await ecsClient.send(
    new ecs.ListContainerInstancesCommand({ cluster: CLUSTER }),
  );
  const described = await ecsClient.send(
    new ecs.DescribeContainerInstancesCommand({ cluster: CLUSTER, containerInstances: arns }),
  );
  return described.containerInstances ?? [];
};

test.before(async (t) => {
  const up = await plane.up('--system', 'logistics', '--stage', 'monolith', '--clock-rate', '30');
  t.is(up.code, 0, up.stderr);
  await plane.until('every service is steady', allSteady);
  // The stacks' own follow the processors of a machine that these tests share: what they decide is tested elsewhere.
  for (const PolicyName of ['cpu', 'requests']) await scaling('DeleteScalingPolicy', { ...ours, PolicyName });
  await ecsClient.send(new ecs.UpdateServiceCommand({ cluster: CLUSTER, service: SERVICE, desiredCount: 4 }));
  await plane.until('four tasks run', runs(4));
});
test.after.always(() => plane.down());

test.serial('a scheduled action moves the bounds and with them the service; suspended, it does not', async (t) => {
  const action = { ...ours, ScheduledActionName: 'rush' };
  await scaling('RegisterScalableTarget', { ...ours, SuspendedState: { ScheduledScalingSuspended: true } });
  await scaling('PutScheduledAction', {
    ...action,
    Schedule: 'rate(1 minute)',
    ScalableTargetAction: { MinCapacity: 5, MaxCapacity: 6 },
  });
  // Three control minutes: due more than once.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  t.is(serviceOf(await plane.status()).desiredCount, 4);
  await scaling('RegisterScalableTarget', { ...ours, SuspendedState: { ScheduledScalingSuspended: false } });
  await plane.until('the minimum of the scheduled action runs', runs(5));
  t.true(
    (await activities()).some(({ Cause, Details }) => `${Cause} ${Details}`.includes('minimum capacity was set to 5')),
  );
  await scaling('DeleteScheduledAction', action);
  await scaling('RegisterScalableTarget', { ...ours, MinCapacity: 3, MaxCapacity: 8 });
});

test.serial(
  'step policies follow alarms on a metric of one’s own: out by its step, in again, never below the minimum',
  async (t) => {
    const metrics = new cloudwatch.CloudWatchClient(config);
    const backlog = { Namespace: 'Shop', MetricName: 'Backlog' };
    const steps = async (PolicyName: string, StepAdjustments: object[]): Promise<string> => {
      const StepScalingPolicyConfiguration = { AdjustmentType: 'ChangeInCapacity', Cooldown: 60, StepAdjustments };
      const put = await scaling<{ PolicyARN: string }>('PutScalingPolicy', {
        ...ours,
        PolicyName,
        StepScalingPolicyConfiguration,
      });
      return put.PolicyARN;
    };
    const alarm = (AlarmName: string, ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold', arn: string) =>
      metrics.send(
        new cloudwatch.PutMetricAlarmCommand({
          AlarmName,
          ...backlog,
          ComparisonOperator,
          Statistic: 'Average',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 100,
          AlarmActions: [arn],
        }),
      );
    await alarm(
      'too-much',
      'GreaterThanThreshold',
      await steps('more', [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 50, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 50, ScalingAdjustment: 2 },
      ]),
    );
    await alarm(
      'too-little',
      'LessThanThreshold',
      await steps('less', [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -3 }]),
    );

    let value = 170;
    const feeding = setInterval(() => {
      void metrics
        .send(
          new cloudwatch.PutMetricDataCommand({
            Namespace: 'Shop',
            MetricData: [{ MetricName: 'Backlog', Value: value }],
          }),
        )
        .catch(() => undefined);
    }, 400);
    t.teardown(() => clearInterval(feeding));
    await plane.until('two more, by the second step', (s) => serviceOf(s).desiredCount >= 7);
    value = 20;
    await plane.until('and down to the minimum', runs(3));
    clearInterval(feeding);
    const causes = (await activities()).map(({ Cause, Details }) => `${Cause}: ${Details}`);
    t.true(
      causes.some((text) => /alarm too-much in state ALARM triggered policy more: .*5 → 7/.test(text)),
      causes.join('\n'),
    );
    t.true(
      causes.some((text) => /alarm too-little in state ALARM triggered policy less/.test(text)),
      causes.join('\n'),
    );
    t.true(causes.every((text) => !/→ [012]\b/.test(text)));
    for (const PolicyName of ['more', 'less']) await scaling('DeleteScalingPolicy', { ...ours, PolicyName });
    await scaling('RegisterScalableTarget', { ...ours, MinCapacity: 4 });
    await plane.until('four run', runs(4));
  },
);

test.serial(
  'an instance that drains under load: replacements first, no request fails, it shows DRAINING and empties',
  async (t) => {
    await plane.until('every service is steady', allSteady);
    const [instance] = (await containerInstances()).filter((one) => (one.runningTasksCount ?? 0) > 0);
    const arn = instance?.containerInstanceArn ?? '';
    const stop = load(urlOf(await plane.status()));
    const state = (status: 'ACTIVE' | 'DRAINING') =>
      ecsClient.send(
        new ecs.UpdateContainerInstancesStateCommand({ cluster: CLUSTER, containerInstances: [arn], status }),
      );
    const { containerInstances: told = [] } = await state('DRAINING');
    t.like(told[0], { status: 'DRAINING', containerInstanceArn: arn });
    let least = Number.POSITIVE_INFINITY;
    await plane.until(
      'the instance has no task and the service all of them',
      (s) => {
        least = Math.min(least, serviceOf(s).runningCount);
        return runs(4)(s) && serviceOf(s).tasks.every((task) => task.instanceId !== instance?.ec2InstanceId);
      },
      90,
    );
    const { sent, failed } = await stop();
    t.deepEqual(failed, [], `of ${sent}`);
    t.true(sent > 5);
    t.true(least >= 4, `minimumHealthyPercent 100 of 4, and ${least} ran`);
    const drained = (await containerInstances()).find((one) => one.containerInstanceArn === arn);
    t.like(drained, { status: 'DRAINING', runningTasksCount: 0 });
    t.is((await state('ACTIVE')).containerInstances?.[0]?.status, 'ACTIVE');
  },
);

test.serial('tasks of RunTask wait for an instance, and hold the one they are on until they end', async (t) => {
  const { taskDefinition: own } = await ecsClient.send(
    new ecs.DescribeTaskDefinitionCommand({ taskDefinition: serviceOf(await plane.status()).taskDefinition }),
  );
  const { taskDefinition } = await ecsClient.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: 'job',
      networkMode: 'bridge',
      requiresCompatibilities: ['EC2'],
      // Two of them fit no instance of 2 GiB.
      containerDefinitions: own?.containerDefinitions?.map(({ memoryReservation: _less, ...one }) => ({
        ...one,
        memory: 1200,
      })),
    }),
  );
  const before = (await containerInstances()).length;
  const { tasks = [], failures } = await ecsClient.send(
    new ecs.RunTaskCommand({
      cluster: CLUSTER,
      taskDefinition: taskDefinition?.taskDefinitionArn,
      count: before + 1,
      capacityProviderStrategy: [{ capacityProvider: 'interstella', weight: 1 }],
    }),
  );
  t.deepEqual(failures, []);
  const waiting = tasks.filter((task) => task.containerInstanceArn === undefined);
  t.is(waiting.length, 1);
  t.like(waiting[0], { lastStatus: 'PROVISIONING', capacityProviderName: 'interstella' });
  const ids = tasks.map((task) => task.taskArn ?? '');
  const describe = async () =>
    (await ecsClient.send(new ecs.DescribeTasksCommand({ cluster: CLUSTER, tasks: ids }))).tasks ?? [];
  await plane.until('one more instance', (s) => s.instances.length > before);
  await until('each has an instance', async () => (await describe()).every((task) => task.containerInstanceArn));
  const placed = (await describe()).find((task) => task.taskArn === waiting[0]?.taskArn);
  t.truthy(placed?.containerInstanceArn, placed?.stoppedReason);

  const [{ ec2InstanceId = '' } = {}] = (await containerInstances()).filter(
    (one) => one.containerInstanceArn === placed?.containerInstanceArn,
  );
  const lifecycle = async (): Promise<string> =>
    /<LifecycleState>([^<]*)</.exec(
      await groups({ Action: 'DescribeAutoScalingInstances', 'InstanceIds.member.1': ec2InstanceId }),
    )?.[1] ?? 'gone';
  await groups({
    Action: 'TerminateInstanceInAutoScalingGroup',
    InstanceId: ec2InstanceId,
    ShouldDecrementDesiredCapacity: 'true',
  });
  await until('the instance waits', async () => (await lifecycle()) === 'Terminating:Wait');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  t.is(await lifecycle(), 'Terminating:Wait', 'a task of its own accord is not moved');
  t.is((await describe()).find((task) => task.taskArn === placed?.taskArn)?.lastStatus, 'RUNNING');
  for (const task of ids) await ecsClient.send(new ecs.StopTaskCommand({ cluster: CLUSTER, task }));
  await plane.until('the instance is gone', (s) => s.instances.every((one) => one.id !== ec2InstanceId));
  t.is(await lifecycle(), 'gone');
});

(present ? test.serial : test.serial.skip)(
  'the AWS CLI: scaling settings, and a lifecycle hook that holds an instance',
  async (t) => {
    const of = [
      '--service-namespace',
      'ecs',
      '--resource-id',
      ours.ResourceId,
      '--scalable-dimension',
      ours.ScalableDimension,
    ];
    const scale = (operation: string, ...args: string[]) => aws('application-autoscaling', operation, ...args);
    const target = (args: string[]) => scale('register-scalable-target', ...of, ...args);
    t.regex(
      await target([
        '--min-capacity',
        '4',
        '--max-capacity',
        '9',
        '--suspended-state',
        'DynamicScalingOutSuspended=true',
      ]),
      /scalable-target/,
    );
    const described = await scale(
      'describe-scalable-targets',
      '--service-namespace',
      'ecs',
      '--query',
      'ScalableTargets[0].[MinCapacity,MaxCapacity,SuspendedState.DynamicScalingOutSuspended]',
      '--output',
      'text',
    );
    t.is(described, '4\t9\tTrue');
    await target(['--suspended-state', 'DynamicScalingOutSuspended=false']);
    const configuration = JSON.stringify({
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      DisableScaleIn: true,
    });
    const named = ['--policy-name', 'by-cli'];
    t.regex(
      await scale(
        'put-scaling-policy',
        ...of,
        ...named,
        '--policy-type',
        'TargetTrackingScaling',
        '--target-tracking-scaling-policy-configuration',
        configuration,
      ),
      /AlarmHigh/,
    );
    t.is(
      await scale(
        'describe-scaling-policies',
        '--service-namespace',
        'ecs',
        '--policy-names',
        'by-cli',
        '--query',
        'ScalingPolicies[].PolicyType',
        '--output',
        'text',
      ),
      'TargetTrackingScaling',
    );
    await scale('delete-scaling-policy', ...of, ...named);
    const scheduled = ['--scheduled-action-name', 'by-cli'];
    await scale(
      'put-scheduled-action',
      ...of,
      ...scheduled,
      '--schedule',
      'cron(0 8 * * ? *)',
      '--timezone',
      'Europe/Rome',
      '--scalable-target-action',
      'MinCapacity=5',
    );
    t.is(
      await scale(
        'describe-scheduled-actions',
        '--service-namespace',
        'ecs',
        '--query',
        'ScheduledActions[].Timezone',
        '--output',
        'text',
      ),
      'Europe/Rome',
    );
    await scale('delete-scheduled-action', ...of, ...scheduled);
    t.regex(await scale('describe-scaling-activities', '--service-namespace', 'ecs', '--max-items', '1'), /ActivityId/);
    t.regex(
      await aws(
        'ecs',
        'describe-capacity-providers',
        '--query',
        'capacityProviders[].autoScalingGroupProvider.managedDraining',
        '--output',
        'text',
      ),
      /ENABLED/,
    );

    const group = ['--auto-scaling-group-name', 'interstella'];
    const hook = ['--lifecycle-hook-name', 'by-cli'];
    await aws(
      'autoscaling',
      'put-lifecycle-hook',
      ...group,
      ...hook,
      '--lifecycle-transition',
      'autoscaling:EC2_INSTANCE_TERMINATING',
      '--heartbeat-timeout',
      '7200',
    );
    t.is(
      await aws(
        'autoscaling',
        'describe-lifecycle-hooks',
        ...group,
        '--query',
        'LifecycleHooks[].HeartbeatTimeout',
        '--output',
        'text',
      ),
      '7200',
    );
    const id = (await plane.status()).instances[0]?.id ?? '';
    await aws(
      'autoscaling',
      'terminate-instance-in-auto-scaling-group',
      '--instance-id',
      id,
      '--no-should-decrement-desired-capacity',
    );
    await plane.until(
      'its tasks have left',
      (s) => runs(serviceOf(s).desiredCount)(s) && serviceOf(s).tasks.every((task) => task.instanceId !== id),
      90,
    );
    t.regex(await groups({ Action: 'DescribeAutoScalingInstances', 'InstanceIds.member.1': id }), /Terminating:Wait/);
    await aws(
      'autoscaling',
      'complete-lifecycle-action',
      ...group,
      ...hook,
      '--instance-id',
      id,
      '--lifecycle-action-result',
      'CONTINUE',
    );
    await plane.until('it is gone', (s) => s.instances.every((one) => one.id !== id));
    await aws('autoscaling', 'delete-lifecycle-hook', ...group, ...hook);
  },
);

/** An endpoint of the test's own: confirms, and answers `status` to messages. */
async function receiver(): Promise<{ server: Server; url: string; got: string[]; answer: (status: number) => void }> {
  const got: string[] = [];
  let status = 503;
  const read = async (req: IncomingMessage): Promise<string> => {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    return body;
  };
  const server = createServer((req, res) => {
    void read(req).then((body) => {
      const message = JSON.parse(body) as { Type: string; SubscribeURL?: string; Message: string };
      if (message.SubscribeURL !== undefined && message.Type === 'SubscriptionConfirmation')
        void fetch(message.SubscribeURL).catch(() => undefined);
      else got.push(message.Message);
      res.writeHead(message.Type === 'Notification' ? status : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/`, got, answer: (next) => (status = next) };
}

test.serial(
  'killed with -9 and up again: the desired count is what it was, and an accepted message arrives',
  async (t) => {
    const { server, url, got, answer } = await receiver();
    t.teardown(() => server.close());
    const client = new sns.SNSClient(config);
    const { pid } = await plane.status();
    // The next attempt is far off: the one after the kill is the next plane's.
    const defaultHealthyRetryPolicy = { minDelayTarget: 1200, maxDelayTarget: 1200, numRetries: 3 };
    const { TopicArn } = await client.send(
      new sns.CreateTopicCommand({
        Name: 'notes',
        Attributes: { DeliveryPolicy: JSON.stringify({ http: { defaultHealthyRetryPolicy } }) },
      }),
    );
    await client.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: url }));
    const confirmed = async (): Promise<boolean> =>
      (await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions?.[0]?.SubscriptionArn !==
      'PendingConfirmation';
    await until('the subscription is confirmed', confirmed);
    await ecsClient.send(new ecs.UpdateServiceCommand({ cluster: CLUSTER, service: SERVICE, desiredCount: 5 }));
    await client.send(new sns.PublishCommand({ TopicArn, Message: 'kept' }));
    process.kill(pid, 'SIGKILL');

    answer(200);
    const tried = got.length;
    const again = await plane.up();
    t.is(again.code, 0, again.stderr);
    await plane.until('five run again', runs(5));
    await until('the message arrives', async () => got.length > tried);
    // At least once: the killed plane's own attempt may still have been on its way.
    t.deepEqual([...new Set(got.slice(tried))], ['kept']);
  },
);
