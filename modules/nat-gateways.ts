import { Eip } from '@cdktf/provider-aws/lib/eip/index.js';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway/index.js';
import { Route } from '@cdktf/provider-aws/lib/route/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';

export interface NatGatewaysProps {
  readonly name: string;
  /** In the order of the zones. */
  readonly publicSubnetIds: readonly string[];
  /** In the order of the zones. */
  readonly privateRouteTableIds: readonly string[];
  /** One gateway in each zone instead of one for all. */
  readonly perZone: boolean;
  /** A NAT gateway needs the internet gateway's route first (VPC nat-gateway-working-with). */
  readonly dependsOn: ITerraformDependable[];
}

/** NAT gateways with their addresses, and the private subnets' default routes through them. */
export class NatGateways extends Construct {
  /** Public addresses that private subnets are seen by. */
  readonly addresses: readonly string[];

  constructor(scope: Construct, id: string, props: NatGatewaysProps) {
    super(scope, id);
    const subnetIds = props.perZone ? props.publicSubnetIds : props.publicSubnetIds.slice(0, 1);
    const tags = (index: number) => ({ Name: `${props.name}-${index + 1}` });
    const addresses = subnetIds.map(
      (_, index) => new Eip(this, `address-${index}`, { domain: 'vpc', tags: tags(index), dependsOn: props.dependsOn }),
    );
    const gateways = subnetIds.map(
      (subnetId, index) =>
        new NatGateway(this, `gateway-${index}`, { allocationId: addresses[index]!.id, subnetId, tags: tags(index) }),
    );
    this.addresses = addresses.map((address) => address.publicIp);
    props.privateRouteTableIds.forEach((routeTableId, index) => {
      new Route(this, `default-${index}`, {
        routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        natGatewayId: gateways[index % gateways.length]!.id,
      });
    });
  }
}
