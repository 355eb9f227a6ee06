/** IPv4 address blocks of a VPC. Pure. */
import type { LoadBalancer, SecurityGroup, Topology, TrafficRule } from '../topology.ts';

const BLOCK = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/;

/** Whether two blocks have an address in common; true where one is no IPv4 block, of which nothing is known here. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parsed(one), parsed(other)];
  if (!a || !b) return true;
  const shared = 2 ** (32 - Math.min(a.bits, b.bits));
  return Math.floor(a.address / shared) === Math.floor(b.address / shared);
}

/** Groups without those ways in that are for addresses of which the load balancer has none: its own are in its subnets. */
export function seenFrom(balancer: LoadBalancer, groups: readonly SecurityGroup[], t: Topology): SecurityGroup[] {
  const blocks = balancer.subnetIds.map((id) => t.subnets.find((s) => s.id === id)?.attributes['cidr_block']);
  if (blocks.length === 0 || !blocks.every((block) => typeof block === 'string')) return [...groups];
  const isNear = (cidr: string): boolean => blocks.some((block) => overlap(cidr, block));
  const near = ({ cidrBlocks, ...rule }: TrafficRule): TrafficRule => ({
    ...rule,
    cidrBlocks: cidrBlocks.filter(isNear),
  });
  return groups.map((g) => ({ ...g, ingress: g.ingress.map(near) }));
}

function parsed(block: string): { readonly address: number; readonly bits: number } | null {
  const [, ...parts] = BLOCK.exec(block) ?? [];
  const [a = 0, b = 0, c = 0, d = 0, bits = 33] = parts.map(Number);
  return bits > 32 ? null : { address: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, bits };
}
