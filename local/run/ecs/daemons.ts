/** Container instances as DAEMON services see them, and what their tasks still to come keep free there (ECS ecs_services). */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { DaemonInstance } from '../deployer/decide-daemon.ts';
import type { ServiceRecord } from '../deployer/service-record.ts';
import { type Instance, tasksBesideDaemons } from '../instances/instance.ts';
import type { Instances } from '../instances/instances.ts';
import { compileExpression } from '../scheduler/expression.ts';
import { hostPortsOf, reservationOf } from '../scheduler/task-size.ts';

/** Kept free on an instance. */
export interface Held {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports: readonly number[];
}

export const NOTHING_HELD: Held = { cpuUnits: 0, memoryMiB: 0, ports: [] };

export interface Daemons {
  /** Instances of the service's cluster, ACTIVE and DRAINING ones. */
  instancesFor(service: Service, definition: TaskDefinition): readonly DaemonInstance[];
  /** "Daemon tasks are placed first": what those that have not come yet need on an instance, where it is large enough. */
  heldOn(instance: Instance): Held;
}

export function createDaemons(
  instances: Pick<Instances, 'all'>,
  records: () => readonly Pick<ServiceRecord, 'definition' | 'status' | 'deployments'>[],
): Daemons {
  return {
    instancesFor: (service, definition) =>
      instances
        .all()
        .filter(({ group, status }) => group.clusterName === service.clusterName && isUp(status))
        .map((instance) => ({
          id: instance.id,
          eligible: instance.status === 'ACTIVE' && meets(instance, service, definition),
          draining: instance.status === 'DRAINING',
          others: tasksBesideDaemons(instance),
        })),
    heldOn(instance) {
      const groups = new Set([...instance.reservations.values()].map(({ taskGroup }) => taskGroup));
      return records().reduce((held, { definition: service, status, deployments }) => {
        const primary = deployments.find((d) => d.status === 'PRIMARY');
        const isToCome =
          service.schedulingStrategy === 'DAEMON' &&
          status === 'ACTIVE' &&
          service.clusterName === instance.group.clusterName &&
          !groups.has(`service:${service.name}`);
        if (!isToCome || !primary || primary.rolloutState === 'FAILED') return held;
        return meets(instance, service, primary.definition) ? added(held, primary.definition, instance) : held;
      }, NOTHING_HELD);
    },
  };
}

const isUp = (status: Instance['status']): boolean => status === 'ACTIVE' || status === 'DRAINING';

function meets({ id, zone, group }: Instance, service: Service, definition: TaskDefinition): boolean {
  const attributes = { id, zone, instanceType: group.instanceType };
  return [...service.placementConstraints, ...definition.placementConstraints].every(
    ({ type, expression }) => type !== 'memberOf' || compileExpression(expression ?? '')(attributes),
  );
}

/** One that could never fit keeps nothing from others. */
function added(held: Held, definition: TaskDefinition, { group }: Instance): Held {
  const { cpuUnits, memoryMiB } = reservationOf(definition);
  if (cpuUnits > group.cpuUnits || memoryMiB > group.memoryMiB) return held;
  return {
    cpuUnits: held.cpuUnits + cpuUnits,
    memoryMiB: held.memoryMiB + memoryMiB,
    ports: [...held.ports, ...hostPortsOf(definition)],
  };
}
