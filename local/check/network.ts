/** Whether security groups let a load balancer reach ports, and which ports they keep from it. Pure. */
import { networkPolicyOf } from '../run/balancer/network-policy.ts';
import type { LoadBalancer, SecurityGroup, Topology, TrafficRule } from '../topology.ts';
import { seenFrom } from './address-blocks.ts';

export interface Closed {
  readonly balancer: LoadBalancer;
  /** Where a port is kept back: the load balancer's way out, or the target's way in. */
  readonly side: 'egress' | 'ingress';
  readonly port: number;
}

interface Way {
  readonly balancers: readonly LoadBalancer[];
  /** Security groups of the targets. */
  readonly targets: readonly string[];
  /** Inclusive. */
  readonly ports: readonly [number, number];
}

/** For each load balancer and side the first port that is closed. Groups that are not of these stacks allow everything. */
export function closedPorts({ balancers, targets, ports }: Way, t: Topology): Closed[] {
  const policy = networkPolicyOf(t.securityGroups);
  return balancers.flatMap((balancer) => {
    const own = balancer.securityGroupIds;
    if (hasUnknownSource([...own, ...targets], t)) return [];
    const candidates = edgesOf([...own, ...targets], ports, t);
    const near = seenFrom(balancer, t.securityGroups, t);
    // A side without groups allows everything: the other side is then what decides.
    const out = candidates.find((port) => !onlySide('egress', own, targets, port));
    const into = candidates.find((port) => !onlySide('ingress', own, targets, port, near));
    return [
      ...(out === undefined ? [] : [{ balancer, side: 'egress' as const, port: out }]),
      ...(into === undefined ? [] : [{ balancer, side: 'ingress' as const, port: into }]),
    ];
  });

  function onlySide(
    side: Closed['side'],
    own: readonly string[],
    to: readonly string[],
    port: number,
    groups: readonly SecurityGroup[] = t.securityGroups,
  ): boolean {
    const open = groups.map((g) => {
      const isJudged = (side === 'egress' ? own : to).includes(g.id);
      return isJudged ? { ...g, [side === 'egress' ? 'ingress' : 'egress']: [ANYTHING] } : opened(g);
    });
    return (open.length === 0 ? policy : networkPolicyOf(open))(own, to, port);
  }
}

const ANYTHING: TrafficRule = {
  protocol: '-1',
  fromPort: 0,
  toPort: 65_535,
  cidrBlocks: ['0.0.0.0/0'],
  securityGroupIds: [],
};

const opened = (group: SecurityGroup): SecurityGroup => ({ ...group, ingress: [ANYTHING], egress: [ANYTHING] });

/** A prefix list or IPv6 blocks only: what it lets in is not known here. */
const hasUnknownSource = (ids: readonly string[], t: Topology): boolean =>
  t.securityGroups
    .filter((g) => ids.includes(g.id))
    .some((g) => [...g.ingress, ...g.egress].some((r) => r.cidrBlocks.length + r.securityGroupIds.length === 0));

/** Rules are ranges: a port that is closed is next to the edge of one of them, or at the edge of what is asked for. */
function edgesOf(ids: readonly string[], [low, high]: readonly [number, number], t: Topology): number[] {
  const rules = t.securityGroups.filter((g) => ids.includes(g.id)).flatMap((g) => [...g.ingress, ...g.egress]);
  const edges = [low, high, ...rules.flatMap((r) => [r.fromPort - 1, r.toPort + 1])];
  return [...new Set(edges)].filter((port) => port >= low && port <= high).sort((a, b) => a - b);
}
