/** A simulation of what the stacks say: services, policies, alarms and instances of one cluster, with a modelled load. */
import { CutoverError } from '../errors.ts';
import { clamp } from '../run/autoscaler/numbers.ts';
import { hostPortsOf, reservationOf } from '../run/scheduler/task-size.ts';
import type { Alarm, AutoScalingGroup, ScalingPolicy, Service, TaskDefinition, Topology } from '../topology.ts';
import { besideDaemons } from './beside-daemons.ts';
import type {
  MetricName,
  ServiceModel,
  SimulatedAlarm,
  SimulatedFleet,
  SimulatedPolicy,
  SimulatedService,
  SimulationInput,
} from './contracts.ts';
import type { LoadShape } from './profiles.ts';
import { startCount } from './start-count.ts';
import { taskCapacity } from './traffic.ts';

export interface TopologyOptions {
  readonly shape: LoadShape;
  readonly hours: number;
  /** Default: the only one with services. */
  readonly cluster?: string;
  /** Largest number of tasks and of instances, instead of what the stacks say; tasks are shared out as the maxima are. */
  readonly tasks?: number;
  readonly instances?: number;
  /** Requests a second of all services at the peak. Default: what their largest number of tasks serves at its target. */
  readonly peakRequestsPerSecond?: number;
  readonly model: Pick<ServiceModel, 'cpuSecondsPerRequest' | 'startSeconds'>;
  readonly bootSeconds: number;
  readonly startMs: number;
  readonly seed: string;
}

export interface TopologySimulation {
  readonly input: SimulationInput;
  /** What of the stacks is not simulated. */
  readonly notes: readonly string[];
}

/** Where no policy names a target. */
const USUAL_TARGET_PERCENT = 50;
const UNITS_PER_CPU = 1024;

/** @throws CutoverError where there is no such cluster, or none with services */
export function fromTopology(topology: Topology, options: TopologyOptions): TopologySimulation {
  const clusterName = clusterOf(topology, options.cluster);
  const notes: string[] = [];
  const own = topology.services.filter((s) => s.clusterName === clusterName && s.schedulingStrategy === 'REPLICA');
  const most = own.reduce((sum, s) => sum + maxOf(topology, s), 0);
  const factor = options.tasks === undefined || most === 0 ? 1 : options.tasks / most;
  const services = own.map((service) => serviceOf(topology, service, { ...options, factor, notes }));
  const atStart = options.shape.points[0]?.[1] ?? 1;
  const total = services.reduce((sum, s) => sum + s.peakRequestsPerSecond, 0);
  const scale = options.peakRequestsPerSecond === undefined || total === 0 ? 1 : options.peakRequestsPerSecond / total;
  return {
    notes,
    input: {
      startMs: options.startMs,
      hours: options.hours,
      shape: options.shape,
      jitterPercent: 2,
      seed: options.seed,
      services: services.map((s) => ({
        ...s,
        desiredCount: startCount(s, atStart),
        peakRequestsPerSecond: s.peakRequestsPerSecond * scale,
      })),
      fleet: fleetOf(topology, clusterName, services, { ...options, notes, atStart }),
      loadBalancers: topology.loadBalancers.length,
    },
  };
}

function clusterOf(topology: Topology, wanted: string | undefined): string {
  const names = [...new Set(topology.services.map((s) => s.clusterName))];
  const [only] = names;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted === undefined && only !== undefined && names.length === 1) return only;
  throw new CutoverError({
    code: 'BAD_FLAG',
    address: '--cluster',
    message: wanted === undefined ? `${names.length} clusters have services` : 'no service runs in this cluster',
    value: wanted ?? null,
    rule: `one of: ${names.join(', ') || '(none)'}`,
    fix: 'name one cluster',
  });
}

type Context = TopologyOptions & { readonly factor: number; readonly notes: string[] };

const targetOf = (topology: Topology, service: Service) =>
  topology.scalableTargets.find((t) => t.resourceId === `service/${service.clusterName}/${service.name}`);

const maxOf = (topology: Topology, service: Service): number =>
  targetOf(topology, service)?.maxCapacity ?? service.desiredCount;

function serviceOf(topology: Topology, service: Service, context: Context): SimulatedService {
  const definition = topology.taskDefinitions.find((d) => d.arn === service.taskDefinitionArn) as TaskDefinition;
  const size = reservationOf(definition);
  const group = topology.targetGroups.find((g) => g.arn === service.loadBalancers[0]?.targetGroupArn);
  // A connection is taken by a busy task, too.
  const check = group?.network?.healthCheckProtocol === 'TCP' ? undefined : group?.healthCheck;
  const model = modelOf(size, context);
  const target = targetOf(topology, service);
  const scaled = (count: number): number => Math.max(1, Math.round(count * context.factor));
  const policies = topology.scalingPolicies
    .filter((p) => p.resourceId === target?.resourceId)
    .flatMap((p) => policyOf(topology, p, context.notes));
  const most = scaled(maxOf(topology, service));
  const each = taskCapacity({ model, cpuUnits: size.cpuUnits });
  return {
    name: service.name,
    peakRequestsPerSecond: most * each * (cpuTargetOf(policies) / 100),
    ...size,
    launchType: service.launchType,
    model,
    desiredCount: target ? scaled(Math.max(target.minCapacity, service.desiredCount)) : scaled(service.desiredCount),
    scaling: target
      ? {
          minCapacity: Math.min(most, scaled(target.minCapacity)),
          maxCapacity: most,
          policies,
          schedules: topology.scheduledScalings.filter((s) => s.resourceId === target.resourceId),
        }
      : null,
    health: {
      // Without a load balancer nothing checks a task for being busy.
      intervalSeconds: check?.intervalSeconds ?? 30,
      timeoutSeconds: check?.timeoutSeconds ?? Number.POSITIVE_INFINITY,
      unhealthyThreshold: check?.unhealthyThreshold ?? 2,
      graceSeconds: service.healthCheckGracePeriodSeconds,
    },
    constraints: [...service.placementConstraints, ...definition.placementConstraints],
    strategies: service.placementStrategies,
    hostPorts: hostPortsOf(definition),
  };
}

const cpuTargetOf = (policies: readonly SimulatedPolicy[]): number =>
  policies.flatMap(({ metric, policy }) =>
    metric === 'cpu' && policy.type === 'TargetTrackingScaling' ? [policy.targetValue] : [],
  )[0] ?? USUAL_TARGET_PERCENT;

function modelOf(size: { cpuUnits: number; memoryMiB: number }, { model }: Context): ServiceModel {
  const cpus = (size.cpuUnits || UNITS_PER_CPU) / UNITS_PER_CPU;
  return {
    servers: Math.max(1, Math.floor(cpus)),
    serviceSeconds: model.cpuSecondsPerRequest / Math.min(1, cpus),
    cpuSecondsPerRequest: model.cpuSecondsPerRequest,
    restMemoryMiB: size.memoryMiB / 4,
    memoryMiBPerRequest: 0.1,
    startSeconds: model.startSeconds,
    clientTimeoutSeconds: 20,
    responseBytes: 2048,
  };
}

function policyOf(topology: Topology, { name, arn, policy }: ScalingPolicy, notes: string[]): SimulatedPolicy[] {
  if (policy.type === 'StepScaling') {
    const asking = topology.alarms.filter((a) => a.alarmActions.includes(arn));
    const alarms = asking.flatMap((a) => alarmOf(a, notes));
    return [{ name, policy, metric: 'cpu', alarms }];
  }
  const { kind } = policy.metric;
  const metric = PREDEFINED[kind] ?? null;
  if (metric) return [{ name, policy, metric, alarms: [] }];
  notes.push(`policy ${name}: its custom metric is not modelled, so it asks for nothing`);
  return [];
}

const PREDEFINED: Readonly<Record<string, MetricName>> = {
  ECSServiceAverageCPUUtilization: 'cpu',
  ECSServiceAverageMemoryUtilization: 'memory',
  ALBRequestCountPerTarget: 'requests',
};

const METRICS: Readonly<Record<string, MetricName>> = {
  'AWS/ECS CPUUtilization': 'cpu',
  'AWS/ECS MemoryUtilization': 'memory',
  'AWS/ApplicationELB RequestCountPerTarget': 'requests',
};

function alarmOf(alarm: Alarm, notes: string[]): SimulatedAlarm[] {
  const metric = METRICS[`${alarm.namespace} ${alarm.metricName}`];
  if (!metric || alarm.periodSeconds !== 60) {
    notes.push(`alarm ${alarm.name}: only minutes of CPU, memory and requests per target are modelled`);
    return [];
  }
  const { name, threshold, comparison, evaluationPeriods, datapointsToAlarm } = alarm;
  return [{ name, metric, threshold, comparison, evaluationPeriods, datapointsToAlarm }];
}

function fleetOf(
  topology: Topology,
  clusterName: string,
  services: readonly SimulatedService[],
  context: TopologyOptions & { readonly notes: string[]; readonly atStart: number },
): SimulatedFleet | null {
  if (!services.some((s) => s.launchType === 'EC2')) return null;
  const groups = topology.autoScalingGroups.filter((g) => g.clusterName === clusterName);
  const [first] = groups;
  if (!first) return null;
  const group = besideDaemons(first, topology, clusterName);
  if (groups.length > 1) context.notes.push(`only ${group.name} of ${groups.length} auto scaling groups is simulated`);
  const provider = topology.capacityProviders.find((p) => p.autoScalingGroupArn === group.arn);
  const maxSize = context.instances ?? group.maxSize;
  return {
    name: group.name,
    ...sizeOf(group),
    zones: group.zones.length > 0 ? group.zones : [`${topology.region}a`],
    minSize: Math.min(group.minSize, maxSize),
    maxSize,
    desired: clamp(
      Math.max(group.desiredCapacity, instancesFor(group, services, context.atStart)),
      group.minSize,
      maxSize,
    ),
    bootSeconds: context.bootSeconds,
    managedScaling: provider?.managedScaling ?? NOT_MANAGED,
    terminationProtection: provider?.managedTerminationProtection ?? false,
  };
}

/** As many as the tasks at the beginning fill, by CPU or memory. */
function instancesFor(group: AutoScalingGroup, services: readonly SimulatedService[], atStart: number): number {
  const own = services.filter((s) => s.launchType === 'EC2');
  const sum = (read: (s: SimulatedService) => number): number =>
    own.reduce((total, s) => total + read(s) * startCount(s, atStart), 0);
  return Math.ceil(Math.max(sum((s) => s.cpuUnits) / group.cpuUnits, sum((s) => s.memoryMiB) / group.memoryMiB));
}

const sizeOf = ({ instanceType, cpuUnits, memoryMiB }: AutoScalingGroup) => ({ instanceType, cpuUnits, memoryMiB });

const NOT_MANAGED: SimulatedFleet['managedScaling'] = {
  enabled: false,
  targetCapacityPercent: 100,
  minimumStep: 1,
  maximumStep: 10_000,
  warmupSeconds: 300,
};
