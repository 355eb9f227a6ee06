/** Where a task goes and how it begins: an instance with room, or an address of its own on Fargate. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook } from '../contracts.ts';
import { type Instance, type Instances, instanceState } from '../instances/instances.ts';
import type { Random } from '../random.ts';
import { type Candidate, decidePlacement } from '../scheduler/decide-placement.ts';
import { hostPortsOf, reservationOf } from '../scheduler/task-size.ts';
import type { Task } from './task.ts';

export interface TaskSpec {
  readonly definition: TaskDefinition;
  readonly clusterArn: string;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly group: string;
  readonly startedBy: string | null;
  /** Of its deployment or task set. */
  readonly deploymentId: string | null;
  readonly service: Service | null;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly overrides: Task['overrides'];
}

export interface PlaceContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: AddressBook;
  readonly instances: Instances;
  readonly zoneOf: (subnetId: string) => string | null;
  readonly region: string;
  readonly accountId: string;
  /** How many tasks run: Fargate takes the zones in turn. */
  readonly count: () => number;
}

/** @returns the task, placed and not yet started, or why it fits nowhere */
export function placeTask(spec: TaskSpec, context: PlaceContext): { task: Task } | { reason: string } {
  const { addresses, instances, random } = context;
  const clusterName = spec.clusterArn.split('/').at(-1) ?? '';
  const need = reservationOf(spec.definition);
  const id = random.hex(32);
  if (spec.launchType === 'FARGATE') {
    const known = spec.subnetIds.flatMap((subnet) => context.zoneOf(subnet) ?? []);
    const zones = known.length > 0 ? known : [`${context.region}a`];
    const zone = zones[context.count() % zones.length] as string;
    const address = addresses.leaseTask(id);
    const at = { id, clusterName, need, instance: null, address, zone, groups: spec.securityGroupIds };
    return { task: newTask(spec, at, context) };
  }
  const placed = decidePlacement(
    {
      group: spec.group,
      ...need,
      hostPorts: hostPortsOf(spec.definition),
      constraints: [...(spec.service?.placementConstraints ?? []), ...spec.definition.placementConstraints],
      strategies: spec.service?.placementStrategies ?? [],
    },
    instances.active(clusterName).map(candidateOf),
    random.next(),
  );
  if (placed.instanceId === null) return { reason: placed.reason };
  const instance = instances.get(placed.instanceId) as Instance;
  instance.reservations.set(id, { taskGroup: spec.group, ...need, ports: hostPortsOf(spec.definition) });
  const own = spec.definition.networkMode === 'awsvpc';
  const address = own ? addresses.leaseTask(id) : instance.address;
  const groups = own ? spec.securityGroupIds : instance.group.securityGroupIds;
  return { task: newTask(spec, { id, clusterName, need, instance, address, zone: instance.zone, groups }, context) };
}

interface Place {
  readonly id: string;
  readonly clusterName: string;
  readonly need: { readonly cpuUnits: number; readonly memoryMiB: number };
  readonly instance: Instance | null;
  readonly address: string;
  readonly zone: string;
  readonly groups: readonly string[];
}

function newTask(spec: TaskSpec, at: Place, { clock, region, accountId }: PlaceContext): Task {
  return {
    ...spec,
    id: at.id,
    arn: `arn:aws:ecs:${region}:${accountId}:task/${at.clusterName}/${at.id}`,
    clusterName: at.clusterName,
    securityGroupIds: at.groups,
    instance: at.instance,
    address: at.address,
    zone: at.zone,
    ...at.need,
    createdAtMs: clock.now(),
    status: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    containers: spec.definition.containers.map((c) => ({
      name: c.name,
      image: c.image,
      essential: c.essential,
      handle: null,
      pid: null,
      lastStatus: 'PENDING',
      exitCode: null,
      reason: null,
      health: 'UNKNOWN',
      bindings: [],
      logGroup: null,
      logStream: null,
    })),
    targets: [],
    startedAtMs: null,
    stoppingAtMs: null,
    stoppedAtMs: null,
    stopCode: null,
    stoppedReason: null,
    everHealthy: false,
    stopping: null,
  };
}

function candidateOf(instance: Instance): Candidate {
  const state = instanceState(instance, '');
  return {
    id: instance.id,
    zone: instance.zone,
    instanceType: state.instanceType,
    ...state.remaining,
    ports: new Set(state.ports),
    groups: [...instance.reservations.values()].map((r) => r.taskGroup),
  };
}
