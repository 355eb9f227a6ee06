/** The capacity port on the plane's own instances and services. */
import type { AutoScalingGroup, Service, TaskDefinition } from '../../topology.ts';
import type { EcsView, InstanceState, ServiceState, TaskState } from '../contracts.ts';
import { tasksBesideDaemons } from '../instances/instance.ts';
import type { Instances } from '../instances/instances.ts';
import { type Candidate, decidePlacement } from '../scheduler/decide-placement.ts';
import { hostPortsOf, reservationOf } from '../scheduler/task-size.ts';
import type { CapacityPort, PendingTasks } from './contracts.ts';
import { daemonShare } from './daemon-share.ts';

export interface PlanePortOptions {
  readonly ecs: EcsView;
  readonly instances: Instances;
  /** Auto scaling group of a capacity provider, by the provider's name. */
  readonly groupOf: (capacityProvider: string) => string | null;
}

export function planeCapacityPort({ ecs, instances, groupOf }: PlanePortOptions): CapacityPort {
  const groupByArn = (arn: string | null) => instances.groups().find((g) => g.definition.arn === arn);
  const clusterOf = (provider: string): string | null => groupByArn(groupOf(provider))?.definition.clusterName ?? null;
  return {
    instances: (name) =>
      instances
        .all()
        .filter((instance) => instance.group.name === name)
        .map((instance) => ({
          id: instance.id,
          zone: instance.zone,
          status: instance.status,
          launchedAtMs: instance.registeredAtMs,
          tasks: tasksBesideDaemons(instance),
          leaving: instance.leaving !== null,
        })),
    group(arn) {
      const group = groupByArn(arn);
      if (!group) return null;
      const { definition, desiredCapacity } = group;
      const definitionOf = (one: string) => ecs.taskDefinitions().find((task) => task.arn === one);
      const daemons = daemonShare(definition, ecs.services(), definitionOf);
      return { ...boundsOf(definition), desired: desiredCapacity, daemons };
    },
    pending(provider) {
      const cluster = clusterOf(provider);
      if (cluster === null) return [];
      const services = ecs.services().filter((s) => s.status === 'ACTIVE' && usesProvider(s.definition, provider));
      const waiting = waitingOf(ecs, provider);
      if (services.length === 0) return waiting;
      const candidates = candidatesOf(ecs, cluster);
      const draining = drainingTasks(ecs);
      return [...waiting, ...services.flatMap((service) => pendingOf(ecs, service, { candidates, draining }))];
    },
    clusterOf,
    // Whether an instance drains first is its capacity provider's, whoever ends it (instances.ts, policyOf).
    setDesired: (name, desired, { ending, reason }) => instances.setDesired(name, desired, { ending, reason }),
  };
}

const boundsOf = (group: AutoScalingGroup) => ({
  name: group.name,
  minSize: group.minSize,
  maxSize: group.maxSize,
  size: { cpuUnits: group.cpuUnits, memoryMiB: group.memoryMiB },
});

/** Tasks of a service with a strategy wait at its first provider ≈; a launch type asks no provider for capacity. */
const usesProvider = (service: Service, provider: string): boolean =>
  service.schedulingStrategy === 'REPLICA' &&
  service.launchType === 'EC2' &&
  service.capacityProviderStrategy[0]?.capacityProvider === provider;

/** Tasks of RunTask that are PROVISIONING, by task definition. */
function waitingOf(ecs: EcsView, provider: string): PendingTasks[] {
  const counts = new Map<string, number>();
  for (const task of ecs.tasks())
    if (task.lastStatus === 'PROVISIONING' && task.instanceId === null && task.capacityProviderName === provider)
      counts.set(task.taskDefinitionArn, (counts.get(task.taskDefinitionArn) ?? 0) + 1);
  return [...counts].flatMap(([arn, count]) => {
    const task = ecs.taskDefinitions().find((d) => d.arn === arn);
    if (!task) return [];
    const request = { hostPorts: hostPortsOf(task), constraints: task.placementConstraints };
    return [{ group: `family:${task.family}`, count, ...reservationOf(task), oneAnInstance: isAlone(request) }];
  });
}

/** Tasks on draining instances, by deployment or task set: their replacements are wanted elsewhere. */
function drainingTasks(ecs: EcsView): ReadonlyMap<string, number> {
  const ids = new Set(ecs.instances().flatMap((one) => (one.status === 'DRAINING' ? [one.id] : [])));
  const counts = new Map<string, number>();
  for (const { deploymentId, instanceId, desiredStatus } of ecs.tasks())
    if (deploymentId !== null && instanceId !== null && desiredStatus === 'RUNNING' && ids.has(instanceId))
      counts.set(deploymentId, (counts.get(deploymentId) ?? 0) + 1);
  return counts;
}

/** What is missing and fits no instance that is there. */
function pendingOf(
  ecs: EcsView,
  service: ServiceState,
  { candidates, draining }: { candidates: readonly Candidate[]; draining: ReadonlyMap<string, number> },
): PendingTasks[] {
  const { definition } = service;
  return wantedVersions(service, draining).flatMap(({ taskDefinitionArn, missing }) => {
    const task = ecs.taskDefinitions().find((d) => d.arn === taskDefinitionArn);
    if (missing <= 0 || !task) return [];
    const group = `service:${definition.name}`;
    const constraints = [...definition.placementConstraints, ...task.placementConstraints];
    const need = { group, ...reservationOf(task), hostPorts: hostPortsOf(task) };
    const request = { ...need, constraints, strategies: definition.placementStrategies };
    if (decidePlacement(request, candidates, 0).instanceId !== null) return [];
    return [
      { group, count: missing, cpuUnits: need.cpuUnits, memoryMiB: need.memoryMiB, oneAnInstance: isAlone(request) },
    ];
  });
}

const isAlone = ({
  hostPorts,
  constraints,
}: {
  readonly hostPorts: readonly number[];
  readonly constraints: TaskDefinition['placementConstraints'];
}): boolean => hostPorts.length > 0 || constraints.some((c) => c.type === 'distinctInstance');

/** By version: how many tasks it should have and has not, as far as the deployment's maximum leaves room. */
function wantedVersions(
  service: ServiceState,
  draining: ReadonlyMap<string, number>,
): { taskDefinitionArn: string; missing: number }[] {
  const { desiredCount, definition, taskSets } = service;
  const moving = (id: string): number => draining.get(id) ?? 0;
  if (taskSets.length > 0)
    return taskSets.map((set) => ({
      taskDefinitionArn: set.taskDefinitionArn,
      missing: set.computedDesiredCount - set.runningCount - set.pendingCount + moving(set.id),
    }));
  const primary = service.deployments.find((d) => d.status === 'PRIMARY');
  if (!primary) return [];
  const most = Math.max(desiredCount, Math.floor((desiredCount * definition.maximumPercent) / 100));
  const room = most - service.runningCount - service.pendingCount;
  const there = primary.runningCount + primary.pendingCount - moving(primary.id);
  const missing = Math.min(desiredCount - there, room);
  return [{ taskDefinitionArn: primary.taskDefinitionArn, missing }];
}

function candidatesOf(ecs: EcsView, cluster: string): Candidate[] {
  const groups = new Map<string, string[]>();
  for (const task of ecs.tasks().filter(isLive))
    if (task.instanceId) groups.set(task.instanceId, [...(groups.get(task.instanceId) ?? []), task.group]);
  return ecs
    .instances()
    .filter((instance) => instance.status === 'ACTIVE' && isOf(instance, cluster))
    .map((instance) => ({
      id: instance.id,
      zone: instance.zone,
      instanceType: instance.instanceType,
      ...instance.remaining,
      ports: new Set(instance.ports),
      groups: groups.get(instance.id) ?? [],
    }));
}

const isLive = (task: TaskState): boolean => task.lastStatus !== 'STOPPED';
const isOf = (instance: InstanceState, cluster: string): boolean => instance.clusterArn.endsWith(`/${cluster}`);
