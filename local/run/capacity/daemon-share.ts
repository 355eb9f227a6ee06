/**
 * What DAEMON services will take of an instance that managed scaling brings: "the service scheduler … reserves" room for them
 * before other tasks are placed there (ECS ecs_services, "Daemon"). Pure.
 */
import type { AutoScalingGroup, TaskDefinition } from '../../topology.ts';
import type { ServiceState } from '../contracts.ts';
import { compileExpression } from '../scheduler/expression.ts';
import { reservationOf } from '../scheduler/task-size.ts';
import type { InstanceSize } from './contracts.ts';

type Group = Pick<AutoScalingGroup, 'clusterName' | 'zones' | 'instanceType' | 'cpuUnits' | 'memoryMiB'>;

/** One task of each daemon that may run on instances of the group; a daemon that is larger than they are takes nothing. */
export function daemonShare(
  group: Group,
  services: readonly Pick<ServiceState, 'definition' | 'status' | 'deployments'>[],
  definitionOf: (arn: string) => TaskDefinition | undefined,
): InstanceSize {
  const sizes = services.flatMap(({ definition: service, status, deployments }) => {
    const isHere = service.schedulingStrategy === 'DAEMON' && service.clusterName === group.clusterName;
    const primary = deployments.find((one) => one.status === 'PRIMARY');
    if (!isHere || status !== 'ACTIVE' || !primary || primary.rolloutState === 'FAILED') return [];
    const definition = definitionOf(primary.taskDefinitionArn);
    if (!definition || !meets(group, [...service.placementConstraints, ...definition.placementConstraints])) return [];
    const size = reservationOf(definition);
    return size.cpuUnits > group.cpuUnits || size.memoryMiB > group.memoryMiB ? [] : [size];
  });
  return {
    cpuUnits: sizes.reduce((sum, size) => sum + size.cpuUnits, 0),
    memoryMiB: sizes.reduce((sum, size) => sum + size.memoryMiB, 0),
  };
}

/** In which of its zones the instance will be is its group's affair: a daemon of one zone counts ≈. */
function meets(group: Group, constraints: TaskDefinition['placementConstraints']): boolean {
  const zones = group.zones.length > 0 ? group.zones : [''];
  return zones.some((zone) =>
    constraints.every(
      ({ type, expression }) =>
        type !== 'memberOf' || compileExpression(expression ?? '')({ id: '', zone, instanceType: group.instanceType }),
    ),
  );
}
