import { EcsCluster as AwsEcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster/index.js';
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers/index.js';
import { IamServiceLinkedRole } from '@cdktf/provider-aws/lib/iam-service-linked-role/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface EcsClusterProps {
  /** 1–255 letters, digits, hyphens and underscores. */
  readonly name: string;
  /** CloudWatch Container Insights, charged per metric. @default false */
  readonly containerInsights?: boolean;
  /**
   * Makes AWSServiceRoleForECS, which an account has only one of. ECS makes it itself with an account's first cluster, so
   * this is for accounts where nobody may let it (ECS using-service-linked-roles). @default false
   */
  readonly serviceLinkedRole?: boolean;
}

/** An ECS cluster; EC2 and Fargate tasks can share it. */
export class EcsCluster extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: EcsClusterProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^[\w-]{1,255}$/,
        rule: '1–255 letters, digits, hyphens and underscores (ECS CreateCluster)',
      })
      .done();
    const serviceLinkedRole = props.serviceLinkedRole
      ? [new IamServiceLinkedRole(this, 'service-linked-role', { awsServiceName: 'ecs.amazonaws.com' })]
      : undefined;
    const cluster = new AwsEcsCluster(this, 'cluster', {
      name: props.name,
      setting: [{ name: 'containerInsights', value: props.containerInsights ? 'enabled' : 'disabled' }],
      dependsOn: serviceLinkedRole,
    });
    this.arn = cluster.arn;
    this.name = cluster.name;
  }

  /**
   * Lets services name these capacity providers; call it once, with all of them.
   * @param names `FARGATE`, `FARGATE_SPOT` or names of Auto Scaling group capacity providers
   */
  useCapacityProviders(names: string[]): EcsClusterCapacityProviders {
    return new EcsClusterCapacityProviders(this, 'capacity-providers', {
      clusterName: this.name,
      capacityProviders: names,
    });
  }
}
