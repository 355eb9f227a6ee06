/** Security groups as far as they matter between a load balancer and its targets (VPC security groups). Pure. */
import type { SecurityGroup, TrafficRule } from '../../topology.ts';
import type { NetworkPolicy } from '../contracts.ts';

/** TCP from one set of groups to a port behind another: an egress rule and an ingress rule must allow it. */
export function networkPolicyOf(groups: readonly SecurityGroup[]): NetworkPolicy {
  const byId = new Map(groups.map((g) => [g.id, g]));
  return (from, to, port) => {
    const sources = from.flatMap((id) => byId.get(id) ?? []);
    const targets = to.flatMap((id) => byId.get(id) ?? []);
    // Groups that these stacks do not declare cannot be judged, and no groups is no restriction.
    const leaves = sources.length === 0 || sources.some((g) => g.egress.some((rule) => allows(rule, port, to)));
    const enters = targets.length === 0 || targets.some((g) => g.ingress.some((rule) => allows(rule, port, from)));
    return leaves && enters;
  };
}

function allows(rule: TrafficRule, port: number, others: readonly string[]): boolean {
  if (rule.protocol !== '-1' && rule.protocol !== 'tcp' && rule.protocol !== '6') return false;
  if (rule.protocol !== '-1' && (port < rule.fromPort || port > rule.toPort)) return false;
  return rule.securityGroupIds.some((id) => others.includes(id)) || rule.cidrBlocks.some(coversPrivate);
}

/** Addresses inside a VPC are private: a block that is neither everything nor private covers none of them. */
const coversPrivate = (cidr: string): boolean =>
  cidr === '0.0.0.0/0' || /^(10|172\.(1[6-9]|2\d|3[01])|192\.168|100\.6[4-9])\./.test(cidr);
