/** One way of saying that security groups keep a load balancer from its targets. Pure. */
import type { Topology } from '../../../topology.ts';
import type { Found } from '../../contracts.ts';
import type { Closed } from '../../network.ts';

interface Case {
  /** Whose ports they are. */
  readonly what: string;
  /** Where to point where the security group is not of these stacks. */
  readonly fallback: string;
  readonly t: Topology;
}

export function describeClosed(
  { balancer, side, port }: Closed,
  targets: readonly string[],
  { what, fallback, t }: Case,
): Found {
  const ids = side === 'egress' ? balancer.securityGroupIds : targets;
  const address = t.securityGroups.find((g) => ids.includes(g.id))?.address ?? fallback;
  const kept =
    side === 'egress'
      ? `the security group of ${balancer.name} does not let it out to port ${port}`
      : `the targets’ security group does not let ${balancer.name} in on port ${port}`;
  return { address: `${address}.${side}`, message: `${what}, and ${kept}`, value: port };
}
