/** Sizes that an environment can be had in: the same resources, with other numbers. */
import type { Environment } from './environments.ts';
import type { ScaledService, ServiceScaling } from './scaling.ts';

export const SCALE_NAMES = ['default', 'small'] as const;
export type ScaleName = (typeof SCALE_NAMES)[number];

/**
 * `small` starts with two tasks of the monolith on one instance that holds four, and a task's share is ten requests a
 * second: what one machine can send makes it scale, tasks first and instances after them, and back, since tasks are
 * packed. Targets are judged patiently and drain long, since a fast clock shortens those waits, and not the requests.
 * `default` changes nothing.
 */
export function atScale(environment: Environment, scale: ScaleName): Environment {
  return scale === 'small' ? small(environment) : environment;
}

const SMALL = {
  tasks: 2,
  maxMonolithTasks: 8,
  /** A quarter of a t3.small. */
  monolithCpuUnits: 512,
  /** Spread tasks thin out over all instances at scale-in, and an instance with a task never goes. */
  monolithPlacement: [{ type: 'binpack', field: 'cpu' }],
  instances: { min: 1, desired: 1, max: 4 },
  instanceWarmupSeconds: 60,
  targets: {
    healthIntervalSeconds: 15,
    healthTimeoutSeconds: 14,
    unhealthyThreshold: 5,
    deregistrationDelaySeconds: 120,
  },
  idleTimeoutSeconds: 300,
  stopTimeoutSeconds: 120,
  requestsPerMinute: 600,
  scaleOutCooldownSeconds: 60,
  scaleInCooldownSeconds: 120,
} as const;

function small(environment: Environment): Environment {
  const { instances, monolithTask, scaling, desiredCounts } = environment;
  const { managedScaling } = instances;
  const { scaleOutCooldownSeconds, scaleInCooldownSeconds } = SMALL;
  const cooldowns = { scaleOutCooldownSeconds, scaleInCooldownSeconds };
  const reduced = Object.entries(scaling).map(([key, given]): [string, ServiceScaling] => [
    key,
    { ...given, ...cooldowns, ...(given.requestsPerMinute ? { requestsPerMinute: SMALL.requestsPerMinute } : {}) },
  ]);
  const byService: Partial<Record<ScaledService, ServiceScaling>> = Object.fromEntries(reduced);
  const monolith = byService.monolith && {
    ...byService.monolith,
    minTasks: SMALL.tasks,
    maxTasks: SMALL.maxMonolithTasks,
  };
  return {
    ...environment,
    targets: SMALL.targets,
    idleTimeoutSeconds: SMALL.idleTimeoutSeconds,
    stopTimeoutSeconds: SMALL.stopTimeoutSeconds,
    desiredCounts: { ...desiredCounts, monolith: SMALL.tasks },
    monolithTask: {
      ...monolithTask,
      cpuUnits: SMALL.monolithCpuUnits,
      placementStrategies: SMALL.monolithPlacement,
    },
    instances: {
      ...instances,
      ...SMALL.instances,
      type: 't3.small',
      managedScaling:
        managedScaling === 'off' ? 'off' : { ...managedScaling, warmupSeconds: SMALL.instanceWarmupSeconds },
    },
    scaling: { ...byService, ...(monolith ? { monolith } : {}) },
  };
}
