/** The plane's state as `status --json` shows it. Pure: reads the controllers' views, decides nothing. */
import type {
  BlueGreenSideStatus,
  BlueGreenStatusEntry,
  InstanceStatus,
  ServiceStatus,
  Status,
  TargetGroupStatus,
  TaskSetStatusEntry,
  TaskStatusEntry,
  TopicStatus,
} from '../status.ts';
import { STATUS_VERSION } from '../status.ts';
import type { Action, AutoScalingGroup, Condition, Listener, LoadBalancer, Output, TargetGroup } from '../topology.ts';
import type { EcsView, Endpoint, InstanceState, ServiceState, TargetHealth, TaskState } from './contracts.ts';
import type { AlarmState, BlueGreenDeployment, BlueGreenSide, TaskSetState } from './contracts-delivery.ts';
import type { RestReading } from './rest-api/rest-api.ts';
import type { ServiceDeployment } from './service-deployments/service-deployment.ts';

/** Older CodeDeploy deployments are left out. */
const BLUE_GREEN_SHOWN = 20;

/** What status reads of the load balancer. */
export interface BalancerReading {
  readonly loadBalancers: readonly LoadBalancer[];
  readonly listeners: readonly {
    readonly loadBalancerArn: string;
    readonly port: number;
    readonly protocol: Listener['protocol'];
    readonly endpoint: Endpoint;
    readonly rules: readonly {
      readonly priority: number | 'default';
      readonly conditions: readonly Condition[];
      readonly actions: readonly Action[];
    }[];
  }[];
  readonly targetGroups: readonly { readonly group: TargetGroup; readonly targets: readonly TargetHealth[] }[];
  /** Requests answered by a target since it was registered. */
  requests(targetGroupArn: string, id: string, port: number): number;
}

export interface StatusInput {
  readonly head: Pick<
    Status,
    'stage' | 'clockRate' | 'state' | 'pid' | 'portBase' | 'addressMode' | 'region' | 'endpoints' | 'lastEventId'
  >;
  readonly balancer: BalancerReading;
  readonly ecs: EcsView;
  readonly autoScalingGroups: readonly AutoScalingGroup[];
  readonly topics: readonly TopicStatus[];
  /** Newest first. */
  readonly blueGreen: readonly BlueGreenDeployment[];
  readonly restApis: RestReading;
  readonly alarms: readonly AlarmState[];
  readonly outputs: readonly Output[];
  readonly loadBalancerHost: (arn: string) => string;
  readonly localise: (text: string) => string;
}

export function statusOf(input: StatusInput): Status {
  const tasks = input.ecs.tasks().filter((task) => task.lastStatus !== 'STOPPED');
  const services = input.ecs.services().filter((service) => service.status !== 'INACTIVE');
  const groups = new Set(services.map((service) => groupOf(service)));
  return {
    version: STATUS_VERSION,
    ...input.head,
    loadBalancers: loadBalancersOf(input),
    targetGroups: targetGroupsOf(input.balancer),
    instances: input.ecs
      .instances()
      .filter((instance) => instance.status !== 'TERMINATED')
      .map((instance) => instanceOf(instance, input.autoScalingGroups)),
    services: services.map((service) => serviceOf(service, tasks)),
    tasks: tasks.filter((task) => !groups.has(`${task.clusterArn} ${task.group}`)).map(taskOf),
    topics: input.topics,
    blueGreen: input.blueGreen.slice(0, BLUE_GREEN_SHOWN).map(blueGreenOf),
    restApis: restApisOf(input.restApis),
    usagePlans: input.restApis.usage.map(({ endsAtMs, ...use }) => ({ ...use, endsAt: iso(endsAtMs) ?? '' })),
    alarms: input.alarms.map(({ definition, state, reason }) => ({ name: definition.name, state, reason })),
    outputs: input.outputs
      .filter((output) => !output.name.startsWith('cross-stack-output-'))
      .map((output) => ({
        stack: output.stack,
        name: output.name,
        value: output.sensitive ? '(sensitive)' : localised(output.value, input.localise),
      })),
  };
}

function loadBalancersOf({ balancer, loadBalancerHost }: StatusInput): Status['loadBalancers'] {
  return balancer.loadBalancers.map((lb) => ({
    name: lb.name,
    arn: lb.arn,
    dnsName: loadBalancerHost(lb.arn),
    awsDnsName: lb.dnsName,
    listeners: balancer.listeners
      .filter((listener) => listener.loadBalancerArn === lb.arn)
      .map((listener) => ({
        port: listener.port,
        url: `${listener.protocol.toLowerCase()}://${listener.endpoint.host}:${listener.endpoint.port}`,
        rules: listener.rules,
      })),
  }));
}

function targetGroupsOf(balancer: BalancerReading): readonly TargetGroupStatus[] {
  return balancer.targetGroups.map(({ group, targets }) => ({
    name: group.name,
    arn: group.arn,
    targets: targets.map(({ target, state, reason }) => ({
      id: target.id,
      address: target.endpoint.host,
      port: target.endpoint.port,
      state,
      reason,
      requests: balancer.requests(group.arn, target.id, target.port),
    })),
  }));
}

function restApisOf({ apis }: RestReading): Status['restApis'] {
  return apis.map(({ api, endpoint, stages }) => {
    const url = `http://${endpoint.host}:${endpoint.port}`;
    return {
      name: api.name,
      id: api.id,
      awsUrl: `https://${api.host}`,
      url,
      stages: stages.map((stage) => ({ ...stage, url: `${url}/${stage.name}` })),
    };
  });
}

function instanceOf(instance: InstanceState, groups: readonly AutoScalingGroup[]): InstanceStatus {
  const group = groups.find((g) => g.name === instance.autoScalingGroupName);
  return {
    id: instance.id,
    address: instance.address,
    zone: instance.zone,
    instanceType: instance.instanceType,
    status: instance.status,
    cpuUnits: instance.registered.cpuUnits,
    memoryMiB: instance.registered.memoryMiB,
    registered: instance.registered,
    remaining: instance.remaining,
    ...(group ? { ephemeralPortRange: group.ephemeralPortRange } : {}),
    ports: instance.ports,
    processes: instance.processes,
  };
}

function serviceOf(service: ServiceState, tasks: readonly TaskState[]): ServiceStatus {
  const { definition } = service;
  return {
    cluster: definition.clusterName,
    name: definition.name,
    launchType: definition.launchType,
    desiredCount: service.desiredCount,
    runningCount: service.runningCount,
    pendingCount: service.pendingCount,
    taskDefinition: shortTaskDefinition(
      (service.taskSets[0] ?? service.deployments[0])?.taskDefinitionArn ?? definition.taskDefinitionArn,
    ),
    steady: service.steady,
    deploymentController: definition.deploymentController,
    taskSets: service.taskSets.map(taskSetOf),
    serviceDeployment: serviceDeploymentOf(service.serviceDeployments?.[0]),
    deployments: service.deployments.map((d) => ({
      id: d.id,
      status: d.status,
      taskDefinition: shortTaskDefinition(d.taskDefinitionArn),
      desiredCount: d.desiredCount,
      runningCount: d.runningCount,
      pendingCount: d.pendingCount,
      failedTasks: d.failedTasks,
      rolloutState: d.rolloutState,
      rolloutStateReason: d.rolloutStateReason,
    })),
    events: service.events.slice(0, 10).map((e) => ({ createdAt: iso(e.createdAtMs) ?? '', message: e.message })),
    tasks: tasks.filter((task) => `${task.clusterArn} ${task.group}` === groupOf(service)).map(taskOf),
  };
}

function serviceDeploymentOf(newest: ServiceDeployment | undefined): ServiceStatus['serviceDeployment'] {
  if (!newest) return null;
  const { arn, strategy, status, statusReason, stage, shift, blue, green } = newest;
  return {
    arn,
    strategy: strategy.type,
    status,
    statusReason,
    lifecycleStage: stage,
    greenPercent: shift.percent,
    blue: blue && shortTaskDefinition(blue.taskDefinitionArn),
    green: shortTaskDefinition(green.taskDefinitionArn),
  };
}

function taskOf(task: TaskState): TaskStatusEntry {
  const container = task.containers[0];
  const bound = task.containers.flatMap((c) => c.bindings)[0];
  return {
    arn: task.arn,
    pid: container?.pid ?? null,
    address: task.address,
    hostPort: bound?.bindPort ?? null,
    containerPort: bound?.containerPort ?? null,
    instanceId: task.instanceId,
    lastStatus: task.lastStatus,
    healthStatus: task.healthStatus,
    taskDefinition: shortTaskDefinition(task.taskDefinitionArn),
    deploymentId: task.deploymentId,
    startedAt: iso(task.startedAtMs),
    stoppedReason: task.stoppedReason,
  };
}

function taskSetOf(set: TaskSetState): TaskSetStatusEntry {
  return {
    id: set.id,
    status: set.status,
    taskDefinition: shortTaskDefinition(set.taskDefinitionArn),
    computedDesiredCount: set.computedDesiredCount,
    runningCount: set.runningCount,
    pendingCount: set.pendingCount,
    stability: set.stability,
    targetGroupArn: set.targetGroupArn,
    externalId: set.externalId,
  };
}

function blueGreenOf(deployment: BlueGreenDeployment): BlueGreenStatusEntry {
  return {
    id: deployment.id,
    application: deployment.applicationName,
    group: deployment.groupName,
    config: deployment.configName,
    cluster: deployment.clusterName,
    service: deployment.serviceName,
    creator: deployment.creator,
    status: deployment.status,
    createdAt: iso(deployment.createdAtMs) ?? '',
    completedAt: iso(deployment.completedAtMs),
    taskDefinition: shortTaskDefinition(deployment.appSpec.taskDefinition),
    error: deployment.error,
    rollbackDeploymentId: deployment.rollback.rollbackDeploymentId,
    triggeringDeploymentId: deployment.rollback.triggeringDeploymentId,
    lifecycleEvents: deployment.lifecycleEvents.map((event) => ({
      name: event.name,
      status: event.status,
      startedAt: iso(event.startedAtMs),
      endedAt: iso(event.endedAtMs),
      hook: event.hook?.functionName ?? null,
      message: event.message,
    })),
    blue: sideOf(deployment.blue),
    green: sideOf(deployment.green),
    readyUntil: iso(deployment.readyUntilMs),
    blueEndsAt: iso(deployment.blueEndsAtMs),
  };
}

function sideOf(side: BlueGreenSide): BlueGreenSideStatus {
  return {
    targetGroup: side.targetGroupName,
    taskSet: side.taskSet?.id ?? null,
    taskDefinition: side.taskSet ? shortTaskDefinition(side.taskSet.taskDefinitionArn) : null,
    trafficPercent: side.trafficPercent,
  };
}

const groupOf = (service: ServiceState): string =>
  `${service.definition.clusterArn} service:${service.definition.name}`;

/** `family:revision` of a task definition's ARN. */
export const shortTaskDefinition = (arn: string): string => arn.split('/').at(-1) ?? arn;

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function localised(value: unknown, localise: (text: string) => string): unknown {
  if (typeof value === 'string') return localise(value);
  if (Array.isArray(value)) return value.map((item) => localised(item, localise));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, localised(item, localise)]));
  return value;
}
