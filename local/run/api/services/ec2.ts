/**
 * Amazon EC2: the network and the instances of the stacks, to be read, and instances to be terminated. Other changes are
 * the stacks' own. Rules: EC2 API reference, Describe*, TerminateInstances.
 */
import { z } from 'zod';
import type { InertResource, SecurityGroup, Subnet } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { names } from '../schema.ts';
import { filtered, filters, named, paging } from './ec2-filters.ts';
import {
  type Ec2Instance,
  groupShape,
  instanceShape,
  instancesOf,
  subnetShape,
  vpcShape,
  zoneId,
} from './ec2-shapes.ts';
import { terminateInstances } from './ec2-terminate.ts';

const DEFAULT_PAGE = 1000;

export const ec2: ServiceTable = {
  name: 'ec2',
  dialect: 'ec2',
  version: '2016-11-15',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  validationError: 'InvalidParameterValue',
  missingError: 'MissingParameter',
  operations: {
    DescribeVpcs: operation(z.object({ VpcId: names.optional(), Filter: filters, ...paging }), (input, call) => {
      const vpcs = call.resources().inert.filter(({ type }) => type === 'aws_vpc' || type === 'aws_default_vpc');
      const wanted = named(vpcs, input.VpcId, { idOf, missing: 'InvalidVpcID.NotFound', what: 'vpc' });
      const found = filtered(wanted, input.Filter, { known: VPC_FILTERS, fields: vpcFields });
      return page('vpcSet', found, { idOf, input, shape: (one) => vpcShape(one, call) });
    }),
    DescribeSubnets: operation(z.object({ SubnetId: names.optional(), Filter: filters, ...paging }), (input, call) => {
      const { subnets } = call.resources();
      const wanted = named(subnets, input.SubnetId, { idOf, missing: 'InvalidSubnetID.NotFound', what: 'subnet' });
      const found = filtered(wanted, input.Filter, { known: SUBNET_FILTERS, fields: subnetFields });
      return page('subnetSet', found, { idOf, input, shape: (one) => subnetShape(one, call) });
    }),
    DescribeSecurityGroups: operation(
      z.object({ GroupId: names.optional(), GroupName: names.optional(), Filter: filters, ...paging }),
      (input, call) => {
        const { securityGroups } = call.resources();
        const byId = { idOf, missing: 'InvalidGroup.NotFound', what: 'security group' };
        const wanted = named(securityGroups, input.GroupId, byId);
        // Names alone are those of the default VPC, which nobody has here; so they are looked for in all.
        const byName = { ...byId, idOf: ({ name }: SecurityGroup) => name };
        const both = named(wanted, input.GroupName, byName);
        const found = filtered(both, input.Filter, { known: GROUP_FILTERS, fields: groupFields });
        return page('securityGroupInfo', found, { idOf, input, shape: (one) => groupShape(one, call) });
      },
    ),
    DescribeInstances: operation(
      z.object({ InstanceId: names.optional(), Filter: filters, ...paging }),
      (input, call) => {
        const missing = { idOf, missing: 'InvalidInstanceID.NotFound', what: 'instance' };
        const wanted = named(instancesOf(call), input.InstanceId, missing);
        const found = filtered(wanted, input.Filter, { known: INSTANCE_FILTERS, fields: instanceFields });
        const shape = (one: Ec2Instance): object => ({
          reservationId: one.id.replace(/^i-/, 'r-'),
          ownerId: call.accountId,
          instancesSet: [instanceShape(one)],
        });
        return page('reservationSet', found, { idOf, input, shape });
      },
    ),
    TerminateInstances: terminateInstances,
    DescribeAvailabilityZones: operation(
      z.object({ ZoneName: names.optional(), ZoneId: names.optional(), Filter: filters }),
      (input, call) => {
        const zones = zonesOf(call).map((zone) => ({ id: zone, tags: {} }));
        const wanted = named(zones, input.ZoneName, { idOf, missing: 'InvalidParameterValue', what: 'zone' });
        const known = ['zone-name', 'zone-id', 'region-name', 'state', 'opt-in-status', 'zone-type'];
        const fields = ({ id }: { id: string }) => ({
          'zone-name': id,
          'zone-id': zoneId(id),
          'region-name': call.region,
          state: 'available',
          'opt-in-status': 'opt-in-not-required',
          'zone-type': 'availability-zone',
        });
        const found = filtered(wanted, input.Filter, { known, fields });
        const chosen = input.ZoneId?.length ? found.filter(({ id }) => input.ZoneId?.includes(zoneId(id))) : found;
        return { availabilityZoneInfo: chosen.map(({ id }) => zoneShape(id, call.region)) };
      },
    ),
  },
};

const VPC_FILTERS = [
  'vpc-id',
  'cidr',
  'cidr-block-association.cidr-block',
  'is-default',
  'isDefault',
  'state',
  'owner-id',
];
const vpcFields = (vpc: InertResource) => ({
  'vpc-id': vpc.id,
  cidr: textOf(vpc.attributes['cidr_block']),
  'cidr-block-association.cidr-block': textOf(vpc.attributes['cidr_block']),
  'is-default': vpc.type === 'aws_default_vpc',
  isDefault: vpc.type === 'aws_default_vpc',
  state: 'available',
});

const SUBNET_FILTERS = [
  'subnet-id',
  'vpc-id',
  'availability-zone',
  'availabilityZone',
  'cidr-block',
  'cidrBlock',
  'state',
  'default-for-az',
  'map-public-ip-on-launch',
];
const subnetFields = (subnet: Subnet) => ({
  'subnet-id': subnet.id,
  'vpc-id': textOf(subnet.attributes['vpc_id']),
  'availability-zone': subnet.zone,
  availabilityZone: subnet.zone,
  'cidr-block': textOf(subnet.attributes['cidr_block']),
  cidrBlock: textOf(subnet.attributes['cidr_block']),
  state: 'available',
  'default-for-az': false,
  'map-public-ip-on-launch': subnet.attributes['map_public_ip_on_launch'] === true,
});

const GROUP_FILTERS = ['group-id', 'group-name', 'vpc-id', 'description'];
const groupFields = (group: SecurityGroup) => ({
  'group-id': group.id,
  'group-name': group.name,
  'vpc-id': textOf(group.attributes['vpc_id']),
  description: textOf(group.attributes['description']),
});

const INSTANCE_FILTERS = [
  'instance-id',
  'instance-type',
  'instance-state-name',
  'instance-state-code',
  'availability-zone',
  'subnet-id',
  'vpc-id',
  'private-ip-address',
  'ip-address',
  'instance.group-id',
  'instance.group-name',
];
const instanceFields = (one: Ec2Instance) => ({
  'instance-id': one.id,
  'instance-type': one.type,
  'instance-state-name': one.state.name,
  'instance-state-code': String(one.state.code),
  'availability-zone': one.zone,
  'subnet-id': one.subnetId,
  'vpc-id': one.vpcId,
  'private-ip-address': one.address,
  'ip-address': one.address,
  'instance.group-id': one.groups.map(({ groupId }) => groupId),
  'instance.group-name': one.groups.map(({ groupName }) => groupName),
});

const idOf = ({ id }: { readonly id: string }): string => id;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The zones that the stacks use. @throws ApiError where no stack was applied, so that none is known */
function zonesOf(call: Call): readonly string[] {
  const zones = [...new Set(call.resources().subnets.map(({ zone }) => zone))].sort();
  if (zones.length === 0) throw new ApiError('InvalidParameterValue', 'No stack here has a subnet: no zone is known.');
  return zones;
}

function zoneShape(zone: string, region: string): object {
  return {
    zoneName: zone,
    zoneId: zoneId(zone),
    zoneState: 'available',
    zoneType: 'availability-zone',
    optInStatus: 'opt-in-not-required',
    regionName: region,
    groupName: region,
    networkBorderGroup: region,
    messageSet: [],
  };
}

interface PageOptions<T> {
  readonly idOf: (item: T) => string;
  readonly input: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined };
  readonly shape: (item: T) => object;
}

function page<T>(field: string, all: readonly T[], options: PageOptions<T>): object {
  const { MaxResults: max = DEFAULT_PAGE, NextToken: token } = options.input;
  const { items, next } = paginate(all, options.idOf, { token, max, errorCode: 'InvalidParameterValue' });
  return { [field]: items.map(options.shape), nextToken: next };
}
