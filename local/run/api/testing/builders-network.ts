/** Network, roles, stacks and outputs for tests of the endpoint. */
import type { InertResource, Output, SecurityGroup, Subnet } from '../../../topology.ts';
import type { AppliedResources } from '../ports.ts';
import { base } from './builders.ts';

const inert = (type: string, id: string, attributes: Record<string, unknown>): InertResource => ({
  ...base(type, id),
  id,
  attributes,
});

const subnet = (id: string, zone: string, cidr: string): Subnet => ({
  ...base('aws_subnet', id),
  id,
  zone,
  attributes: { vpc_id: 'vpc-1', cidr_block: cidr, map_public_ip_on_launch: zone.endsWith('a') },
});

const group: SecurityGroup = {
  ...base('aws_security_group', 'tasks'),
  id: 'sg-1',
  name: 'tasks',
  attributes: { vpc_id: 'vpc-1', description: 'Tasks <here>' },
  ingress: [
    { protocol: 'tcp', fromPort: 80, toPort: 80, cidrBlocks: ['0.0.0.0/0', '::/0'], securityGroupIds: ['sg-2'] },
  ],
  egress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'], securityGroupIds: [] }],
};

const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };

const output = (name: string, value: unknown, sensitive = false): Output => ({
  stack: 'stack',
  name,
  value,
  sensitive,
  description: null,
});

export const network: Pick<AppliedResources, 'stacks' | 'outputs' | 'subnets' | 'securityGroups' | 'inert'> = {
  stacks: ['other', 'stack'],
  outputs: [output('url', 'http://shop'), output('ids', ['a', 'b']), output('key', 'secret', true)],
  subnets: [subnet('subnet-1', 'us-east-1a', '10.0.0.0/24'), subnet('subnet-2', 'us-east-1b', '10.0.1.0/24')],
  securityGroups: [group],
  inert: [
    inert('aws_vpc', 'vpc-1', { cidr_block: '10.0.0.0/16' }),
    inert('aws_iam_role', 'ECSTaskRole', { assume_role_policy: JSON.stringify(trust), path: '/tasks/' }),
    inert('aws_iam_role_policy', 'ECSTaskRole:logs', { role: 'ECSTaskRole', name: 'logs', policy: '{"a":"(b)"}' }),
    inert('aws_iam_role_policy_attachment', 'x', {
      role: 'ECSTaskRole',
      policy_arn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
    }),
    inert('aws_iam_policy', 'arn:aws:iam::123456789012:policy/mine', {}),
  ],
};
