/** Load balancers through the SDK's client: made, found, refused, removed with what stands on them. */
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import test from 'ava';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());
const client = new elb.ElasticLoadBalancingV2Client(clientConfig(plane.endpoint));

const input = { Name: 'interstella', Subnets: ['subnet-1', 'subnet-2'], SecurityGroups: ['sg-1'] };
const create = async (change: Partial<elb.CreateLoadBalancerCommandInput> = {}) =>
  (await client.send(new elb.CreateLoadBalancerCommand({ ...input, ...change }))).LoadBalancers?.[0];
const remove = (LoadBalancerArn = '') => client.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn }));

test.serial('made, made again, given a listener and a rule, removed with both', async (t) => {
  const made = await create();
  const LoadBalancerArn = made?.LoadBalancerArn ?? '';
  t.like(made, { LoadBalancerName: 'interstella', Scheme: 'internet-facing', SecurityGroups: ['sg-1'] });
  t.is((await create({ Subnets: ['subnet-2', 'subnet-1'] }))?.LoadBalancerArn, LoadBalancerArn);
  await t.throwsAsync(create({ Scheme: 'internal' }), { name: 'DuplicateLoadBalancerNameException' });
  const answer = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '404' } };
  const { Listeners } = await client.send(
    new elb.CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: [answer] }),
  );
  const ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  const Conditions = [{ Field: 'path-pattern', Values: ['/x'] }];
  await client.send(new elb.CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [answer] }));
  await remove(LoadBalancerArn);
  t.deepEqual(
    plane.balancer.loadBalancers().map(({ name }) => name),
    ['shop'],
  );
  t.false(plane.balancer.listeners().some(({ arn }) => arn === ListenerArn));
  t.false(plane.balancer.rules().some(({ listenerArn }) => listenerArn === ListenerArn));
  await t.notThrowsAsync(remove(LoadBalancerArn));
});

for (const [what, change, name] of [
  ['a name of the stacks', { Name: 'shop', Scheme: 'internal' }, 'DuplicateLoadBalancerNameException'],
  ['a name with a dot', { Name: 'a.b' }, 'ValidationError'],
  ['one zone', { Subnets: ['subnet-1'] }, 'ValidationError'],
  ['an unknown subnet', { Subnets: ['subnet-1', 'subnet-9'] }, 'SubnetNotFoundException'],
  ['subnets said twice', { SubnetMappings: [{ SubnetId: 'subnet-1' }] }, 'ValidationError'],
  ['no security group', { SecurityGroups: [] }, 'ValidationError'],
  ['an unknown security group', { SecurityGroups: ['sg-9'] }, 'InvalidSecurityGroupException'],
  ['another type', { Type: 'gateway' }, 'ValidationError'],
] as const)
  test.serial(`refused: ${what}`, async (t) => {
    await t.throwsAsync(create(change as object), { name });
    t.is(plane.balancer.loadBalancers().length, 1);
  });

test.serial('the stacks keep theirs', async (t) => {
  await t.throwsAsync(remove(build.loadBalancer.arn), { message: /made by the stacks/ });
});
