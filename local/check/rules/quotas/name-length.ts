import type { Problem } from '../../../errors.ts';
import type { ResourceBase } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';

const MAX_LENGTH = 32;

export const nameLength: Rule = {
  id: 'name-length',
  severity: 'error',
  text: `the name of a load balancer or target group has at most ${MAX_LENGTH} letters, digits and hyphens, none of these at either end`,
  page: 'ELB API_CreateLoadBalancer, ELB API_CreateTargetGroup',
  fix: 'use a shorter name',
  adopts: ({ code, address }: Problem) =>
    code === 'INVALID_ATTRIBUTE' && /\/aws_a?lb(_target_group)?\.[^.]+\.name(_prefix)?$/.test(address ?? ''),
  find: ({ topology: t }) => [...t.loadBalancers, ...t.targetGroups].flatMap(tooLong),
};

/** A name that is refused reads as none: what was written counts. */
function tooLong({ address, attributes }: ResourceBase): Found[] {
  const name = attributes['name'];
  if (typeof name !== 'string' || name.length <= MAX_LENGTH) return [];
  return [{ address: `${address}.name`, message: `the name has ${name.length} characters`, value: name }];
}
