import type { Construct } from '../modules/cdktf.ts';
import { Ec2Capacity } from '../modules/ec2-capacity.ts';
import { EcsCluster } from '../modules/ecs-cluster.ts';
import type { Network } from '../modules/network.ts';
import { BaseStack, type StackProps } from './base-stack.ts';

export interface ClusterStackProps extends StackProps {
  readonly network: Network;
  readonly instanceSecurityGroupId: string;
}

/** The ECS cluster with its container instances; Fargate tasks run in it too. */
export class ClusterStack extends BaseStack {
  readonly cluster: EcsCluster;
  readonly capacityProviderName: string;

  constructor(scope: Construct, id: string, props: ClusterStackProps) {
    super(scope, id, props);
    const { name, instances, containerInsights } = props.environment;
    this.cluster = new EcsCluster(this, 'cluster', { name, containerInsights });
    const capacity = new Ec2Capacity(this, 'capacity', {
      name,
      cluster: this.cluster,
      subnetIds: [...props.network.workloadSubnetIds],
      securityGroupIds: [props.instanceSecurityGroupId],
      instanceType: instances.type,
      minInstances: instances.min,
      maxInstances: instances.max,
      desiredInstances: instances.desired,
      managedScaling: instances.managedScaling,
      managedDraining: instances.managedDraining,
      terminationProtection: instances.terminationProtection,
      tags: this.defaultTags,
    });
    // Services are in later stacks, so the cluster knows the provider before the first of them names it.
    this.cluster.useCapacityProviders([capacity.capacityProviderName, 'FARGATE']);
    this.capacityProviderName = capacity.capacityProviderName;
    this.output('cluster_name', this.cluster.name, 'ECS cluster');
  }
}
