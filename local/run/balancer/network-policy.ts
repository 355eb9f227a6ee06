/**
 * May the load balancer reach a target, by their security groups? Both sides must allow it: the egress of one and the
 * ingress of the other (ELB load-balancer-update-security-groups). Pure.
 */
import { BlockList } from 'node:net';
import type { SecurityGroup, TrafficRule } from '../../topology.ts';
import type { NetworkPolicy } from '../contracts.ts';

/** Loopback addresses stand for addresses in a VPC, so a CIDR of private addresses is taken to cover them all (≈). */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('100.64.0.0', 10);

/** Groups that are not among `groups`, and sides without any group, allow everything: nothing is known against them. */
export function networkPolicyOf(groups: readonly SecurityGroup[]): NetworkPolicy {
  const known = new Map(groups.map((group) => [group.id, group]));
  const resolve = (ids: readonly string[]): readonly SecurityGroup[] | null => {
    const found = ids.map((id) => known.get(id)).filter((group) => group !== undefined);
    // One unknown group may allow what the known ones do not.
    return found.length === 0 || found.length < ids.length ? null : found;
  };
  return (from, to, port) => {
    const source = resolve(from);
    const destination = resolve(to);
    const out = source === null || source.some(({ egress }) => allows(egress, to, port));
    return out && (destination === null || destination.some(({ ingress }) => allows(ingress, from, port)));
  };
}

/** Rules of several groups are merged: one that allows it is enough. */
function allows(rules: readonly TrafficRule[], peers: readonly string[], port: number): boolean {
  return rules.some((rule) => {
    if (!coversPort(rule, port)) return false;
    // A side without known groups cannot be told apart from one that is in the group named.
    if (rule.securityGroupIds.length > 0 && peers.length === 0) return true;
    return rule.securityGroupIds.some((id) => peers.includes(id)) || rule.cidrBlocks.some(coversVpc);
  });
}

function coversPort(rule: TrafficRule, port: number): boolean {
  if (rule.protocol === '-1' || rule.protocol === 'all') return true;
  if (rule.protocol !== 'tcp' && rule.protocol !== '6') return false;
  return port >= rule.fromPort && port <= rule.toPort;
}

function coversVpc(cidr: string): boolean {
  if (cidr === '0.0.0.0/0' || cidr === '::/0') return true;
  const address = cidr.split('/')[0] ?? '';
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) && PRIVATE.check(address);
}
