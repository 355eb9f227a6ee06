/** EC2's answers: network and instances of the stacks, as EC2 writes them. */
import type { InertResource, SecurityGroup, Subnet, TrafficRule } from '../../../topology.ts';
import { arnAt } from '../../place.ts';
import type { Call } from '../operation.ts';

export function vpcShape(vpc: InertResource, call: Call): object {
  return {
    vpcId: vpc.id,
    ownerId: call.accountId,
    state: 'available',
    cidrBlock: vpc.attributes['cidr_block'],
    isDefault: vpc.type === 'aws_default_vpc',
    instanceTenancy: vpc.attributes['instance_tenancy'] ?? 'default',
    tagSet: tagSet(vpc.tags),
  };
}

export function subnetShape(subnet: Subnet, call: Call): object {
  const { attributes } = subnet;
  return {
    subnetId: subnet.id,
    subnetArn: arnAt(call, 'ec2', `subnet/${subnet.id}`),
    ownerId: call.accountId,
    vpcId: attributes['vpc_id'],
    state: 'available',
    cidrBlock: attributes['cidr_block'],
    availabilityZone: subnet.zone,
    availabilityZoneId: zoneId(subnet.zone),
    defaultForAz: false,
    mapPublicIpOnLaunch: attributes['map_public_ip_on_launch'] === true,
    tagSet: tagSet(subnet.tags),
  };
}

export function groupShape(group: SecurityGroup, call: Call): object {
  return {
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.attributes['description'] ?? 'Managed by Terraform',
    ownerId: call.accountId,
    vpcId: group.attributes['vpc_id'],
    ipPermissions: group.ingress.map((rule) => permission(rule, call)),
    ipPermissionsEgress: group.egress.map((rule) => permission(rule, call)),
    tagSet: tagSet(group.tags),
  };
}

function permission(rule: TrafficRule, { accountId }: Call): object {
  const all = rule.protocol === '-1';
  return {
    ipProtocol: rule.protocol,
    fromPort: all ? undefined : rule.fromPort,
    toPort: all ? undefined : rule.toPort,
    groups: rule.securityGroupIds.map((groupId) => ({ userId: accountId, groupId })),
    ipRanges: rule.cidrBlocks.filter((cidr) => !cidr.includes(':')).map((cidrIp) => ({ cidrIp })),
    ipv6Ranges: rule.cidrBlocks.filter((cidr) => cidr.includes(':')).map((cidrIpv6) => ({ cidrIpv6 })),
    prefixListIds: [],
  };
}

export interface Ec2Instance {
  readonly id: string;
  readonly state: { readonly code: number; readonly name: string };
  readonly address: string;
  readonly zone: string;
  readonly type: string;
  readonly launchedAtMs: number;
  readonly subnetId: string | undefined;
  readonly vpcId: string | undefined;
  readonly groups: readonly { readonly groupId: string; readonly groupName: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

const STATES = {
  PENDING: { code: 0, name: 'pending' },
  ACTIVE: { code: 16, name: 'running' },
  // It runs on until its tasks have left it.
  DRAINING: { code: 16, name: 'running' },
  TERMINATED: { code: 48, name: 'terminated' },
} as const;

/** Instances of the Auto Scaling groups. Private and public address are one here: the loopback address that answers. */
export function instancesOf(call: Call): readonly Ec2Instance[] {
  const { subnets, securityGroups } = call.resources();
  const groups = new Map(call.instances.groups().map(({ definition }) => [definition.name, definition]));
  return call.ecs.instances().map((one) => {
    const group = groups.get(one.autoScalingGroupName);
    const wanted = group?.attributes['vpc_zone_identifier'];
    const within = Array.isArray(wanted) ? subnets.filter(({ id }) => wanted.includes(id)) : subnets;
    const subnet = within.find(({ zone }) => zone === one.zone);
    const vpcId = subnet?.attributes['vpc_id'];
    const ids = group?.securityGroupIds ?? [];
    return {
      id: one.id,
      state: STATES[one.status],
      address: one.address,
      zone: one.zone,
      type: one.instanceType,
      launchedAtMs: one.registeredAtMs,
      subnetId: subnet?.id,
      vpcId: typeof vpcId === 'string' ? vpcId : undefined,
      groups: ids.map((groupId) => ({
        groupId,
        groupName: securityGroups.find(({ id }) => id === groupId)?.name ?? groupId,
      })),
      tags: { ...group?.tags, 'aws:autoscaling:groupName': one.autoScalingGroupName },
    };
  });
}

export function instanceShape(one: Ec2Instance): object {
  return {
    instanceId: one.id,
    instanceState: one.state,
    instanceType: one.type,
    launchTime: new Date(one.launchedAtMs),
    placement: { availabilityZone: one.zone, tenancy: 'default' },
    privateIpAddress: one.address,
    ipAddress: one.address,
    subnetId: one.subnetId,
    vpcId: one.vpcId,
    groupSet: one.groups,
    tagSet: tagSet(one.tags),
  };
}

/** `us-east-1a` → `use1-az1`, as most accounts see them. */
export function zoneId(zone: string): string {
  const [, region = '', letter = 'a'] = /^(.+)([a-z])$/.exec(zone) ?? [];
  const parts = region.split('-');
  const short = parts.map((part, index) => (index === 0 || /^\d+$/.test(part) ? part : direction(part))).join('');
  return `${short}-az${letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1}`;
}

/** `east` → `e`, `southeast` → `se`. */
function direction(part: string): string {
  return part.replace(/north|south|east|west|central|gov/g, (word) => word.charAt(0));
}

function tagSet(tags: Readonly<Record<string, string>>): object[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
