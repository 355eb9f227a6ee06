/** Clusters, capacity, task definitions and services (ECS developer guide). */
import type {
  AutoScalingGroup,
  CapacityProvider,
  Cluster,
  PlacementConstraint,
  ResourceBase,
  Service,
  TaskDefinition,
} from '../topology.ts';
import { containersOf } from './containers.ts';
import { instanceSize } from './instance-types.ts';
import { arn, type BuildContext, COMMON_INERT, type Kind, nameOf, text } from './kind.ts';
import type { Reader } from './reader.ts';
import { Reader as BlockReader } from './reader.ts';

const cluster: Kind = {
  collection: 'clusters',
  acts: ['name'],
  inert: {
    ...COMMON_INERT,
    setting: 'container insights has no local store',
    configuration: 'execute-command is not offered here',
    service_connect_defaults: 'service connect is not offered here',
  },
  computed: (names, _block, attribute) => {
    const id = arn(names, 'ecs', `cluster/${text(attribute('name'))}`);
    return { arn: id, id };
  },
  build(base, r, context): Cluster {
    const name = r.text('name');
    const attached = context
      .all('aws_ecs_cluster_capacity_providers')
      .filter(({ json }) => json['cluster_name'] === name);
    const readers = attached.map(({ block, json }) => new BlockReader(block.address, json, r.problems));
    return {
      ...base,
      arn: r.text('arn'),
      name,
      capacityProviders: readers.flatMap((x) => x.texts('capacity_providers')),
      defaultStrategy: readers.flatMap((x) => x.blocks('default_capacity_provider_strategy').map(strategyItem)),
    };
  },
};

const strategyItem = (r: Reader) => ({
  capacityProvider: r.text('capacity_provider'),
  weight: r.number('weight', 0, { min: 0, max: 1000 }),
  base: r.number('base', 0, { min: 0, max: 100_000 }),
});

const attachment: Kind = {
  acts: ['cluster_name', 'capacity_providers', 'default_capacity_provider_strategy'],
  inert: COMMON_INERT,
  computed: (_names, _block, attribute) => ({ id: text(attribute('cluster_name')) }),
};

const capacityProvider: Kind = {
  collection: 'capacityProviders',
  acts: ['name', 'auto_scaling_group_provider'],
  inert: COMMON_INERT,
  computed: (names, _block, attribute) => {
    const id = arn(names, 'ecs', `capacity-provider/${text(attribute('name'))}`);
    return { arn: id, id };
  },
  build(base, r): CapacityProvider {
    const group = r.block('auto_scaling_group_provider');
    if (!group) r.missing('auto_scaling_group_provider');
    const scaling = group?.block('managed_scaling');
    return {
      ...base,
      arn: r.text('arn'),
      name: r.text('name'),
      autoScalingGroupArn: group?.text('auto_scaling_group_arn') ?? '',
      managedScaling: {
        enabled: scaling?.text('status', 'DISABLED') === 'ENABLED',
        targetCapacityPercent: scaling?.number('target_capacity', 100, { min: 1, max: 100 }) ?? 100,
        minimumStep: scaling?.number('minimum_scaling_step_size', 1, { min: 1, max: 10_000 }) ?? 1,
        maximumStep: scaling?.number('maximum_scaling_step_size', 10_000, { min: 1, max: 10_000 }) ?? 10_000,
        warmupSeconds: scaling?.number('instance_warmup_period', 300, { min: 0, max: 10_000 }) ?? 300,
      },
      managedTerminationProtection: group?.text('managed_termination_protection', 'DISABLED') === 'ENABLED',
      managedDraining: group?.text('managed_draining', 'ENABLED') === 'ENABLED',
    };
  },
};

const launchTemplate: Kind = {
  acts: ['name', 'name_prefix', 'instance_type', 'user_data', 'vpc_security_group_ids', 'network_interfaces'],
  inert: {
    ...COMMON_INERT,
    image_id: 'an instance here is an address with a size, not a machine',
    iam_instance_profile: 'processes on one machine have the rights of whoever started them',
    block_device_mappings: 'an instance here has no disk',
    metadata_options: 'there is no instance metadata service',
    update_default_version: 'the newest version is always used',
    default_version: 'the newest version is always used',
    key_name: 'there is no host to log in to',
    monitoring: 'there is no host to monitor',
    ebs_optimized: 'an instance here has no disk',
    tag_specifications: 'tags are kept and shown; nothing here acts on them',
    description: 'for people',
    credit_specification: 'CPU credits are not modelled',
    instance_initiated_shutdown_behavior: 'an instance here ends when the group says so',
    instance_market_options: 'spot interruptions are not modelled',
    disable_api_termination: 'nothing here asks before terminating',
    placement: 'all instances are on one machine',
  },
  computed: (names, block, attribute) => {
    const id = `lt-${names.hex(block.address, 17)}`;
    return {
      id,
      name: nameOf(names, block, attribute),
      arn: arn(names, 'ec2', `launch-template/${id}`),
      latest_version: 1,
      default_version: 1,
    };
  },
};

const autoScalingGroup: Kind = {
  collection: 'autoScalingGroups',
  acts: [
    'name',
    'name_prefix',
    'min_size',
    'max_size',
    'desired_capacity',
    'vpc_zone_identifier',
    'availability_zones',
    'launch_template',
    'mixed_instances_policy',
    'target_group_arns',
  ],
  inert: {
    ...COMMON_INERT,
    tag: 'tags are kept and shown; nothing here acts on them',
    health_check_type: 'an instance here cannot fail its own checks',
    health_check_grace_period: 'an instance here cannot fail its own checks',
    force_delete: 'groups here go at once',
    protect_from_scale_in: 'instances are not scaled in yet',
    default_cooldown: 'instances are not scaled by policy yet',
    default_instance_warmup: 'instances are not scaled by policy yet',
    termination_policies: 'the newest instance goes first',
    instance_refresh: 'a new launch template holds for new instances only',
    enabled_metrics: 'group metrics are not published',
    metrics_granularity: 'group metrics are not published',
    wait_for_capacity_timeout: 'capacity is there when instances have booted',
    service_linked_role_arn: 'processes on one machine have the rights of whoever started them',
    suspended_processes: 'instances are not scaled by policy yet',
    max_instance_lifetime: 'a plane lives for hours at most',
    capacity_rebalance: 'spot interruptions are not modelled',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    const uuid = names.hex(block.address, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    return {
      name,
      id: name,
      arn: arn(names, 'autoscaling', `autoScalingGroup:${uuid}:autoScalingGroupName/${name}`),
      desired_capacity: attribute('min_size'),
    };
  },
  build: buildGroup,
};

function buildGroup(base: ResourceBase, r: Reader, context: BuildContext): AutoScalingGroup {
  const reference =
    r.block('launch_template') ??
    r.block('mixed_instances_policy')?.block('launch_template')?.block('launch_template_specification') ??
    null;
  const id = reference?.textOrNull('id') ?? reference?.textOrNull('launch_template_id');
  const name = reference?.textOrNull('name') ?? reference?.textOrNull('launch_template_name');
  const template = context
    .all('aws_launch_template')
    .find(({ json }) => (id && json['id'] === id) || (name && json['name'] === name));
  if (!template)
    r.bad('launch_template', 'there is no such launch template', 'the id or name of an aws_launch_template');
  const t = new BlockReader(template?.block.address ?? base.address, template?.json ?? {}, r.problems);
  const instanceType = t.text('instance_type', 't3.small');
  const size = instanceSize(instanceType);
  if (!size)
    t.bad(
      'instance_type',
      'the size of this instance type is not known here',
      'one of the types in local/resolve/instance-types.ts',
      instanceType,
    );
  const min = r.number('min_size', undefined, { min: 0, max: 10_000 });
  const max = r.number('max_size', undefined, { min: 0, max: 10_000 });
  if (min > max)
    r.bad('min_size', `min_size (${min}) is above max_size (${max})`, 'min_size ≤ desired_capacity ≤ max_size');
  const desired = r.number('desired_capacity', min, { min, max: Math.max(min, max) });
  const userData = Buffer.from(t.text('user_data', ''), 'base64').toString('utf8');
  const subnets = context.all('aws_subnet');
  const zones = r
    .texts('vpc_zone_identifier')
    .map((subnet) =>
      text(subnets.find(({ json }) => json['id'] === subnet)?.json['availability_zone'], `${context.names.region}a`),
    );
  return {
    ...base,
    arn: r.text('arn'),
    name: r.text('name'),
    minSize: min,
    maxSize: max,
    desiredCapacity: desired,
    zones:
      zones.length > 0
        ? zones
        : r.texts('availability_zones').length > 0
          ? r.texts('availability_zones')
          : [`${context.names.region}a`],
    instanceType,
    cpuUnits: size?.cpuUnits ?? 0,
    memoryMiB: size?.memoryMiB ?? 0,
    securityGroupIds: [
      ...t.texts('vpc_security_group_ids'),
      ...t.blocks('network_interfaces').flatMap((n) => n.texts('security_groups')),
    ],
    userData,
    clusterName: clusterNamed(userData),
    ephemeralPortRange: portRange(userData, t),
    targetGroupArns: r.texts('target_group_arns'),
  };
}

/** The last `ECS_CLUSTER=name` of the user data (ECS bootstrap_container_instance). */
function clusterNamed(userData: string): string | null {
  return [...userData.matchAll(/ECS_CLUSTER\s*=\s*["']?([A-Za-z0-9_-]+)/g)].at(-1)?.[1] ?? null;
}

function portRange(userData: string, r: Reader): readonly [number, number] {
  const found = /net\.ipv4\.ip_local_port_range\s*=\s*["']?(\d+)[\s\t]+(\d+)/.exec(userData);
  if (!found) return [32_768, 60_999];
  const [low, high] = [Number(found[1]), Number(found[2])];
  if (!(low >= 1 && low < high && high <= 65_535))
    r.bad('user_data', 'the port range is not one', '1 ≤ low < high ≤ 65535', found[0]);
  return [low, high];
}

const taskDefinition: Kind = {
  collection: 'taskDefinitions',
  acts: [
    'family',
    'container_definitions',
    'network_mode',
    'requires_compatibilities',
    'cpu',
    'memory',
    'task_role_arn',
    'execution_role_arn',
    'placement_constraints',
  ],
  inert: {
    ...COMMON_INERT,
    runtime_platform: 'the process runs on this machine’s platform',
    ephemeral_storage: 'the process uses this machine’s disk',
    skip_destroy: 'revisions stay until the plane is down',
    track_latest: 'the plane is the only one that registers revisions',
    pid_mode: 'processes are not in namespaces',
    ipc_mode: 'processes are not in namespaces',
    enable_fault_injection: 'faults are injected by killing processes',
    inference_accelerator: 'there are no accelerators',
  },
  computed: (names, block, attribute) => {
    const family = text(attribute('family'));
    const digest = names.hex(
      JSON.stringify([
        block.body['container_definitions'],
        attribute('container_definitions'),
        attribute('cpu'),
        attribute('memory'),
        attribute('network_mode'),
      ]),
      32,
    );
    const revision = names.revisionOf(family, digest);
    const base = arn(names, 'ecs', `task-definition/${family}`);
    return { arn: `${base}:${revision}`, arn_without_revision: base, id: family, revision };
  },
  build(base, r, context): TaskDefinition {
    const networkMode = r.oneOf('network_mode', ['bridge', 'host', 'awsvpc', 'none'], 'bridge');
    const compatibilities = r.texts('requires_compatibilities') as ('EC2' | 'FARGATE')[];
    for (const c of compatibilities)
      if (c !== 'EC2' && c !== 'FARGATE') r.bad('requires_compatibilities', `${c} is not run here`, 'EC2, FARGATE');
    const fargate = compatibilities.includes('FARGATE');
    const cpu = r.has('cpu') ? units(r, 'cpu') : null;
    const memory = r.has('memory') ? units(r, 'memory') : null;
    if (fargate) checkFargate(r, networkMode, cpu, memory);
    return {
      ...base,
      arn: r.text('arn'),
      family: r.text('family'),
      revision: r.number('revision'),
      networkMode,
      requiresCompatibilities: compatibilities.length > 0 ? compatibilities : ['EC2'],
      cpuUnits: cpu,
      memoryMiB: memory,
      taskRoleArn: r.textOrNull('task_role_arn'),
      executionRoleArn: r.textOrNull('execution_role_arn'),
      containers: containersOf(r, { networkMode, fargate, memoryMiB: memory, note: context.note }),
      placementConstraints: r.blocks('placement_constraints').map(constraint),
    };
  },
};

/** `256`, `.25 vCPU`, `512`, `0.5GB` (ECS task_definition_parameters: task size). */
function units(r: Reader, name: 'cpu' | 'memory'): number {
  const value = r.text(name);
  const found = /^(\d*\.?\d+)\s*(vcpu|gb)?$/i.exec(value.trim());
  if (!found) r.bad(name, 'it is no size', name === 'cpu' ? '256 or .25 vCPU' : '512 or 0.5GB');
  return Number(found?.[1] ?? 0) * (found?.[2] ? 1024 : 1);
}

/** Published Fargate sizes: cpu units → memory in MiB (ECS fargate-tasks-services: task CPU and memory). */
const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * 1024);
const FARGATE: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: range(1, 4, 1),
  1024: range(2, 8, 1),
  2048: range(4, 16, 1),
  4096: range(8, 30, 1),
  8192: range(16, 60, 4),
  16384: range(32, 120, 8),
};

function checkFargate(r: Reader, networkMode: string, cpu: number | null, memory: number | null): void {
  if (networkMode !== 'awsvpc') r.bad('network_mode', 'Fargate tasks need awsvpc', 'awsvpc', networkMode);
  if (cpu === null) r.missing('cpu');
  if (memory === null) r.missing('memory');
  if (cpu === null || memory === null) return;
  const allowed = FARGATE[cpu];
  if (!allowed) r.bad('cpu', 'Fargate has no such size', Object.keys(FARGATE).join(', '), cpu);
  else if (!allowed.includes(memory))
    r.bad(
      'memory',
      `Fargate has no ${cpu} CPU units with ${memory} MiB`,
      `with ${cpu}: ${allowed.join(', ')} MiB`,
      memory,
    );
}

const constraint = (r: Reader): PlacementConstraint => ({
  type: r.oneOf('type', ['distinctInstance', 'memberOf']),
  expression: r.textOrNull('expression'),
});

const service: Kind = {
  collection: 'services',
  acts: [
    'name',
    'cluster',
    'task_definition',
    'desired_count',
    'launch_type',
    'capacity_provider_strategy',
    'scheduling_strategy',
    'deployment_controller',
    'deployment_minimum_healthy_percent',
    'deployment_maximum_percent',
    'deployment_circuit_breaker',
    'health_check_grace_period_seconds',
    'load_balancer',
    'network_configuration',
    'placement_constraints',
    'ordered_placement_strategy',
    'wait_for_steady_state',
    'force_new_deployment',
  ],
  inert: {
    ...COMMON_INERT,
    iam_role: 'the load balancer needs no rights here',
    platform_version: 'the process runs on this machine’s platform',
    propagate_tags: 'tags are kept and shown; nothing here acts on them',
    enable_ecs_managed_tags: 'tags are kept and shown; nothing here acts on them',
    enable_execute_command: 'execute-command is not offered here; the processes are yours to look at',
    force_delete: 'services here go when their tasks are stopped',
    availability_zone_rebalancing: 'tasks are spread when they are placed',
    sigint_rollback: 'of the Terraform run itself',
    triggers: 'of the Terraform run itself',
  },
  computed: (names, _block, attribute) => {
    const clusterName = text(attribute('cluster'), 'default').split('/').at(-1) ?? 'default';
    const id = arn(names, 'ecs', `service/${clusterName}/${text(attribute('name'))}`);
    return { arn: id, id };
  },
  build: buildService,
};

function buildService(base: ResourceBase, r: Reader, context: BuildContext): Service {
  const clusterRef = r.text('cluster', 'default');
  const clusterName = clusterRef.split('/').at(-1) ?? clusterRef;
  const strategy = r.blocks('capacity_provider_strategy').map(strategyItem);
  const minimum = r.number('deployment_minimum_healthy_percent', 100, { min: 0, max: 100 });
  const maximum = r.number('deployment_maximum_percent', 200, { min: 100, max: 200 });
  const scheduling = r.oneOf('scheduling_strategy', ['REPLICA', 'DAEMON'], 'REPLICA');
  if (minimum === 100 && maximum === 100)
    r.problems.push({
      code: 'DEPLOYMENT_IMPOSSIBLE',
      address: r.at,
      message:
        'with both percentages 100 no task may be stopped before another is started, and none started before one is stopped',
      value: { minimum, maximum },
      rule: 'minimumHealthyPercent < 100 or maximumPercent > 100 (ECS deployment-type-ecs)',
      fix: 'set deployment_maximum_percent to 200, or deployment_minimum_healthy_percent to 50',
    });
  const controller =
    r.block('deployment_controller')?.oneOf('type', ['ECS', 'CODE_DEPLOY', 'EXTERNAL'], 'ECS') ?? 'ECS';
  if (controller !== 'ECS')
    r.bad('deployment_controller', `deployments by ${controller} are not run here yet`, 'ECS', controller);
  const breaker = r.block('deployment_circuit_breaker');
  const network = r.block('network_configuration');
  return {
    ...base,
    arn: r.text('arn'),
    name: r.text('name'),
    clusterArn: clusterRef.startsWith('arn:') ? clusterRef : arn(context.names, 'ecs', `cluster/${clusterName}`),
    clusterName,
    taskDefinitionArn: r.text('task_definition'),
    desiredCount: r.number('desired_count', scheduling === 'DAEMON' ? 0 : 0, { min: 0, max: 5000 }),
    launchType: launchTypeOf(
      r,
      strategy.map((s) => s.capacityProvider),
      clusterName,
      context,
    ),
    capacityProviderStrategy: strategy,
    schedulingStrategy: scheduling,
    deploymentController: controller,
    minimumHealthyPercent: minimum,
    maximumPercent: maximum,
    circuitBreaker: {
      enable: breaker?.bool('enable', false) ?? false,
      rollback: breaker?.bool('rollback', false) ?? false,
    },
    healthCheckGracePeriodSeconds: r.number('health_check_grace_period_seconds', 0, { min: 0, max: 2_147_483_647 }),
    loadBalancers: r.blocks('load_balancer').map((lb) => ({
      targetGroupArn: lb.text('target_group_arn'),
      containerName: lb.text('container_name'),
      containerPort: lb.number('container_port', undefined, { min: 1, max: 65_535 }),
    })),
    subnetIds: network?.texts('subnets') ?? [],
    securityGroupIds: network?.texts('security_groups') ?? [],
    placementConstraints: r.blocks('placement_constraints').map(constraint),
    placementStrategies: r
      .blocks('ordered_placement_strategy')
      .map((s) => ({ type: s.oneOf('type', ['spread', 'binpack', 'random']), field: s.textOrNull('field') })),
    waitForSteadyState: r.bool('wait_for_steady_state', false),
    forceNewDeployment: r.bool('force_new_deployment', false),
  };
}

function launchTypeOf(
  r: Reader,
  providers: readonly string[],
  clusterName: string,
  context: BuildContext,
): 'EC2' | 'FARGATE' {
  if (r.has('launch_type')) return r.oneOf('launch_type', ['EC2', 'FARGATE']);
  const defaults = context
    .all('aws_ecs_cluster_capacity_providers')
    .filter(({ json }) => json['cluster_name'] === clusterName);
  const fallback = defaults.flatMap(({ block, json }) =>
    new BlockReader(block.address, json, r.problems)
      .blocks('default_capacity_provider_strategy')
      .map((s) => s.text('capacity_provider')),
  );
  const [first] = providers.length > 0 ? providers : fallback;
  return first?.startsWith('FARGATE') ? 'FARGATE' : 'EC2';
}

export const ECS_KINDS: Readonly<Record<string, Kind>> = {
  aws_ecs_cluster: cluster,
  aws_ecs_cluster_capacity_providers: attachment,
  aws_ecs_capacity_provider: capacityProvider,
  aws_launch_template: launchTemplate,
  aws_autoscaling_group: autoScalingGroup,
  aws_ecs_task_definition: taskDefinition,
  aws_ecs_service: service,
};
