import type { Construct } from '../modules/cdktf.ts';
import { Network } from '../modules/network.ts';
import { BaseStack, type StackProps } from './base-stack.ts';

/** The VPC that every other stack is in. */
export class NetworkStack extends BaseStack {
  readonly network: Network;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const { name, region, vpcCidrBlock, egress } = props.environment;
    this.network = new Network(this, 'network', { name, region, cidrBlock: vpcCidrBlock, egress });
    this.output('vpc_id', this.network.vpcId, 'VPC of the environment');
  }
}
