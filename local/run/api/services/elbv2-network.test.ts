/** Network load balancers through the SDK's client: made with what goes with them, shown as AWS shows them, refused by name. */
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new elb.ElasticLoadBalancingV2Client(clientConfig(plane.endpoint));

const make = async (group = 'lines') => {
  const { LoadBalancers } = await client.send(
    new elb.CreateLoadBalancerCommand({ Name: 'edge', Type: 'network', Subnets: ['subnet-1'] }),
  );
  const { TargetGroups } = await client.send(
    new elb.CreateTargetGroupCommand({ Name: group, Protocol: 'TCP', Port: 7000, VpcId: 'vpc-1', TargetType: 'ip' }),
  );
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  return { lb: LoadBalancers?.[0], made: TargetGroups?.[0], LoadBalancerArn, TargetGroupArn };
};
const forward = (TargetGroupArn: string) => [{ Type: 'forward' as const, TargetGroupArn }];

test.serial('a load balancer in one zone without security groups, a group and a listener of TCP', async (t) => {
  const { lb, made, LoadBalancerArn, TargetGroupArn } = await make();
  t.like(lb, { Type: 'network', Scheme: 'internet-facing', CanonicalHostedZoneId: 'Z26RNL4JYFTOTI' });
  t.regex(LoadBalancerArn, /:loadbalancer\/net\/edge\/[0-9a-f]{16}$/);
  t.is(lb?.SecurityGroups, undefined);
  t.like(made, { Protocol: 'TCP', HealthCheckProtocol: 'TCP', HealthCheckTimeoutSeconds: 10 });
  t.is(made?.Matcher, undefined);
  t.is(made?.ProtocolVersion, undefined);
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn,
      Port: 7000,
      Protocol: 'TCP',
      DefaultActions: forward(TargetGroupArn),
    }),
  );
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  t.like(Listeners?.[0], { Protocol: 'TCP', Port: 7000 });
  const { Attributes } = await client.send(new elb.DescribeListenerAttributesCommand({ ListenerArn }));
  t.deepEqual(Attributes, [{ Key: 'tcp.idle_timeout.seconds', Value: '350' }]);
  const rule = new elb.CreateRuleCommand({
    ListenerArn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
    Actions: forward(TargetGroupArn),
  });
  await t.throwsAsync(client.send(rule), { name: 'InvalidConfigurationRequestException', message: /sees no requests/ });
});

test.serial('attributes of its groups are its own', async (t) => {
  const { TargetGroupArn } = await make('marked');
  const change = (Key: string, Value: string) =>
    client.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key, Value }] }));
  await change('proxy_protocol_v2.enabled', 'true');
  await change('stickiness.enabled', 'true');
  const { Attributes = [] } = await change('deregistration_delay.connection_termination.enabled', 'true');
  const values = Object.fromEntries(Attributes.map(({ Key = '', Value }) => [Key, Value]));
  t.like(values, {
    'proxy_protocol_v2.enabled': 'true',
    'stickiness.enabled': 'true',
    'stickiness.type': 'source_ip',
    'deregistration_delay.connection_termination.enabled': 'true',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  });
  await t.throwsAsync(change('slow_start.duration_seconds', '60'), { message: /slow_start.*no local counterpart/ });
  const { TargetGroups } = await client.send(
    new elb.ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckProtocol: 'HTTP', HealthCheckPath: '/up' }),
  );
  t.like(TargetGroups?.[0], { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/up', Matcher: { HttpCode: '200-399' } });
});

test.serial('an application load balancer is a target by a listener of its; a TLS listener has a policy', async (t) => {
  const { LoadBalancerArn, TargetGroupArn: lines } = await make();
  const { TargetGroups } = await client.send(
    new elb.CreateTargetGroupCommand({ Name: 'inner', Protocol: 'TCP', Port: 80, VpcId: 'vpc-1', TargetType: 'alb' }),
  );
  t.like(TargetGroups?.[0], { TargetType: 'alb', HealthCheckProtocol: 'HTTP', HealthCheckTimeoutSeconds: 6 });
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const register = (Id: string, Port?: number) =>
    client.send(new elb.RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id, ...(Port ? { Port } : {}) }] }));
  await t.throwsAsync(register('i-1'), { name: 'InvalidTargetException' });
  await t.throwsAsync(register(build.loadBalancer.arn, 81), { name: 'InvalidTargetException' });
  await register(build.loadBalancer.arn);
  await t.throwsAsync(register(LoadBalancerArn), { name: 'TooManyTargetsException' });
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn,
      Port: 7443,
      Protocol: 'TLS',
      Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b' }],
      AlpnPolicy: ['HTTP2Optional'],
      DefaultActions: forward(lines),
    }),
  );
  t.like(Listeners?.[0], { Protocol: 'TLS', AlpnPolicy: ['HTTP2Optional'] });
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  const changed = await client.send(new elb.ModifyListenerCommand({ ListenerArn, AlpnPolicy: ['None'] }));
  t.deepEqual(changed.Listeners?.[0]?.AlpnPolicy, ['None']);
});

for (const [what, change] of [
  ['datagrams', { Protocol: 'UDP' }],
  ['HTTP', { Protocol: 'HTTP' }],
  ['TLS without a certificate', { Protocol: 'TLS' }],
  ['a certificate of TCP', { Protocol: 'TCP', Certificates: [{ CertificateArn: 'arn:aws:acm:x' }] }],
  [
    'an action that answers',
    { DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] },
  ],
  ['a group of another kind', { DefaultActions: forward(build.targetGroup.arn) }],
] as const)
  test.serial(`no listener with ${what}`, async (t) => {
    const { LoadBalancerArn, TargetGroupArn } = await make();
    const input = { LoadBalancerArn, Port: 7001, Protocol: 'TCP', DefaultActions: forward(TargetGroupArn), ...change };
    await t.throwsAsync(client.send(new elb.CreateListenerCommand(input as elb.CreateListenerCommandInput)));
    t.false(plane.balancer.listeners().some(({ port }) => port === 7001));
  });
