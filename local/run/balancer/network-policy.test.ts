import test from 'ava';
import type { SecurityGroup, TrafficRule } from '../../topology.ts';
import { networkPolicyOf } from './network-policy.ts';

const rule = (change: Partial<TrafficRule> = {}): TrafficRule => ({
  protocol: 'tcp',
  fromPort: 80,
  toPort: 80,
  cidrBlocks: [],
  securityGroupIds: [],
  ...change,
});
const group = (id: string, ingress: TrafficRule[], egress: TrafficRule[]): SecurityGroup => ({
  address: `s/aws_security_group.${id}`,
  type: 'aws_security_group',
  stack: 's',
  dependsOn: [],
  digest: id,
  ignoreChanges: [],
  attributes: {},
  tags: {},
  id,
  name: id,
  ingress,
  egress,
});
const anywhere = rule({ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'] });
const lb = group('lb', [], [anywhere]);
const allowed = (task: SecurityGroup, port: number, from = lb): boolean =>
  networkPolicyOf([lb, task, from])([from.id], [task.id], port);

test('the ephemeral range from the load balancer only', (t) => {
  const task = group('task', [rule({ fromPort: 32_768, toPort: 60_999, securityGroupIds: ['lb'] })], [anywhere]);
  t.true(allowed(task, 32_768));
  t.true(allowed(task, 60_999));
  t.false(allowed(task, 5_000));
  t.false(networkPolicyOf([lb, task])(['other'], ['task'], 40_000));
});

test('both sides must allow it', (t) => {
  const task = group('task', [anywhere], []);
  t.true(allowed(task, 80));
  t.false(allowed(task, 80, group('closed', [], [])));
  t.false(allowed(group('task', [], []), 80));
  t.true(allowed(task, 80, group('narrow', [], [rule({ securityGroupIds: ['task'] })])));
  t.false(allowed(task, 81, group('narrow', [], [rule({ securityGroupIds: ['task'] })])));
});

test('CIDR sources: everywhere and private ranges cover the VPC, others do not', (t) => {
  for (const [cidr, covers] of [
    ['0.0.0.0/0', true],
    ['10.0.0.0/16', true],
    ['172.31.0.0/16', true],
    ['192.168.1.0/24', true],
    ['203.0.113.0/24', false],
    ['172.32.0.0/16', false],
  ] as const)
    t.is(allowed(group('task', [rule({ cidrBlocks: [cidr] })], []), 80), covers, cidr);
});

test('another protocol allows no request', (t) => {
  t.false(allowed(group('task', [rule({ protocol: 'udp', cidrBlocks: ['0.0.0.0/0'] })], []), 80));
});

test('no groups and unknown groups are allowed', (t) => {
  const policy = networkPolicyOf([group('task', [], [])]);
  t.true(policy([], [], 80));
  t.true(policy(['lb'], ['nowhere'], 80));
  t.false(policy([], ['task'], 80));
});
