import test from 'ava';
import { ANYWHERE, DYNAMIC_HOST_PORTS, port, SecurityGroup } from './security-group.ts';
import { refuses, synth } from './testing/synth.ts';

test('GIVEN a new group THEN nothing is allowed in or out', (t) => {
  const out = synth((stack) => new SecurityGroup(stack, 'g', { name: 'g', description: 'd', vpcId: 'vpc-1' }));
  const group = out.one('aws_security_group');
  t.is(group.ingress, undefined);
  t.is(group.egress, undefined);
  t.is(out.all('aws_vpc_security_group_ingress_rule').length, 0);
  t.is(out.all('aws_vpc_security_group_egress_rule').length, 0);
});

test('WHEN two groups name each other THEN rules are resources of their own', (t) => {
  const out = synth((stack) => {
    const balancer = new SecurityGroup(stack, 'balancer', { name: 'b', description: 'd', vpcId: 'vpc-1' });
    const instances = new SecurityGroup(stack, 'instances', { name: 'i', description: 'd', vpcId: 'vpc-1' });
    balancer.allowEgress('dynamic', {
      description: 'out',
      ports: DYNAMIC_HOST_PORTS,
      peer: { securityGroupId: instances.securityGroupId },
    });
    instances.allowIngress('dynamic', {
      description: 'in',
      ports: DYNAMIC_HOST_PORTS,
      peer: { securityGroupId: balancer.securityGroupId },
    });
  });
  const ingress = out.one('aws_vpc_security_group_ingress_rule');
  t.like(ingress, { ip_protocol: 'tcp', from_port: 32_768, to_port: 65_535 });
  t.regex(ingress.referenced_security_group_id, /aws_security_group\.balancer/);
  t.is(ingress.cidr_ipv4, undefined);
  t.regex(out.one('aws_vpc_security_group_egress_rule').referenced_security_group_id, /instances/);
});

test('the same rule id may be used once in each direction', (t) => {
  const rule = { description: 'web', ports: port(80), peer: ANYWHERE };
  const out = synth((stack) => {
    new SecurityGroup(stack, 'g', { name: 'g', description: 'd', vpcId: 'vpc-1' })
      .allowIngress('http', rule)
      .allowEgress('http', rule);
  });
  t.is(out.one('aws_vpc_security_group_ingress_rule').cidr_ipv4, '0.0.0.0/0');
});

test('ports out of bounds and upside down are refused together', (t) => {
  refuses(t, ['ports', 'ports.from'], (stack) => {
    new SecurityGroup(stack, 'g', { name: 'g', description: 'd', vpcId: 'v' }).allowIngress('r', {
      description: 'd',
      ports: { from: 70_000, to: 80 },
      peer: ANYWHERE,
    });
  });
});

test('names that EC2 refuses are refused', (t) => {
  refuses(t, ['name'], (stack) => {
    new SecurityGroup(stack, 'g', { name: 'sg-mine', description: 'd', vpcId: 'v' });
  });
});
