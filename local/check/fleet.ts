/**
 * Whether the instances of a cluster hold its tasks, by the scheduler's own placement. What the operating system and the
 * agent keep of an instance's memory is not subtracted (≈). Pure.
 */
import { groupsOf } from '../resolve/check/capacity.ts';
import { definitionOf } from '../resolve/check/find.ts';
import { hostPortsOf, reservationOf } from '../run/scheduler/task-size.ts';
import { type Need, Placement } from '../simulate/placement/index.ts';
import type { AutoScalingGroup, Service, TaskDefinition, Topology } from '../topology.ts';

/** Instances of a cluster with the desired count of its services on them. */
export interface Fleet {
  readonly instances: number;
  /** Largest size that managed scaling may reach, or the size that the group is given. */
  readonly isScaled: boolean;
  /** Tasks of a service's desired count for which there is no room. */
  missing(service: Service): number;
  /** How many tasks of a service fit besides. */
  room(service: Service, atMost: number): number;
}

type Request = Need & Parameters<Placement['choose']>[0];

/** @returns null where the size of an instance or an expression is not known here, so that nothing can be said */
export function fleetOf(clusterName: string, t: Topology): Fleet | null {
  const services = t.services.filter((s) => s.clusterName === clusterName && s.launchType === 'EC2');
  const groups = [...new Set(services.flatMap((s) => groupsOf(s, t)))];
  if (groups.length === 0 || groups.some((g) => g.cpuUnits === 0)) return null;
  try {
    const placement = launch(groups, t);
    const daemons = services.filter((s) => s.schedulingStrategy === 'DAEMON');
    const replicas = services.filter((s) => s.schedulingStrategy === 'REPLICA');
    // Daemons come first, one an instance.
    for (const s of daemons) place(placement, s, t, placement.nodes.size);
    const missing = new Map(replicas.map((s) => [s, s.desiredCount - place(placement, s, t, s.desiredCount)]));
    return {
      instances: placement.nodes.size,
      isScaled: groups.some((g) => isScaled(g, t)),
      missing: (service) => missing.get(service) ?? 0,
      room: (service, atMost) => {
        const { nodes } = placement;
        const before = [...nodes.values()].map((n) => n.tasks);
        const placed = place(placement, service, t, atMost);
        giveBack(placement, service, t, before);
        return placed;
      },
    };
  } catch (error) {
    // A placement constraint that cannot be read is refused by the resolver.
    if (error instanceof Error) return null;
    throw error;
  }
}

function launch(groups: readonly AutoScalingGroup[], t: Topology): Placement {
  const placement = new Placement();
  for (const g of groups)
    for (let i = 0; i < sizeOf(g, t); i++)
      placement.addNode({
        id: `${g.name}-${String(i).padStart(5, '0')}`,
        zone: g.zones[i % g.zones.length] ?? '',
        instanceType: g.instanceType,
        cpuUnits: g.cpuUnits,
        memoryMiB: g.memoryMiB,
      });
  return placement;
}

const isScaled = (g: AutoScalingGroup, t: Topology): boolean =>
  t.capacityProviders.some((p) => [g.arn, g.name].includes(p.autoScalingGroupArn) && p.managedScaling.enabled);

const ONE_AN_INSTANCE = { type: 'distinctInstance', expression: null } as const;

const sizeOf = (g: AutoScalingGroup, t: Topology): number => (isScaled(g, t) ? g.maxSize : g.desiredCapacity);

function requestOf(service: Service, definition: TaskDefinition): Request {
  return {
    group: `service:${service.name}`,
    ...reservationOf(definition),
    hostPorts: hostPortsOf(definition),
    constraints: [
      ...service.placementConstraints,
      ...definition.placementConstraints,
      ...(service.schedulingStrategy === 'DAEMON' ? [ONE_AN_INSTANCE] : []),
    ],
    // Spreading is a wish: whether there is room does not depend on it.
    strategies: [{ type: 'binpack', field: 'memory' }],
  };
}

/** @returns how many were placed */
function place(placement: Placement, service: Service, t: Topology, count: number): number {
  const definition = definitionOf(service, t);
  if (!definition) return count;
  const request = requestOf(service, definition);
  for (let placed = 0; placed < count; placed++) {
    const node = placement.choose(request, () => 0);
    if (!node) return placed;
    placement.take(node, request);
  }
  return count;
}

function giveBack(placement: Placement, service: Service, t: Topology, before: readonly number[]): void {
  const definition = definitionOf(service, t);
  if (!definition) return;
  const request = requestOf(service, definition);
  for (const [i, node] of [...placement.nodes.values()].entries())
    while (node.tasks > (before[i] ?? 0)) placement.give(node, request);
}
