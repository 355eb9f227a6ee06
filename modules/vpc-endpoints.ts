import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js';
import { Construct } from './cdktf.ts';
import { port, SecurityGroup } from './security-group.ts';

/** What ECS on EC2 and Fargate, the image pull, logs, parameters and SNS confirmations call (ECS vpc-endpoints, ECR vpc-endpoints). */
const INTERFACES = ['ecr.api', 'ecr.dkr', 'ecs', 'ecs-agent', 'ecs-telemetry', 'logs', 'ssm', 'secretsmanager', 'sns'];
/** Free of charge, so always there; image layers come from S3. */
const GATEWAYS = ['s3', 'dynamodb'];

export interface VpcEndpointsProps {
  readonly name: string;
  readonly region: string;
  readonly vpcId: string;
  readonly vpcCidrBlock: string;
  /** Route tables that lead to S3 and DynamoDB. */
  readonly routeTableIds: string[];
  /** Subnets of the interface endpoints, one a zone. */
  readonly subnetIds: string[];
  /** Interface endpoints too; they cost per hour and zone. */
  readonly interfaces: boolean;
}

/** Private ways to AWS's own APIs. */
export class VpcEndpoints extends Construct {
  constructor(scope: Construct, id: string, props: VpcEndpointsProps) {
    super(scope, id);
    for (const service of GATEWAYS) {
      new VpcEndpoint(this, service, {
        vpcId: props.vpcId,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: 'Gateway',
        routeTableIds: props.routeTableIds,
        tags: { Name: `${props.name}-${service}` },
      });
    }
    if (props.interfaces) this.#createInterfaces(props);
  }

  #createInterfaces(props: VpcEndpointsProps): void {
    const group = new SecurityGroup(this, 'security-group', {
      name: `${props.name}-endpoints`,
      description: 'AWS APIs for workloads of the VPC',
      vpcId: props.vpcId,
    }).allowIngress('https', {
      description: 'AWS APIs',
      ports: port(443),
      peer: { cidrIpv4: props.vpcCidrBlock },
    });
    for (const service of INTERFACES) {
      new VpcEndpoint(this, service, {
        vpcId: props.vpcId,
        serviceName: `com.amazonaws.${props.region}.${service}`,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: props.subnetIds,
        securityGroupIds: [group.securityGroupId],
        tags: { Name: `${props.name}-${service}` },
      });
    }
  }
}
