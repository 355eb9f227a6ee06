/** aws_subnet, aws_security_group and its rules (VPC user guide). */
import { blocks, bool, COMMON, inert, number, schema, text, texts, word } from '../schema.ts';

const NETWORK = 'addresses on one machine need no network of their own';
const IPV6 = 'loopback is IPv4';

export const SUBNET = schema(['aws_subnet'], {
  availability_zone: text(),
  availability_zone_id: inert('the zone’s name decides'),
  vpc_id: inert(NETWORK),
  cidr_block: inert(NETWORK),
  map_public_ip_on_launch: inert(NETWORK),
  map_customer_owned_ip_on_launch: inert(NETWORK),
  customer_owned_ipv4_pool: inert(NETWORK),
  outpost_arn: inert(NETWORK),
  assign_ipv6_address_on_creation: inert(IPV6),
  ipv6_cidr_block: inert(IPV6),
  ipv6_native: inert(IPV6),
  enable_dns64: inert(IPV6),
  enable_lni_at_device_index: inert(NETWORK),
  private_dns_hostname_type_on_launch: inert(NETWORK),
  enable_resource_name_dns_a_record_on_launch: inert(NETWORK),
  enable_resource_name_dns_aaaa_record_on_launch: inert(NETWORK),
  ...COMMON,
});

const PORT = { min: -1, max: 65_535 };

const INLINE_RULE = {
  protocol: text({ required: true }),
  from_port: number({ required: true, ...PORT }),
  to_port: number({ required: true, ...PORT }),
  cidr_blocks: texts(),
  security_groups: texts(),
  self: bool(false),
  description: inert('for people'),
  ipv6_cidr_blocks: inert(IPV6),
  prefix_list_ids: inert(NETWORK),
} as const;

export const SECURITY_GROUP = schema(['aws_security_group'], {
  name: text({ pattern: /^(?!sg-)[^\n]{1,255}$/, rule: 'at most 255 characters, not sg-…' }),
  name_prefix: text(),
  ingress: blocks(INLINE_RULE),
  egress: blocks(INLINE_RULE),
  vpc_id: inert(NETWORK),
  description: inert('for people'),
  revoke_rules_on_delete: inert('rules go with their group'),
  ...COMMON,
});

export const SECURITY_GROUP_RULE = schema(['aws_security_group_rule'], {
  security_group_id: text({ required: true }),
  type: word(['ingress', 'egress']),
  protocol: text({ required: true }),
  from_port: number({ required: true, ...PORT }),
  to_port: number({ required: true, ...PORT }),
  cidr_blocks: texts(),
  source_security_group_id: text(),
  self: bool(false),
  description: inert('for people'),
  ipv6_cidr_blocks: inert(IPV6),
  prefix_list_ids: inert(NETWORK),
  timeouts: COMMON.timeouts,
  region: COMMON.region,
});

export const VPC_RULE = schema(['aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule'], {
  security_group_id: text({ required: true }),
  ip_protocol: text({ required: true }),
  from_port: number(PORT),
  to_port: number(PORT),
  cidr_ipv4: text(),
  referenced_security_group_id: text(),
  cidr_ipv6: inert(IPV6),
  prefix_list_id: inert(NETWORK),
  description: inert('for people'),
  ...COMMON,
});
