/** What an account must hold where everything is in front of a load balancer's services: read back, and compared. */
import type { ExecutionContext } from 'ava';
import type { Answer, Ask } from './ask.ts';
import { ACCESS_LOG_DAYS, type DOMAINS, type Operator } from './operator.ts';

export interface FrontExpected {
  /** Word of CUTOVER_FRONT. */
  readonly front: keyof typeof DOMAINS;
  readonly loadBalancer: string;
  /** Labels of the services that alarms and dashboard name. */
  readonly watched: readonly string[];
  /** Paths of the HTTPS listener's rules, lowest priority first. */
  readonly paths: readonly string[];
}

const NAME = 'interstella';
const TLS = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

export async function frontHolds(
  t: ExecutionContext,
  ask: Ask,
  operator: Operator,
  expected: FrontExpected,
): Promise<void> {
  const [found] = await ask(['elbv2', 'describe_load_balancers', { Names: [expected.loadBalancer] }]);
  const { LoadBalancerArn, DNSName } = found.LoadBalancers[0];
  t.truthy(DNSName);
  await listenersHold(t, ask, { arn: LoadBalancerArn, certificate: operator.certificates[expected.front], expected });
  const [guarded, attributes] = await ask(
    ['wafv2', 'get_web_acl_for_resource', { ResourceArn: LoadBalancerArn }],
    ['elbv2', 'describe_load_balancer_attributes', { LoadBalancerArn }],
  );
  t.is(guarded.WebACL?.ARN, operator.webAclArn, `web ACL of ${expected.loadBalancer}`);
  await accessLogsHold(t, ask, { attributes: attributes.Attributes, front: expected.front });
  const suffix = LoadBalancerArn.split(':loadbalancer/')[1] as string;
  await alarmsHold(t, ask, { suffix, topicArn: operator.topicArn, expected });
  await dashboardHolds(t, ask, { suffix, expected });
}

async function listenersHold(
  t: ExecutionContext,
  ask: Ask,
  { arn, certificate, expected }: { arn: string; certificate: string; expected: FrontExpected },
): Promise<void> {
  const [{ Listeners }] = await ask(['elbv2', 'describe_listeners', { LoadBalancerArn: arn }]);
  const at = (port: number): Answer => Listeners.find((listener: Answer) => listener.Port === port);
  const redirect = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' };
  t.like(at(80), { Protocol: 'HTTP', DefaultActions: [{ Type: 'redirect', RedirectConfig: redirect }] });
  const https = at(443);
  t.like(https, { Protocol: 'HTTPS', SslPolicy: TLS, Certificates: [{ CertificateArn: certificate }] });
  const [http, secure] = await ask(
    ['elbv2', 'describe_rules', { ListenerArn: at(80).ListenerArn }],
    ['elbv2', 'describe_rules', { ListenerArn: https.ListenerArn }],
  );
  t.deepEqual(
    http.Rules.map((rule: Answer) => rule.Priority),
    ['default'],
    'what came by HTTP is redirected, whatever its path',
  );
  const rules = secure.Rules.filter((rule: Answer) => rule.Priority !== 'default');
  const paths = rules
    .sort((a: Answer, b: Answer) => Number(a.Priority) - Number(b.Priority))
    .flatMap(({ Conditions }: Answer) => Conditions.flatMap((c: Answer) => c.PathPatternConfig?.Values ?? c.Values));
  t.deepEqual(paths, expected.paths);
}

async function accessLogsHold(
  t: ExecutionContext,
  ask: Ask,
  { attributes, front }: { attributes: readonly { Key: string; Value: string }[]; front: string },
): Promise<void> {
  const attribute = (key: string): string => attributes.find(({ Key }) => Key === key)?.Value ?? '';
  t.is(attribute('access_logs.s3.enabled'), 'true', front);
  const Bucket = attribute('access_logs.s3.bucket');
  t.regex(Bucket, new RegExp(`^${NAME}-${front}-logs-`));
  const [expiry, encryption, access, policy] = await ask(
    ['s3', 'get_bucket_lifecycle_configuration', { Bucket }],
    ['s3', 'get_bucket_encryption', { Bucket }],
    ['s3', 'get_public_access_block', { Bucket }],
    ['s3', 'get_bucket_policy', { Bucket }],
  );
  t.like(expiry.Rules[0], { Status: 'Enabled', Expiration: { Days: ACCESS_LOG_DAYS } });
  // The only encryption that load balancers write with (ELB enable-access-logging).
  t.like(encryption.ServerSideEncryptionConfiguration.Rules[0], {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
  });
  t.deepEqual([...new Set(Object.values(access.PublicAccessBlockConfiguration))], [true]);
  const [writer] = JSON.parse(policy.Policy).Statement;
  t.deepEqual(writer.Principal, { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' });
  t.is(writer.Resource, `arn:aws:s3:::${Bucket}/AWSLogs/123456789012/*`);
}

async function alarmsHold(
  t: ExecutionContext,
  ask: Ask,
  { suffix, topicArn, expected }: { suffix: string; topicArn: string; expected: FrontExpected },
): Promise<void> {
  const prefix = `${NAME}-${expected.front}-`;
  const [{ MetricAlarms }] = await ask(['cloudwatch', 'describe_alarms', { AlarmNamePrefix: prefix }]);
  const alarm = (name: string): Answer => MetricAlarms.find((one: Answer) => one.AlarmName === `${prefix}${name}`);
  const threeOfFive = { Period: 60, EvaluationPeriods: 5, DatapointsToAlarm: 3 };
  const errors = { ...threeOfFive, Threshold: 10, ComparisonOperator: 'GreaterThanOrEqualToThreshold' };
  t.like(alarm('target-5xx'), { ...errors, MetricName: 'HTTPCode_Target_5XX_Count', Statistic: 'Sum' });
  t.like(alarm('balancer-5xx'), { ...errors, MetricName: 'HTTPCode_ELB_5XX_Count', Statistic: 'Sum' });
  t.like(alarm('latency'), {
    ...threeOfFive,
    MetricName: 'TargetResponseTime',
    ExtendedStatistic: 'p95',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  t.deepEqual(alarm('latency').Dimensions, [{ Name: 'LoadBalancer', Value: suffix }]);
  for (const service of expected.watched) {
    t.like(alarm(`${service}-unhealthy`), { MetricName: 'UnHealthyHostCount', Statistic: 'Maximum', Threshold: 1 });
    t.like(alarm(`${service}-cpu`), { MetricName: 'CPUUtilization', Statistic: 'Average', Threshold: 90 });
  }
  for (const { AlarmName, AlarmActions, OKActions } of MetricAlarms) {
    t.deepEqual({ AlarmActions, OKActions }, { AlarmActions: [topicArn], OKActions: [topicArn] }, AlarmName);
  }
}

async function dashboardHolds(
  t: ExecutionContext,
  ask: Ask,
  { suffix, expected }: { suffix: string; expected: FrontExpected },
): Promise<void> {
  const name = { DashboardName: `${NAME}-${expected.front}` };
  const [{ DashboardBody }] = await ask(['cloudwatch', 'get_dashboard', name]);
  const { widgets } = JSON.parse(DashboardBody);
  const lines: string[] = widgets.flatMap((widget: Answer) => widget.properties.metrics.map(String));
  t.true(lines.includes(`AWS/ApplicationELB,RequestCount,LoadBalancer,${suffix},[object Object]`));
  const labels = widgets.flatMap((widget: Answer) =>
    widget.properties.metrics.map((line: Answer) => line.at(-1).label),
  );
  for (const service of expected.watched) t.true(labels.includes(service), service);
}
