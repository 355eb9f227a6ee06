/** Which subnets and security groups there are, for calls that name some. The stacks declare them, or look them up. */
import type { Topology } from '../../topology.ts';

type Kind = 'subnet' | 'securityGroup';

export interface KnownNetwork {
  /** The first of them that does not exist; null where all do, or where nothing can be said about them. */
  missing(kind: Kind, ids: readonly string[]): string | null;
}

export interface KnownNetworkBook extends KnownNetwork {
  /** What the stacks that are applied declare and use. */
  set(topologies: readonly Topology[]): void;
}

export function createKnownNetwork(): KnownNetworkBook {
  const declared = { subnet: new Set<string>(), securityGroup: new Set<string>() };
  /** Does everything that the stacks use come from themselves? Where they look some up, there may be others. */
  const closed = { subnet: false, securityGroup: false };
  return {
    missing: (kind, ids) => (closed[kind] ? (ids.find((id) => !declared[kind].has(id)) ?? null) : null),
    set(topologies) {
      declared.subnet = new Set(topologies.flatMap(({ subnets }) => subnets.map(({ id }) => id)));
      declared.securityGroup = new Set(topologies.flatMap(({ securityGroups }) => securityGroups.map(({ id }) => id)));
      const users = topologies.flatMap((one) => [...one.loadBalancers, ...one.services]);
      const groups = topologies.flatMap((one) => one.autoScalingGroups);
      const used = {
        subnet: users.flatMap(({ subnetIds }) => subnetIds),
        securityGroup: [...users, ...groups].flatMap(({ securityGroupIds }) => securityGroupIds),
      };
      for (const kind of ['subnet', 'securityGroup'] as const)
        closed[kind] = declared[kind].size > 0 && used[kind].every((id) => declared[kind].has(id));
    },
  };
}
