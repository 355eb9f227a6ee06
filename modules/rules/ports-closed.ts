import type { HouseRule } from './rule.ts';

const EVERYWHERE = ['0.0.0.0/0', '::/0'];
const PUBLIC_PORTS = [80, 443];

export const portsClosed: HouseRule = {
  id: 'ports-closed',
  rule: 'the whole world reaches ports 80 and 443 only, one at a time (VPC vpc-security-best-practices)',
  check: (estate) =>
    estate
      .all('aws_vpc_security_group_ingress_rule')
      .filter(({ body }) => EVERYWHERE.includes(body.cidr_ipv4) || EVERYWHERE.includes(body.cidr_ipv6))
      .filter(({ body }) => body.from_port !== body.to_port || !PUBLIC_PORTS.includes(body.from_port))
      .map(({ address, body: { ip_protocol, from_port, to_port } }) => ({
        address,
        value: { ip_protocol, from_port, to_port },
        fix: 'name who may come, by address block or security group',
      })),
};
