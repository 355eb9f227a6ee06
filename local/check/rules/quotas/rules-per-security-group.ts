import type { SecurityGroup, TrafficRule } from '../../../topology.ts';
import { quota } from './quota.ts';

/** Each address block and each group that is named counts as a rule. */
const counted = (rules: readonly TrafficRule[]): number =>
  rules.reduce((sum, r) => sum + Math.max(1, r.cidrBlocks.length + r.securityGroupIds.length), 0);

export const rulesPerSecurityGroup = quota({
  id: 'quota-rules-per-security-group',
  max: 60,
  what: 'rules in one direction',
  per: 'a security group (each address block and each group that is named counts)',
  isAdjustable: true,
  page: 'VPC amazon-vpc-limits: inbound or outbound rules per security group',
  fix: 'use larger address blocks, name groups in place of addresses, or use a prefix list',
  count: ({ topology }) =>
    topology.securityGroups.flatMap((g: SecurityGroup) => [
      { address: `${g.address}.ingress`, of: g.name, count: counted(g.ingress) },
      { address: `${g.address}.egress`, of: g.name, count: counted(g.egress) },
    ]),
});
