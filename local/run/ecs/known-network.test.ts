import test from 'ava';
import type { Topology } from '../../topology.ts';
import { createKnownNetwork } from './known-network.ts';

const topology = (part: { subnets?: string[]; groups?: string[]; used?: [string[], string[]][] }): Topology =>
  ({
    subnets: (part.subnets ?? []).map((id) => ({ id })),
    securityGroups: (part.groups ?? []).map((id) => ({ id })),
    loadBalancers: [],
    services: (part.used ?? []).map(([subnetIds, securityGroupIds]) => ({ subnetIds, securityGroupIds })),
    autoScalingGroups: [],
  }) as unknown as Topology;

test('where the stacks declare all that they use, what they do not declare is missing', (t) => {
  const known = createKnownNetwork();
  t.is(known.missing('subnet', ['subnet-x']), null, 'nothing is applied yet');
  known.set([topology({ subnets: ['a', 'b'], groups: ['g'], used: [[['a'], ['g']]] }), topology({ subnets: ['c'] })]);
  t.is(known.missing('subnet', ['a', 'c']), null);
  t.is(known.missing('subnet', ['a', 'x', 'y']), 'x');
  t.is(known.missing('securityGroup', ['h']), 'h');
});

test('where they look some up, or declare none, nothing is said of others', (t) => {
  const known = createKnownNetwork();
  known.set([topology({ subnets: ['a'], used: [[['a', 'of-a-data-source'], ['sg-looked-up']]] })]);
  t.is(known.missing('subnet', ['x']), null);
  t.is(known.missing('securityGroup', ['x']), null);
});
