/** Load balancer resources made, changed and removed through the SDK's client. */
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import test from 'ava';
import * as build from '../testing/builders.ts';
import * as delivery from '../testing/builders-delivery.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new elb.ElasticLoadBalancingV2Client(clientConfig(plane.endpoint));

/** The workshop's create-target-group. */
const groupInput: elb.CreateTargetGroupCommandInput = {
  Name: 'monolith-cntr-tg',
  VpcId: 'vpc-010b11d3ad023b4ed',
  Port: 3000,
  Protocol: 'HTTP',
  TargetType: 'ip',
  HealthCheckProtocol: 'HTTP',
  HealthCheckPath: '/',
  HealthCheckIntervalSeconds: 6,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 2,
  UnhealthyThresholdCount: 2,
};

const makeGroup = async (Name: string): Promise<string> => {
  const { TargetGroups } = await client.send(new elb.CreateTargetGroupCommand({ ...groupInput, Name }));
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
};
const forward = (TargetGroupArn: string): elb.Action[] => [{ Type: 'forward', TargetGroupArn }];
const rulesOf = async (ListenerArn: string) =>
  (await client.send(new elb.DescribeRulesCommand({ ListenerArn }))).Rules ?? [];

test.serial('a target group is made, made again, changed and removed', async (t) => {
  const { TargetGroups } = await client.send(new elb.CreateTargetGroupCommand(groupInput));
  const made = TargetGroups?.[0];
  t.like(made, { ...groupInput, Name: undefined, TargetGroupName: 'monolith-cntr-tg', Matcher: { HttpCode: '200' } });
  t.is(await makeGroup('monolith-cntr-tg'), made?.TargetGroupArn ?? '');
  await t.throwsAsync(client.send(new elb.CreateTargetGroupCommand({ ...groupInput, Port: 3001 })), {
    name: 'DuplicateTargetGroupNameException',
  });
  const TargetGroupArn = made?.TargetGroupArn ?? '';
  const modified = await client.send(
    new elb.ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath: '/api', Matcher: { HttpCode: '200-299' } }),
  );
  t.like(modified.TargetGroups?.[0], { HealthCheckPath: '/api', HealthCheckIntervalSeconds: 6 });
  const { Attributes } = await client.send(
    new elb.ModifyTargetGroupAttributesCommand({
      TargetGroupArn,
      Attributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        { Key: 'stickiness.enabled', Value: 'true' },
        { Key: 'stickiness.lb_cookie.duration_seconds', Value: '60' },
      ],
    }),
  );
  t.deepEqual(Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value, '30');
  t.like(plane.balancer.targetGroups().find(({ arn }) => arn === TargetGroupArn)?.stickiness, { durationSeconds: 60 });
  await client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn }));
  await client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn }));
  await t.throwsAsync(client.send(new elb.DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] })), {
    name: 'TargetGroupNotFoundException',
  });
});

test.serial('a listener is made, its actions and port changed, and removed with its rules', async (t) => {
  const one = await makeGroup('one');
  const two = await makeGroup('two');
  const created = await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: build.loadBalancer.arn,
      Port: 8081,
      Protocol: 'HTTP',
      DefaultActions: forward(one),
    }),
  );
  const ListenerArn = created.Listeners?.[0]?.ListenerArn ?? '';
  t.regex(ListenerArn, /:listener\/app\/shop\/0123456789abcdef\/[0-9a-f]{16}$/);
  const weighted: elb.Action = {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: one, Weight: 90 },
        { TargetGroupArn: two, Weight: 10 },
      ],
      TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
    },
  };
  const changed = await client.send(
    new elb.ModifyListenerCommand({ ListenerArn, Port: 8082, DefaultActions: [weighted] }),
  );
  t.like(changed.Listeners?.[0], { Port: 8082 });
  t.deepEqual(changed.Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups, [
    { TargetGroupArn: one, Weight: 90 },
    { TargetGroupArn: two, Weight: 10 },
  ]);
  await t.throwsAsync(client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: two })), {
    name: 'ResourceInUseException',
  });
  const rule = { ListenerArn, Priority: 1, Actions: forward(two) };
  await client.send(
    new elb.CreateRuleCommand({ ...rule, Conditions: [{ Field: 'path-pattern', Values: ['/api/users*'] }] }),
  );
  await client.send(new elb.DeleteListenerCommand({ ListenerArn }));
  t.false(plane.balancer.rules().some(({ listenerArn }) => listenerArn === ListenerArn));
  await client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: two }));
});

test.serial('rules are made, changed, moved and removed', async (t) => {
  const ListenerArn = build.listener.arn;
  const { Rules } = await client.send(
    new elb.CreateRuleCommand({
      ListenerArn,
      Priority: 20,
      Conditions: [
        { Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } },
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-try', Values: ['1'] } },
        { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'version', Value: '2' }] } },
      ],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503', MessageBody: 'later' } }],
    }),
  );
  const RuleArn = Rules?.[0]?.RuleArn ?? '';
  t.is(Rules?.[0]?.Conditions?.length, 3);
  await client.send(
    new elb.ModifyRuleCommand({
      RuleArn,
      Conditions: [{ Field: 'host-header', Values: ['shop.example'] }],
      Actions: [{ Type: 'redirect', RedirectConfig: { Path: '/new', StatusCode: 'HTTP_301' } }],
    }),
  );
  const changed = (await rulesOf(ListenerArn)).find((one) => one.RuleArn === RuleArn);
  t.like(changed?.Conditions?.[0], { Field: 'host-header', Values: ['shop.example'] });
  t.like(changed?.Actions?.[0]?.RedirectConfig, { Path: '/new', StatusCode: 'HTTP_301' });
  // They swap: neither priority is free before the other has moved.
  await client.send(
    new elb.SetRulePrioritiesCommand({
      RulePriorities: [
        { RuleArn, Priority: 10 },
        { RuleArn: build.rule.arn, Priority: 20 },
      ],
    }),
  );
  t.deepEqual(
    (await rulesOf(ListenerArn)).map((one) => [one.Priority, one.RuleArn === RuleArn]),
    [
      ['10', true],
      ['20', false],
      ['default', false],
    ],
  );
  await client.send(new elb.DeleteRuleCommand({ RuleArn }));
  t.is((await rulesOf(ListenerArn)).length, 2);
});

test.serial('instances and addresses of the plane are registered and deregistered', async (t) => {
  const { arn: TargetGroupArn } = build.targetGroup;
  await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: 'i-1', Port: 8080 }] }));
  const states = async () =>
    (await client.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions?.map(
      (one) => `${one.Target?.Id}:${one.Target?.Port} ${one.TargetHealth?.State}`,
    );
  t.deepEqual(await states(), ['i-1:32769 unhealthy', 'i-1:8080 initial']);
  await client.send(new elb.DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: 'i-1', Port: 8080 }] }));
  t.deepEqual(await states(), ['i-1:32769 unhealthy']);
  const ip = { TargetGroupArn: delivery.blueGroup.arn, Targets: [{ Id: '127.20.0.1' }] };
  await client.send(new elb.RegisterTargetsCommand(ip));
  t.like(plane.balancer.health(delivery.blueGroup.arn)[0]?.target, {
    id: '127.20.0.1',
    port: 3000,
    endpoint: { host: '127.20.0.1', port: 3000 },
  });
});

const group = (change: Partial<elb.CreateTargetGroupCommandInput>) => () =>
  client.send(new elb.CreateTargetGroupCommand({ ...groupInput, Name: 'refused', ...change }));
const listener = (change: Partial<elb.CreateListenerCommandInput>) => () =>
  client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: build.loadBalancer.arn,
      Port: 9000,
      Protocol: 'HTTP',
      DefaultActions: forward(delivery.blueGroup.arn),
      ...change,
    }),
  );
const rule = (change: Partial<elb.CreateRuleCommandInput>) => () =>
  client.send(
    new elb.CreateRuleCommand({
      ListenerArn: build.listener.arn,
      Priority: 100,
      Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
      Actions: forward(delivery.blueGroup.arn),
      ...change,
    }),
  );

const REFUSALS: [string, () => Promise<unknown>, string, RegExp?][] = [
  ['a group without VPC', group({ VpcId: undefined }), 'ValidationError', /VPC/],
  ['a group without port', group({ Port: undefined }), 'ValidationError', /port/],
  ['a group name with an underscore', group({ Name: 'a_b' }), 'ValidationError', /Name/],
  ['a check slower than its interval', group({ HealthCheckTimeoutSeconds: 6 }), 'ValidationError', /smaller/],
  ['a check interval of 4', group({ HealthCheckIntervalSeconds: 4 }), 'ValidationError', /5 to 300/],
  ['HTTP/2', group({ ProtocolVersion: 'HTTP2' }), 'ValidationError', /ProtocolVersion/],
  ['functions as targets', group({ TargetType: 'lambda' }), 'ValidationError', /TargetType/],
  ['a second listener on a port', listener({ Port: 80 }), 'DuplicateListenerException'],
  [
    'a listener of a load balancer that is not there',
    listener({ LoadBalancerArn: 'arn:x' }),
    'LoadBalancerNotFoundException',
  ],
  ['HTTPS', listener({ Protocol: 'HTTPS' }), 'UnsupportedProtocolException'],
  ['certificates', listener({ Certificates: [{ CertificateArn: 'x' }] }), 'ValidationError', /Certificates/],
  [
    'a target group that is not there',
    listener({ DefaultActions: forward('arn:none') }),
    'TargetGroupNotFoundException',
  ],
  [
    'authentication',
    listener({ DefaultActions: [{ Type: 'authenticate-oidc' }] }),
    'InvalidLoadBalancerActionException',
    /authenticate-oidc/,
  ],
  ['no action', listener({ DefaultActions: [] }), 'ValidationError'],
  [
    'six groups',
    listener({
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: { TargetGroups: Array.from({ length: 6 }, (_, i) => ({ TargetGroupArn: `arn:${i}` })) },
        },
      ],
    }),
    'TooManyTargetGroupsException',
  ],
  [
    'a weight of 1000',
    listener({
      DefaultActions: [
        { Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'arn:x', Weight: 1000 }] } },
      ],
    }),
    'ValidationError',
    /0 to 999/,
  ],
  ['a priority that is taken', rule({ Priority: 20 }), 'PriorityInUseException', /20/],
  ['priority 0', rule({ Priority: 0 }), 'ValidationError', /Priority/],
  ['a rule of a listener that is not there', rule({ ListenerArn: 'arn:x' }), 'ListenerNotFoundException'],
  ['no condition', rule({ Conditions: [] }), 'ValidationError', /condition/],
  [
    'six values',
    rule({ Conditions: [{ Field: 'path-pattern', Values: ['/1', '/2', '/3', '/4', '/5', '/6'] }] }),
    'ValidationError',
    /6 condition values/,
  ],
  ['an unknown field', rule({ Conditions: [{ Field: 'cookie', Values: ['x'] }] }), 'ValidationError', /cookie/],
  [
    'a redirect to itself',
    rule({ Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }] }),
    'InvalidLoadBalancerActionException',
    /loop/,
  ],
  [
    'a change of the default rule',
    () =>
      client.send(new elb.ModifyRuleCommand({ RuleArn: `${build.rule.arn.replace('bbbb', 'default')}`, Actions: [] })),
    'OperationNotPermittedException',
  ],
  [
    'an attribute without local counterpart',
    () =>
      client.send(
        new elb.ModifyTargetGroupAttributesCommand({
          TargetGroupArn: build.targetGroup.arn,
          Attributes: [{ Key: 'proxy_protocol_v2.enabled', Value: 'true' }],
        }),
      ),
    'InvalidConfigurationRequestException',
    /proxy_protocol_v2/,
  ],
  [
    'an instance that is not there',
    () =>
      client.send(
        new elb.RegisterTargetsCommand({ TargetGroupArn: build.targetGroup.arn, Targets: [{ Id: 'i-none' }] }),
      ),
    'InvalidTargetException',
    /i-none/,
  ],
  [
    'an address of nobody',
    () =>
      client.send(
        new elb.RegisterTargetsCommand({ TargetGroupArn: delivery.blueGroup.arn, Targets: [{ Id: '10.0.0.1' }] }),
      ),
    'InvalidTargetException',
    /10\.0\.0\.1/,
  ],
];
for (const [name, run, code, message] of REFUSALS)
  test.serial(`ELBv2 refuses ${name}`, async (t) => {
    await t.throwsAsync(run(), { name: code, ...(message ? { message } : {}) });
  });
