/** A simulation from a few numbers: so many tasks at the peak, on so many instances, under a profile. */
import { CutoverError, type Problem } from '../errors.ts';
import { INSTANCE_TYPES, instanceSize } from '../resolve/instance-types.ts';
import type { ServiceModel, SimulatedFleet, SimulatedService, SimulationInput } from './contracts.ts';
import { instancePrice } from './prices.ts';
import { findShape, shapeNames } from './profiles.ts';
import { startCount } from './start-count.ts';
import { taskCapacity } from './traffic.ts';

export interface ScenarioOptions {
  readonly profile: string;
  /** Tasks that the peak needs at the target utilisation; also the maximum of the scalable targets together. */
  readonly tasks: number;
  /** Largest number of instances; 0: Fargate. */
  readonly instances: number;
  readonly hours: number;
  /** Services that share tasks and load evenly. Default: as many as ECS's 5,000 tasks a service ask for. */
  readonly services?: number;
  /** Default: the smallest general purpose type that holds tasks ÷ instances. */
  readonly instanceType?: string;
  /** Default 256 units. */
  readonly cpuUnits?: number;
  /** Default: what fills the instances with the tasks; 512 MiB on Fargate. */
  readonly memoryMiB?: number;
  /** CPU of one request, ms. Default 5. */
  readonly cpuMs?: number;
  /** Target CPU utilisation, percent. Default 50. */
  readonly targetPercent?: number;
  /** Requests a second at the peak, all services. Default: what the tasks serve at the target. */
  readonly peakRequestsPerSecond?: number;
  readonly startSeconds?: number;
  readonly bootSeconds?: number;
  readonly seed?: string;
}

const TASKS_A_SERVICE = 5000;
const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
/** A Monday. */
export const SCENARIO_START_MS = Date.UTC(2026, 0, 5);
const UNITS_PER_CPU = 1024;
const LEAST_MEMORY_MIB = 64;
/** Types that are tried for the fleet, smallest first. */
const GENERAL = INSTANCE_TYPES.filter((type) => /^m5\.\w*large$/.test(type));

export const SCENARIO_DEFAULTS = {
  cpuUnits: 256,
  memoryMiB: 512,
  cpuMs: 5,
  targetPercent: 50,
  startSeconds: 30,
  bootSeconds: 150,
} as const;

/** @throws CutoverError BAD_FLAG with every problem */
export function scenario(options: ScenarioOptions): SimulationInput {
  const wished = { ...SCENARIO_DEFAULTS, ...withoutUndefined(options) };
  const shape = findShape(options.profile);
  const instanceType = options.instances === 0 ? null : (options.instanceType ?? smallestFor(wished));
  const given = { ...wished, memoryMiB: options.memoryMiB ?? memoryFor(wished, instanceType) };
  const problems = problemsOf(given, shape !== null, instanceType);
  if (problems.length > 0 || !shape) throw new CutoverError(problems);
  const count = Math.min(options.tasks, options.services ?? Math.ceil(options.tasks / TASKS_A_SERVICE));
  const services = Array.from({ length: count }, (_, i) =>
    service(given, share(options.tasks, count, i), { i, count }),
  );
  const atStart = shape.points[0]?.[1] ?? 1;
  return {
    startMs: SCENARIO_START_MS,
    hours: options.hours,
    shape,
    jitterPercent: 2,
    seed: options.seed ?? 'cutover',
    services: services.map((s) => ({ ...s, desiredCount: startCount(s, atStart) })),
    fleet: instanceType === null ? null : fleet(given, instanceType, services, atStart),
    loadBalancers: 1,
  };
}

type Given = ScenarioOptions & { [K in keyof typeof SCENARIO_DEFAULTS]: number };

function service(given: Given, tasks: number, { i, count }: { i: number; count: number }): SimulatedService {
  const model = modelOf(given);
  const each = taskCapacity({ model, cpuUnits: given.cpuUnits });
  const peak = given.peakRequestsPerSecond;
  return {
    name: count === 1 ? 'service' : `service-${i + 1}`,
    peakRequestsPerSecond: peak === undefined ? tasks * each * (given.targetPercent / 100) : peak / count,
    cpuUnits: given.cpuUnits,
    memoryMiB: given.memoryMiB,
    launchType: given.instances === 0 ? 'FARGATE' : 'EC2',
    model,
    desiredCount: tasks,
    scaling: {
      minCapacity: Math.max(1, Math.floor(tasks / 20)),
      maxCapacity: tasks,
      policies: [
        {
          name: 'cpu',
          metric: 'cpu',
          alarms: [],
          policy: {
            type: 'TargetTrackingScaling',
            targetValue: given.targetPercent,
            metric: { kind: 'ECSServiceAverageCPUUtilization' },
            scaleOutCooldownSeconds: 60,
            scaleInCooldownSeconds: 300,
            disableScaleIn: false,
          },
        },
      ],
      schedules: [],
    },
    health: { intervalSeconds: 30, timeoutSeconds: 5, unhealthyThreshold: 2, graceSeconds: 60 },
    constraints: [],
    strategies: [{ type: 'binpack', field: 'memory' }],
    hostPorts: [],
  };
}

function modelOf(given: Given): ServiceModel {
  const cpuSecondsPerRequest = given.cpuMs / 1000;
  return {
    servers: 1,
    // One process that only computes: as fast as its share of a CPU.
    serviceSeconds: (cpuSecondsPerRequest * UNITS_PER_CPU) / given.cpuUnits,
    cpuSecondsPerRequest,
    restMemoryMiB: given.memoryMiB / 4,
    memoryMiBPerRequest: 0.1,
    startSeconds: given.startSeconds,
    clientTimeoutSeconds: 20,
    responseBytes: 2048,
  };
}

function fleet(
  given: Given,
  instanceType: string,
  services: readonly SimulatedService[],
  atStart: number,
): SimulatedFleet {
  const size = instanceSize(instanceType) as NonNullable<ReturnType<typeof instanceSize>>;
  const running = services.reduce((sum, s) => sum + startCount(s, atStart), 0);
  return {
    name: 'fleet',
    instanceType,
    ...size,
    zones: ZONES,
    minSize: 0,
    maxSize: given.instances,
    desired: Math.ceil(running / Math.max(1, perInstance(given, size))),
    bootSeconds: given.bootSeconds,
    managedScaling: {
      enabled: true,
      targetCapacityPercent: 100,
      minimumStep: 1,
      maximumStep: 10_000,
      warmupSeconds: 300,
    },
    terminationProtection: true,
  };
}

/** As much as lets the tasks fill the instances that were named. */
function memoryFor(given: Given, instanceType: string | null): number {
  const size = instanceType === null ? null : instanceSize(instanceType);
  if (!size) return SCENARIO_DEFAULTS.memoryMiB;
  return Math.max(LEAST_MEMORY_MIB, Math.floor(size.memoryMiB / Math.ceil(given.tasks / given.instances)));
}

const share = (total: number, count: number, i: number): number =>
  Math.floor(total / count) + (i < total % count ? 1 : 0);

const perInstance = (given: Given, size: { cpuUnits: number; memoryMiB: number }): number =>
  Math.min(Math.floor(size.cpuUnits / given.cpuUnits), Math.floor(size.memoryMiB / given.memoryMiB));

function smallestFor(given: Given): string {
  const wanted = Math.ceil(given.tasks / given.instances);
  const fits = (type: string): boolean => {
    const size = instanceSize(type);
    return size !== null && perInstance(given, size) >= wanted;
  };
  return GENERAL.find(fits) ?? GENERAL.at(-1) ?? '';
}

function problemsOf(given: Given, known: boolean, instanceType: string | null): Problem[] {
  const problems: Problem[] = [];
  if (!known)
    problems.push({
      code: 'BAD_FLAG',
      address: '--profile',
      message: 'there is no such profile',
      value: given.profile,
      rule: shapeNames().join(', '),
      fix: 'name one of these',
    });
  const size = instanceType === null ? null : instanceSize(instanceType);
  if (instanceType !== null && (size === null || instancePrice(instanceType) === null))
    problems.push({
      code: 'BAD_FLAG',
      address: '--instance-type',
      message: 'size or price of this instance type is not known here',
      value: instanceType,
      rule: 'a type of the tables in local/resolve/instance-types.ts and local/simulate/prices.ts',
      fix: 'use another type',
    });
  else if (size !== null && perInstance(given, size) === 0)
    problems.push({
      code: 'TASK_FITS_NO_INSTANCE',
      address: '--instance-type',
      message: `a task of ${given.cpuUnits} CPU units and ${given.memoryMiB} MiB fits no ${instanceType}`,
      value: instanceType,
      rule: `${size.cpuUnits} CPU units, ${size.memoryMiB} MiB`,
      fix: 'use a larger type or a smaller task',
    });
  return problems;
}

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
