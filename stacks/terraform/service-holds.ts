/** What an account must hold of services beside their load balancers: scaling, subscriptions, roles. Read back, and compared. */
import type { ExecutionContext } from 'ava';
import type { Answer, Ask } from './ask.ts';

export interface Scaled {
  readonly cluster: string;
  readonly service: string;
  readonly min: number;
  readonly max: number;
  /** Target values by policy name. */
  readonly policies: Readonly<Record<string, number>>;
}

const METRICS: Readonly<Record<string, string>> = {
  cpu: 'ECSServiceAverageCPUUtilization',
  requests: 'ALBRequestCountPerTarget',
};

/** Exactly these services of the cluster scale, and as they say. */
export async function scalingHolds(t: ExecutionContext, ask: Ask, scaled: readonly Scaled[]): Promise<void> {
  const of = { ServiceNamespace: 'ecs' };
  const [targets, policies] = await ask(
    ['application-autoscaling', 'describe_scalable_targets', of],
    ['application-autoscaling', 'describe_scaling_policies', of],
  );
  const cluster = `service/${scaled[0]?.cluster}/`;
  const found = targets.ScalableTargets.filter((target: Answer) => target.ResourceId.startsWith(cluster));
  t.deepEqual(
    found.map(({ ResourceId: id, MinCapacity: min, MaxCapacity: max }: Answer) => ({ id, min, max })).sort(byId),
    scaled.map(({ service, min, max }) => ({ id: `${cluster}${service}`, min, max })).sort(byId),
  );
  for (const { service, policies: expected } of scaled) {
    const own = policies.ScalingPolicies.filter((policy: Answer) => policy.ResourceId === `${cluster}${service}`);
    for (const { PolicyName, PolicyType, TargetTrackingScalingPolicyConfiguration: tracking } of own) {
      t.is(PolicyType, 'TargetTrackingScaling');
      t.like(tracking, { ScaleInCooldown: 300, ScaleOutCooldown: 300, DisableScaleIn: false });
      const { PredefinedMetricType: metric, ResourceLabel: label = '' } = tracking.PredefinedMetricSpecification;
      t.is(metric, METRICS[PolicyName]);
      // Requests are counted where a load balancer and a target group meet.
      if (PolicyName === 'requests') t.regex(label, new RegExp(`^app/.+/targetgroup/${service}[^/]*/`));
    }
    const values = own.map(({ PolicyName, TargetTrackingScalingPolicyConfiguration: tracking }: Answer) => [
      PolicyName,
      tracking.TargetValue,
    ]);
    t.deepEqual(Object.fromEntries(values), expected, service);
  }
}

/** Endpoints by topic; each retries, and keeps what it could not deliver. */
export async function subscriptionsHold(
  t: ExecutionContext,
  ask: Ask,
  endpoints: Readonly<Record<string, string>>,
): Promise<void> {
  const [{ Subscriptions }] = await ask(['sns', 'list_subscriptions', {}]);
  const topicOf = ({ TopicArn }: Answer): string => TopicArn.split(':').at(-1);
  t.deepEqual(Object.fromEntries(Subscriptions.map((one: Answer) => [topicOf(one), one.Endpoint])), endpoints);
  const answers = await ask(
    ...Subscriptions.map(
      ({ SubscriptionArn }: Answer) => ['sns', 'get_subscription_attributes', { SubscriptionArn }] as const,
    ),
  );
  for (const [index, { Attributes }] of answers.entries()) {
    const topic = topicOf(Subscriptions[index]);
    t.is(Attributes.PendingConfirmation, 'false', topic);
    t.like(JSON.parse(Attributes.DeliveryPolicy).healthyRetryPolicy, {
      numRetries: 30,
      minDelayTarget: 1,
      maxDelayTarget: 20,
      backoffFunction: 'exponential',
    });
    t.regex(JSON.parse(Attributes.RedrivePolicy).deadLetterTargetArn, new RegExp(`:${topic}-undelivered$`));
  }
}

/** Inline policies of a role, as `action resource` in order; `*` where AWS has no ARN. */
export async function permissionsOf(ask: Ask, RoleName: string): Promise<readonly string[]> {
  const [{ PolicyNames }] = await ask(['iam', 'list_role_policies', { RoleName }]);
  const policies = await ask(
    ...PolicyNames.map((PolicyName: string) => ['iam', 'get_role_policy', { RoleName, PolicyName }] as const),
  );
  const statements: Answer[] = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return statements
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`)),
    )
    .sort();
}

/** The role that a family's tasks have, or that ECS starts them with; '' for none. */
export async function rolesOf(ask: Ask, taskDefinition: string): Promise<{ task: string; execution: string }> {
  const [answer] = await ask(['ecs', 'describe_task_definition', { taskDefinition }]);
  const { taskRoleArn = '', executionRoleArn = '' } = answer.taskDefinition;
  return { task: taskRoleArn.split('/').at(-1), execution: executionRoleArn.split('/').at(-1) };
}

const byId = (a: { id: string }, b: { id: string }): number => a.id.localeCompare(b.id);
