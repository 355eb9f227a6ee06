/** EC2's describe calls in EC2's own XML, and CloudFormation's stacks. */
import test from 'ava';
import { startApi } from '../testing/plane.ts';
import { query } from '../testing/query.ts';

const plane = await startApi({
  addresses: {
    bindPort: (_h, port) => port,
    listener: (_arn, port) => ({ host: '127.0.0.9', port }),
    localise: (x) => x.replace('shop', '127.0.0.9'),
  },
});
test.after.always(() => plane.close());

const ec2 = (action: string, parameters: Record<string, string> = {}) =>
  query(plane.endpoint, '2016-11-15', action, parameters);
const filter = (...pairs: string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.flatMap((pair, index) => {
      const [name = '', values = ''] = pair.split('=');
      const given = values.split(',').map((value, at) => [`Filter.${index + 1}.Value.${at + 1}`, value]);
      return [[`Filter.${index + 1}.Name`, name], ...given];
    }),
  );

test('VPCs, subnets, groups, zones and instances of the stacks', async (t) => {
  t.deepEqual((await ec2('DescribeVpcs')).all('vpcId'), ['vpc-1']);
  const subnets = await ec2('DescribeSubnets');
  t.deepEqual(subnets.all('subnetId'), ['subnet-1', 'subnet-2']);
  t.deepEqual(subnets.all('mapPublicIpOnLaunch'), ['true', 'false']);
  t.deepEqual(subnets.all('availabilityZoneId'), ['use1-az1', 'use1-az2']);
  t.regex(subnets.text, /^<DescribeSubnetsResponse xmlns="[^"]+"><requestId>[^<]+<\/requestId><subnetSet><item>/);
  const groups = await ec2('DescribeSecurityGroups');
  t.deepEqual(groups.all('groupDescription'), ['Tasks <here>']);
  t.deepEqual(groups.all('cidrIp'), ['0.0.0.0/0', '0.0.0.0/0']);
  t.deepEqual(groups.all('cidrIpv6'), ['::/0']);
  t.deepEqual(groups.all('fromPort'), ['80']);
  t.deepEqual((await ec2('DescribeAvailabilityZones')).all('zoneName'), ['us-east-1a', 'us-east-1b']);
  const instances = await ec2('DescribeInstances', { 'InstanceId.1': 'i-1' });
  t.deepEqual(instances.all('ipAddress'), ['127.20.0.1']);
  t.deepEqual(instances.all('subnetId'), ['subnet-1']);
  t.regex(instances.text, /<instanceState><code>16<\/code><name>running<\/name><\/instanceState>/);
});

for (const [given, found] of [
  [['vpc-id=vpc-1'], ['subnet-1', 'subnet-2']],
  [['availability-zone=us-east-1b,us-east-1c'], ['subnet-2']],
  [['map-public-ip-on-launch=true', 'vpc-id=vpc-1'], ['subnet-1']],
  [['tag:Name=subnet-?'], ['subnet-1', 'subnet-2']],
  [['tag:Name=*-2'], ['subnet-2']],
  [['tag:name=subnet-1'], []],
  [['tag-key=Na*'], ['subnet-1', 'subnet-2']],
  [['cidr-block=10.0.0.0/24', 'vpc-id=vpc-2'], []],
] as const)
  test(`subnets by ${given.join(' and ')}`, async (t) => {
    t.deepEqual((await ec2('DescribeSubnets', filter(...given))).all('subnetId'), [...found]);
  });

for (const [action, parameters, code] of [
  ['DescribeVpcs', { 'VpcId.1': 'vpc-2' }, 'InvalidVpcID.NotFound'],
  ['DescribeSubnets', { 'SubnetId.1': 'subnet-1', 'SubnetId.2': 'x' }, 'InvalidSubnetID.NotFound'],
  ['DescribeSecurityGroups', { 'GroupId.1': 'sg-9' }, 'InvalidGroup.NotFound'],
  ['DescribeSecurityGroups', { 'GroupName.1': 'default' }, 'InvalidGroup.NotFound'],
  ['DescribeInstances', { 'InstanceId.1': 'i-9' }, 'InvalidInstanceID.NotFound'],
  ['DescribeSubnets', filter('colour=red'), 'InvalidParameterValue'],
  ['DescribeSubnets', { MaxResults: '1' }, 'InvalidParameterValue'],
  ['DescribeSubnets', { NextToken: 'x' }, 'InvalidParameterValue'],
  ['RunInstances', {}, 'InvalidAction'],
] as const)
  test(`refused: ${action} ${JSON.stringify(parameters)}`, async (t) => {
    const answer = await ec2(action, parameters);
    t.is(answer.status, 400);
    t.regex(answer.text, /^<Response><Errors><Error><Code>/);
    t.deepEqual(answer.all('Code'), [code]);
  });

const stacks = (action: string, parameters: Record<string, string> = {}) =>
  query(plane.endpoint, '2010-05-15', action, parameters);

test('stacks with their outputs: addresses that answer here, nothing sensitive', async (t) => {
  const all = await stacks('DescribeStacks');
  t.deepEqual(all.all('StackName'), ['other', 'stack']);
  const one = await stacks('DescribeStacks', { StackName: all.all('StackId')[1] ?? '' });
  t.deepEqual(one.all('OutputKey'), ['url', 'ids']);
  t.deepEqual(one.all('OutputValue'), ['http://127.0.0.9', '["a","b"]']);
  t.false(one.text.includes('secret'));
  t.deepEqual((await stacks('ListStacks', { 'StackStatusFilter.member.1': 'DELETE_COMPLETE' })).all('StackName'), []);
  t.deepEqual((await stacks('DescribeStacks', { StackName: 'x' })).all('Code'), ['ValidationError']);
  const refused = await stacks('DeleteStack', { StackName: 'stack' });
  t.is(refused.status, 400);
  t.regex(refused.text, /cutover down/);
});

test('TerminateInstances: all that exist at once, and none where one does not', async (t) => {
  const missing = await ec2('TerminateInstances', { 'InstanceId.1': 'i-1', 'InstanceId.2': 'i-9' });
  t.regex(missing.text, /InvalidInstanceID\.NotFound.*'i-9' does not exist/s);
  t.regex((await ec2('TerminateInstances', { 'InstanceId.1': 'i-1', DryRun: 'true' })).text, /DryRunOperation/);
  const before = (await ec2('DescribeInstances')).all('instanceId');
  t.true(before.includes('i-1'));
  const ended = await ec2('TerminateInstances', { 'InstanceId.1': 'i-1' });
  t.deepEqual(ended.all('instanceId'), ['i-1']);
  t.regex(ended.text, /<currentState><code>32<\/code><name>shutting-down<\/name><\/currentState>/);
});
