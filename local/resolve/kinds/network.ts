/** Subnets and security groups. */
import type { Values } from '../../read/schema.ts';
import { SECURITY_GROUP, SECURITY_GROUP_RULE, SUBNET, VPC_RULE } from '../../read/schemas/aws-network.ts';
import type { SecurityGroup, Subnet, TrafficRule } from '../../topology.ts';
import { acting, type BuildContext, contributing, type Evaluated } from '../kind.ts';
import { arnOf, type Computed, ec2Id, nameOf } from '../names.ts';

const subnet = acting(
  SUBNET,
  'subnets',
  (names, block) => {
    const id = ec2Id('subnet', block.address);
    return {
      id,
      arn: arnOf(names, 'ec2', `subnet/${id}`),
      availability_zone: `${names.region}a`,
      owner_id: names.accountId,
    };
  },
  ({ base, computed }): Subnet => ({ ...base, id: computed('id'), zone: computed('availability_zone') }),
);

const securityGroup = acting(
  SECURITY_GROUP,
  'securityGroups',
  (names, block, attribute) => {
    const id = ec2Id('sg', block.address);
    return {
      id,
      arn: arnOf(names, 'ec2', `security-group/${id}`),
      name: nameOf(block, attribute),
      owner_id: names.accountId,
    };
  },
  (context): SecurityGroup => {
    const { base, computed } = context;
    const id = computed('id');
    return {
      ...base,
      id,
      name: computed('name'),
      ingress: rulesOf(context, id, 'ingress'),
      egress: rulesOf(context, id, 'egress'),
    };
  },
);

type Way = 'ingress' | 'egress';

/** Inline rules, `aws_security_group_rule` and `aws_vpc_security_group_*_rule`, merged. */
function rulesOf({ values, all }: BuildContext<typeof SECURITY_GROUP.fields>, id: string, way: Way): TrafficRule[] {
  const belongs = (e: Evaluated): boolean => e.values['security_group_id'] === id;
  const inline = values[way].map((r) =>
    traffic(r.protocol, [r.from_port, r.to_port], r.cidr_blocks, [...r.security_groups, ...(r.self ? [id] : [])]),
  );
  const separate = all('aws_security_group_rule')
    .filter(belongs)
    .map((e) => e.values as Values<typeof SECURITY_GROUP_RULE.fields>)
    .filter((r) => r.type === way)
    .map((r) => {
      const groups = [r.source_security_group_id, r.self ? id : null].filter((g) => g !== null);
      return traffic(r.protocol, [r.from_port, r.to_port], r.cidr_blocks, groups);
    });
  const vpc = all(`aws_vpc_security_group_${way}_rule`)
    .filter(belongs)
    .map((e) => e.values as Values<typeof VPC_RULE.fields>)
    .map((r) =>
      traffic(
        r.ip_protocol,
        [r.from_port, r.to_port],
        r.cidr_ipv4 ? [r.cidr_ipv4] : [],
        r.referenced_security_group_id ? [r.referenced_security_group_id] : [],
      ),
    );
  return [...inline, ...separate, ...vpc];
}

function traffic(
  protocol: string,
  [from, to]: readonly [number | null, number | null],
  cidrBlocks: readonly string[],
  securityGroupIds: readonly string[],
): TrafficRule {
  const isAll = protocol === '-1' || protocol.toLowerCase() === 'all';
  return {
    protocol: isAll ? '-1' : protocol.toLowerCase(),
    fromPort: isAll ? 0 : Math.max(0, from ?? 0),
    toPort: isAll || to === -1 ? 65_535 : (to ?? 65_535),
    cidrBlocks,
    securityGroupIds,
  };
}

const ruleIds: Computed = (names, block) => {
  const id = ec2Id('sgr', block.address);
  return { id, security_group_rule_id: id, arn: arnOf(names, 'ec2', `security-group-rule/${id}`) };
};

export const NETWORK_KINDS = [
  subnet,
  securityGroup,
  contributing(SECURITY_GROUP_RULE, ruleIds),
  contributing(VPC_RULE, ruleIds),
];
