import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones/index.js';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group/index.js';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway/index.js';
import { Route } from '@cdktf/provider-aws/lib/route/index.js';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js';
import { Subnet } from '@cdktf/provider-aws/lib/subnet/index.js';
import { Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { Construct, Fn } from './cdktf.ts';
import { NatGateways } from './nat-gateways.ts';
import { PropCheck } from './prop-check.ts';
import { VpcEndpoints } from './vpc-endpoints.ts';

/**
 * How workloads reach out:
 * - `nat`: private subnets behind one NAT gateway (cheaper; its zone is a single point of failure)
 * - `nat-per-zone`: private subnets behind one NAT gateway in each zone
 * - `endpoints`: no NAT gateway; AWS's APIs through interface endpoints. Calls to the load balancers' public names still
 *   need a way out, so workloads sit in the public subnets with public addresses, as in the workshop.
 */
export type NetworkEgress = 'nat' | 'nat-per-zone' | 'endpoints';

export interface NetworkProps {
  /** The workshop tags its VPC with the environment's name; so do we. */
  readonly name: string;
  readonly region: string;
  /** A /16 … /20 block. @default 10.0.0.0/16 */
  readonly cidrBlock?: string;
  /** Availability zones in use, 2–4. Load balancers need two (ELB application-load-balancers). @default 2 */
  readonly zoneCount?: number;
  readonly egress: NetworkEgress;
}

/**
 * VPC with a public and a private subnet in each zone, internet gateway, routes, and a way out for workloads. Its default
 * security group lets nothing through.
 */
export class Network extends Construct {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
  /** Where tasks and instances go: private behind NAT, else public. */
  readonly workloadSubnetIds: readonly string[];
  /** True where workloads need public addresses of their own to reach out. */
  readonly workloadsArePublic: boolean;
  /** Public addresses that the private subnets are seen by; none without NAT. */
  readonly natAddresses: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { cidrBlock = '10.0.0.0/16', zoneCount = 2 } = props;
    new PropCheck(scope, id)
      .range('zoneCount', zoneCount, { min: 2, max: 4, source: 'ELB application-load-balancers: at least two zones' })
      .matches('cidrBlock', cidrBlock, {
        pattern: /^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|20)$/,
        rule: 'an IPv4 block from /16 to /20, so that each subnet keeps at least 16 addresses',
        fix: 'use a block such as 10.0.0.0/16',
      })
      .done();

    const vpc = new Vpc(this, 'vpc', {
      cidrBlock,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: props.name },
    });
    // What names no group gets this one: Terraform takes away the rules that AWS gives it (VPC default-security-group).
    new DefaultSecurityGroup(this, 'default-group', { vpcId: vpc.id });
    const zones = new DataAwsAvailabilityZones(this, 'zones', {
      state: 'available',
      // Local zones hold no load balancers of this kind.
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    const subnet = (kind: 'public' | 'private', index: number): Subnet =>
      new Subnet(this, `${kind}-${index}`, {
        vpcId: vpc.id,
        availabilityZone: Fn.element(zones.names, index),
        cidrBlock: Fn.cidrsubnet(cidrBlock, 8, kind === 'public' ? index : index + 128),
        mapPublicIpOnLaunch: kind === 'public',
        tags: { Name: `${props.name}-${kind}-${index + 1}` },
      });
    const indexes = Array.from({ length: zoneCount }, (_, index) => index);
    const publicSubnets = indexes.map((index) => subnet('public', index));
    const privateSubnets = indexes.map((index) => subnet('private', index));

    const publicRoutes = this.#routeThroughInternetGateway(props.name, vpc.id, publicSubnets);
    const privateTables = this.#privateTables(props.name, vpc.id, privateSubnets);
    const nat =
      props.egress === 'endpoints'
        ? undefined
        : new NatGateways(this, 'nat', {
            name: props.name,
            publicSubnetIds: publicSubnets.map((s) => s.id),
            privateRouteTableIds: privateTables.map((table) => table.id),
            perZone: props.egress === 'nat-per-zone',
            dependsOn: [publicRoutes],
          });
    new VpcEndpoints(this, 'endpoints', {
      name: props.name,
      region: props.region,
      vpcId: vpc.id,
      vpcCidrBlock: cidrBlock,
      routeTableIds: [publicRoutes.routeTableId, ...privateTables.map((table) => table.id)],
      subnetIds: privateSubnets.map((s) => s.id),
      interfaces: props.egress === 'endpoints',
    });

    this.vpcId = vpc.id;
    this.cidrBlock = cidrBlock;
    this.publicSubnetIds = publicSubnets.map((s) => s.id);
    this.privateSubnetIds = privateSubnets.map((s) => s.id);
    this.natAddresses = nat?.addresses ?? [];
    this.workloadsArePublic = props.egress === 'endpoints';
    this.workloadSubnetIds = this.workloadsArePublic ? this.publicSubnetIds : this.privateSubnetIds;
  }

  #routeThroughInternetGateway(name: string, vpcId: string, subnets: readonly Subnet[]): Route {
    const gateway = new InternetGateway(this, 'internet-gateway', { vpcId, tags: { Name: name } });
    const table = new RouteTable(this, 'public-routes', { vpcId, tags: { Name: `${name}-public` } });
    subnets.forEach((subnet, index) => {
      new RouteTableAssociation(this, `public-routes-${index}`, { routeTableId: table.id, subnetId: subnet.id });
    });
    return new Route(this, 'public-default', {
      routeTableId: table.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: gateway.id,
    });
  }

  #privateTables(name: string, vpcId: string, subnets: readonly Subnet[]): RouteTable[] {
    return subnets.map((subnet, index) => {
      const table = new RouteTable(this, `private-routes-${index}`, {
        vpcId,
        tags: { Name: `${name}-private-${index + 1}` },
      });
      new RouteTableAssociation(this, `private-routes-of-${index}`, { routeTableId: table.id, subnetId: subnet.id });
      return table;
    });
  }
}
