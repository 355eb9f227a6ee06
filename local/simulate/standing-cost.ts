/**
 * What stacks cost in a month in which they stand at their desired counts and nobody calls them: counted from the
 * resolved topology and its evaluated resources. Traffic, storage of what is written and scaling come on top. Pure.
 */
import { isObject, type Json } from '../read/json.ts';
import type { EvaluatedBlock } from '../resolve/resolve.ts';
import type { AutoScalingGroup, Service, Topology } from '../topology.ts';
import { FARGATE, instancePrice } from './prices.ts';
import { HOURS_A_MONTH, monthly, PRICES } from './production-prices.ts';

export interface StandingLine {
  readonly item: string;
  readonly count: number;
  readonly dollarsAMonth: number;
}

export interface StandingCost {
  readonly lines: readonly StandingLine[];
  readonly dollarsAMonth: number;
  /** Instance types that the table has no price for: they are not in it. */
  readonly unpriced: readonly string[];
}

/** Alarms that Application Auto Scaling makes of one target tracking policy (AAS target-tracking-scaling-policy-overview). */
const ALARMS_OF_TARGET_TRACKING = 2;
/** Root volume of an Amazon Linux image, where a launch template names none, GiB. */
const ROOT_VOLUME_GIB = 8;

export function standingCost(t: Topology, blocks: readonly EvaluatedBlock[]): StandingCost {
  const count = (type: string): number => blocks.filter(({ block }) => block.type === type).length;
  const tasks = t.services.filter(({ launchType }) => launchType === 'FARGATE');
  const zones = t.loadBalancers.reduce((sum, lb) => sum + lb.subnetIds.length, 0);
  const lines = [
    { item: 'load balancers', count: t.loadBalancers.length, dollarsAMonth: monthly(PRICES.loadBalancer) },
    { item: 'NAT gateways', count: count('aws_nat_gateway'), dollarsAMonth: monthly(PRICES.natGateway) },
    {
      item: 'public IPv4 addresses',
      count: zones + count('aws_eip') + publicTasks(tasks, blocks),
      dollarsAMonth: monthly(PRICES.publicAddress),
    },
    {
      item: 'alarms',
      count: count('aws_cloudwatch_metric_alarm') + ALARMS_OF_TARGET_TRACKING * trackingPolicies(t),
      dollarsAMonth: monthly(PRICES.alarm),
    },
    { item: 'dashboards', count: count('aws_cloudwatch_dashboard'), dollarsAMonth: monthly(PRICES.dashboard) },
  ].map((line) => ({ ...line, dollarsAMonth: (line.dollarsAMonth ?? 0) * line.count }));
  const all = [...lines, ...instances(t, blocks), fargate(tasks, t)].filter((line) => line.count > 0);
  return {
    lines: all,
    dollarsAMonth: all.reduce((sum, line) => sum + line.dollarsAMonth, 0),
    unpriced: [...new Set(running(t).map((g) => g.instanceType))].filter((type) => instancePrice(type) === null),
  };
}

const trackingPolicies = (t: Topology): number =>
  t.scalingPolicies.filter(({ policy }) => policy.type === 'TargetTrackingScaling').length;

/** Tasks of services that give each an address of its own. */
function publicTasks(services: readonly Service[], blocks: readonly EvaluatedBlock[]): number {
  const isPublic = ({ address }: Service): boolean => {
    const { network_configuration: network } = configuredAt(address, blocks);
    return isObject(first(network)) && isOn((first(network) as Json)['assign_public_ip']);
  };
  return services.filter(isPublic).reduce((sum, s) => sum + s.desiredCount, 0);
}

const running = (t: Topology): readonly AutoScalingGroup[] => t.autoScalingGroups.filter((g) => g.desiredCapacity > 0);

function instances(t: Topology, blocks: readonly EvaluatedBlock[]): StandingLine[] {
  return [...Map.groupBy(running(t), (g) => g.instanceType)].flatMap(([type, groups]) => {
    const count = groups.reduce((sum, g) => sum + g.desiredCapacity, 0);
    const gib = groups.reduce((sum, g) => sum + g.desiredCapacity * volumesOf(g, blocks), 0);
    return [
      { item: `instances ${type}`, count, dollarsAMonth: count * (instancePrice(type) ?? 0) * HOURS_A_MONTH },
      { item: `GiB of volumes (${type})`, count: gib, dollarsAMonth: gib * PRICES.volume.dollars },
    ];
  });
}

/** GiB of volumes of one instance, as its launch template names them. */
function volumesOf(group: AutoScalingGroup, blocks: readonly EvaluatedBlock[]): number {
  const named = first(configuredAt(group.address, blocks)['launch_template']);
  const template = blocks.find(
    ({ block, json }) =>
      block.type === 'aws_launch_template' &&
      isObject(named) &&
      [json['id'], json['name']].some((called) => called === (named['id'] ?? named['name'])),
  );
  const sizes = several(template?.configured['block_device_mappings'])
    .flatMap((mapping) => (isObject(mapping) ? several(mapping['ebs']) : []))
    .map((ebs) => (isObject(ebs) ? Number(ebs['volume_size'] ?? ROOT_VOLUME_GIB) : 0));
  return sizes.length === 0 ? ROOT_VOLUME_GIB : sizes.reduce((sum, gib) => sum + gib, 0);
}

const configuredAt = (address: string, blocks: readonly EvaluatedBlock[]): Json =>
  blocks.find(({ block }) => block.address === address)?.configured ?? {};

/** Terraform JSON has a block bare, or in a list. */
const several = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const first = (value: unknown): unknown => several(value)[0];
const isOn = (value: unknown): boolean => value === true || value === 'true';

/** Tasks at their desired counts, each by the size of its own definition. */
function fargate(services: readonly Service[], t: Topology): StandingLine {
  const priced = services.map((service) => {
    const definition = t.taskDefinitions.find((d) => d.arn === service.taskDefinitionArn);
    const vcpu = (definition?.cpuUnits ?? 0) / 1024;
    const gib = (definition?.memoryMiB ?? 0) / 1024;
    const hour = vcpu * FARGATE.vcpuHour + gib * FARGATE.gibHour;
    return { count: service.desiredCount, dollarsAMonth: service.desiredCount * hour * HOURS_A_MONTH };
  });
  return {
    item: 'Fargate tasks',
    count: priced.reduce((sum, one) => sum + one.count, 0),
    dollarsAMonth: priced.reduce((sum, one) => sum + one.dollarsAMonth, 0),
  };
}
