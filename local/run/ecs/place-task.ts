/** Where a task goes and how it begins: an instance with room, or an address of its own on Fargate. */
import type { Service, TaskDefinition } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook } from '../contracts.ts';
import { type Instance, type Instances, instanceState } from '../instances/instances.ts';
import { arnAt, type Place as StacksPlace } from '../place.ts';
import type { Random } from '../random.ts';
import { type Candidate, decidePlacement } from '../scheduler/decide-placement.ts';
import { hostPortsOf, reservationOf } from '../scheduler/task-size.ts';
import { type Held, NOTHING_HELD } from './daemons.ts';
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
  /** The one instance that it may go to, of a daemon. Default: any */
  readonly instanceId?: string | null;
  /** Whose capacity it is placed on or waits for; null with a launch type. Default: null */
  readonly capacityProvider?: string | null;
}

export interface PlaceContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: AddressBook;
  readonly instances: Instances;
  readonly zoneOf: (subnetId: string) => string | null;
  readonly place: StacksPlace;
  /** What daemons still to come keep free on an instance. Default: nothing */
  readonly heldOn?: (instance: Instance) => Held;
  /** How many tasks run: Fargate takes the zones in turn. */
  readonly count: () => number;
}

/** @returns the task, placed and not yet started, or why it fits nowhere */
export function placeTask(spec: TaskSpec, context: PlaceContext): { task: Task } | { reason: string } {
  const id = context.random.hex(32);
  const found = findPlace(spec, id, context);
  return 'reason' in found ? found : { task: newTask(spec, { id, ...found.place }, context) };
}

/** A task that has no instance yet: PROVISIONING until `placeWaiting` finds it one. */
export function waitingTask(spec: TaskSpec, context: PlaceContext): Task {
  const id = context.random.hex(32);
  return newTask(spec, { id, instance: null, address: '', zone: '', groups: [] }, context);
}

/** @returns null once it is placed, or why it still fits nowhere */
export function placeWaiting(task: Task, spec: TaskSpec, context: PlaceContext): string | null {
  const found = findPlace(spec, task.id, context);
  if ('reason' in found) return found.reason;
  const { instance, address, zone, groups } = found.place;
  Object.assign(task, { instance, address, zone, securityGroupIds: groups });
  return null;
}

/** Reserves what the task needs. */
function findPlace(
  spec: TaskSpec,
  id: string,
  { addresses, instances, random, ...context }: PlaceContext,
): { place: Omit<Place, 'id'> } | { reason: string } {
  const clusterName = spec.clusterArn.split('/').at(-1) ?? '';
  const need = reservationOf(spec.definition);
  if (spec.launchType === 'FARGATE') {
    const known = spec.subnetIds.flatMap((subnet) => context.zoneOf(subnet) ?? []);
    const zones = known.length > 0 ? known : [`${context.place.region}a`];
    const zone = zones[context.count() % zones.length] as string;
    return { place: { instance: null, address: addresses.leaseTask(id), zone, groups: spec.securityGroupIds } };
  }
  const placed = decidePlacement(
    {
      group: spec.group,
      ...need,
      hostPorts: hostPortsOf(spec.definition),
      constraints: [...(spec.service?.placementConstraints ?? []), ...spec.definition.placementConstraints],
      strategies: spec.service?.placementStrategies ?? [],
    },
    candidatesOf(spec, instances.active(clusterName), context.heldOn),
    random.next(),
  );
  if (placed.instanceId === null) return { reason: placed.reason };
  const instance = instances.get(placed.instanceId) as Instance;
  const isDaemon = isOfDaemon(spec);
  instance.reservations.set(id, { taskGroup: spec.group, ...need, ports: hostPortsOf(spec.definition), isDaemon });
  const own = spec.definition.networkMode === 'awsvpc';
  const address = own ? addresses.leaseTask(id) : instance.address;
  const groups = own ? spec.securityGroupIds : instance.group.securityGroupIds;
  return { place: { instance, address, zone: instance.zone, groups } };
}

interface Place {
  readonly id: string;
  readonly instance: Instance | null;
  readonly address: string;
  readonly zone: string;
  readonly groups: readonly string[];
}

function newTask(spec: TaskSpec, at: Place, { clock, place }: PlaceContext): Task {
  const clusterName = spec.clusterArn.split('/').at(-1) ?? '';
  return {
    ...spec,
    id: at.id,
    arn: arnAt(place, 'ecs', `task/${clusterName}/${at.id}`),
    clusterName,
    capacityProvider: spec.capacityProvider ?? null,
    securityGroupIds: at.groups,
    instance: at.instance,
    address: at.address,
    zone: at.zone,
    ...reservationOf(spec.definition),
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

const isOfDaemon = ({ service }: Pick<TaskSpec, 'service'>): boolean => service?.schedulingStrategy === 'DAEMON';

function candidatesOf(
  spec: TaskSpec,
  active: readonly Instance[],
  heldOn: PlaceContext['heldOn'] = () => NOTHING_HELD,
): Candidate[] {
  const wanted = spec.instanceId ?? null;
  return active
    .filter(({ id }) => wanted === null || id === wanted)
    .map((instance) => candidateOf(instance, isOfDaemon(spec) ? NOTHING_HELD : heldOn(instance)));
}

function candidateOf(instance: Instance, held: Held): Candidate {
  const state = instanceState(instance, '');
  return {
    id: instance.id,
    zone: instance.zone,
    instanceType: state.instanceType,
    cpuUnits: state.remaining.cpuUnits - held.cpuUnits,
    memoryMiB: state.remaining.memoryMiB - held.memoryMiB,
    ports: new Set([...state.ports, ...held.ports]),
    groups: [...instance.reservations.values()].map((r) => r.taskGroup),
  };
}
