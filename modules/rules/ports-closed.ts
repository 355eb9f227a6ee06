import type { Estate, Resource } from './estate.ts';
import type { HouseRule } from './rule.ts';
import { blocks, type Json, several } from './values.ts';

const PUBLIC_PORTS = [80, 443];

/** Blocks of addresses so wide that two or a few of them are the world: 0.0.0.0/1 and 128.0.0.0/1, 2000::/3. */
const WIDEST = { ipv4: 7, ipv6: 15 } as const;

interface Opening {
  readonly resource: Resource;
  readonly address: string;
  readonly protocol: unknown;
  readonly from: unknown;
  readonly to: unknown;
  readonly blocks: readonly unknown[];
}

export const portsClosed: HouseRule = {
  id: 'ports-closed',
  severity: 'warning',
  rule: 'the whole world reaches ports 80 and 443 only, one at a time (VPC vpc-security-best-practices)',
  check: (estate) =>
    openings(estate)
      .filter(({ resource, blocks: from }) =>
        from.some((one) => several<unknown>(estate.literal(resource.stack, one) as Json).some(isWide)),
      )
      .map((opening) => ({ ...opening, ports: portsOf(estate, opening) }))
      .filter(({ protocol, ports: [from, to] }) => isAny(protocol) || from !== to || !PUBLIC_PORTS.includes(from))
      .map(({ address, protocol, from, to }) => ({
        address,
        value: { ip_protocol: protocol, from_port: from, to_port: to },
        fix: 'name who may come, by address block or security group',
      })),
};

/** Rules of their own, of the earlier kind, and those inside a group. */
function openings(estate: Estate): Opening[] {
  const own = estate
    .all('aws_vpc_security_group_ingress_rule')
    .map((resource) => openingOf(resource, resource.body, resource.address));
  const earlier = estate
    .all('aws_security_group_rule')
    .filter(({ body }) => body.type === 'ingress')
    .map((resource) => openingOf(resource, resource.body, resource.address));
  const inside = estate
    .all('aws_security_group', 'aws_default_security_group')
    .flatMap((resource) =>
      blocks(resource.body, 'ingress').map((body, index) =>
        openingOf(resource, body, `${resource.address}.ingress[${index}]`),
      ),
    );
  return [...own, ...earlier, ...inside];
}

function openingOf(resource: Resource, body: Json, address: string): Opening {
  return {
    resource,
    address,
    protocol: body.ip_protocol ?? body.protocol,
    from: body.from_port,
    to: body.to_port,
    blocks: ['cidr_ipv4', 'cidr_ipv6', 'cidr_blocks', 'ipv6_cidr_blocks'].flatMap((key) => several<unknown>(body[key])),
  };
}

function portsOf(estate: Estate, { resource, from, to }: Opening): readonly [number, number] {
  return [Number(estate.literal(resource.stack, from)), Number(estate.literal(resource.stack, to))];
}

function isAny(protocol: unknown): boolean {
  return ['-1', 'all'].includes(String(protocol));
}

function isWide(block: unknown): boolean {
  const [address = '', size = ''] = String(block).split('/');
  if (!/^\d+$/.test(size)) return false;
  return Number(size) <= (address.includes(':') ? WIDEST.ipv6 : WIDEST.ipv4);
}
