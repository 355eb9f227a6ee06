import test from 'ava';
import { Network, type NetworkEgress } from './network.ts';
import { refuses, synth } from './testing/synth.ts';

const network = (egress: NetworkEgress, zoneCount = 2) => {
  let made: Network | undefined;
  const out = synth((stack) => {
    made = new Network(stack, 'network', { name: 'interstella', region: 'us-east-1', egress, zoneCount });
  });
  return { out, network: made! };
};

test('a public and a private subnet in each of two zones, tagged with the environment', (t) => {
  const { out } = network('nat');
  t.is(out.one('aws_vpc').tags.Name, 'interstella');
  const subnets = out.all('aws_subnet');
  t.is(subnets.length, 4);
  t.is(subnets.filter((subnet) => subnet.map_public_ip_on_launch).length, 2);
  t.is(new Set(subnets.map((subnet) => subnet.cidr_block)).size, 4);
  t.is(new Set(subnets.map((subnet) => subnet.availability_zone)).size, 2);
});

test('the default security group is of this VPC, and has no rule', (t) => {
  const { vpc_id, ingress, egress } = network('nat').out.one('aws_default_security_group');
  t.regex(vpc_id, /^\$\{aws_vpc\.\w+\.id\}$/);
  t.deepEqual([ingress, egress], [undefined, undefined]);
});

test('public subnets lead to the internet gateway', (t) => {
  const { out } = network('nat');
  const routes = out.all('aws_route').filter((route) => route.gateway_id);
  t.is(routes.length, 1);
  t.is(out.all('aws_internet_gateway').length, 1);
  t.is(out.all('aws_route_table_association').length, 4);
});

test('nat: one gateway, both private tables through it, workloads private', (t) => {
  const made = network('nat');
  t.is(made.out.all('aws_nat_gateway').length, 1);
  const targets = made.out.all('aws_route').flatMap((route) => route.nat_gateway_id ?? []);
  t.is(targets.length, 2);
  t.is(new Set(targets).size, 1);
  t.false(made.network.workloadsArePublic);
  t.deepEqual(made.network.workloadSubnetIds, made.network.privateSubnetIds);
});

test('nat-per-zone: a gateway and an address in each zone', (t) => {
  const { out } = network('nat-per-zone', 3);
  t.is(out.all('aws_nat_gateway').length, 3);
  t.is(out.all('aws_eip').length, 3);
  t.is(network('nat-per-zone', 3).network.natAddresses.length, 3);
  t.is(new Set(out.all('aws_route').flatMap((route) => route.nat_gateway_id ?? [])).size, 3);
});

test('endpoints: interface endpoints instead of NAT, workloads public', (t) => {
  const made = network('endpoints');
  t.is(made.out.all('aws_nat_gateway').length, 0);
  t.deepEqual(made.network.natAddresses, []);
  const endpoints = made.out.all('aws_vpc_endpoint');
  const names = endpoints.filter((e) => e.vpc_endpoint_type === 'Interface').map((e) => e.service_name);
  t.true(names.includes('com.amazonaws.us-east-1.ecr.dkr') && names.includes('com.amazonaws.us-east-1.ssm'));
  t.true(made.network.workloadsArePublic);
  t.deepEqual(made.network.workloadSubnetIds, made.network.publicSubnetIds);
});

test('S3 and DynamoDB never go through NAT', (t) => {
  const gateways = network('nat')
    .out.all('aws_vpc_endpoint')
    .map((endpoint) => endpoint.service_name);
  t.deepEqual(gateways.sort(), ['com.amazonaws.us-east-1.dynamodb', 'com.amazonaws.us-east-1.s3']);
});

test('one zone and a block too small are refused together', (t) => {
  refuses(t, ['cidrBlock', 'zoneCount'], (stack) => {
    new Network(stack, 'n', { name: 'x', region: 'us-east-1', egress: 'nat', zoneCount: 1, cidrBlock: '10.0.0.0/24' });
  });
});
