import { LbListener } from '@cdktf/provider-aws/lib/lb-listener/index.js';
import type { Construct } from '../modules/cdktf.ts';
import type { Network } from '../modules/network.ts';
import { PublicLoadBalancer } from '../modules/public-load-balancer.ts';
import { ANYWHERE, port, SecurityGroup } from '../modules/security-group.ts';
import { TargetGroup } from '../modules/target-group.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import { forumNames } from './forum-names.ts';
import { FORUM_PORT, FORUM_PRODUCTION_PORT, FORUM_TEST_PORT } from './forum-services.ts';
import { allowHttps, frontOptions } from './front.ts';

export interface ForumEdgeStackProps extends StackProps {
  readonly network: Network;
}

/**
 * The forum's load balancer. Its test listener shows a service before it takes production traffic: ECS needs a target
 * group in use before the service exists, and a production rule to an empty group would answer 503.
 */
export class ForumEdgeStack extends BaseStack {
  readonly loadBalancer: PublicLoadBalancer;
  readonly testListenerArn: string;
  readonly instanceTargetGroupArn: string;
  readonly workloadSecurityGroupId: string;

  constructor(scope: Construct, id: string, props: ForumEdgeStackProps) {
    super(scope, id, props);
    const { network, environment } = props;
    const groups = this.#securityGroups(network);
    const { monolith } = forumNames(environment.name);
    const instances = new TargetGroup(this, 'instances', {
      name: monolith.instanceTargetGroup,
      vpcId: network.vpcId,
      port: FORUM_PORT,
      targetType: 'instance',
      healthPath: monolith.healthPath,
      ...environment.targets,
    });
    this.loadBalancer = new PublicLoadBalancer(this, 'load-balancer', {
      name: `${environment.name}-forum`,
      subnetIds: network.publicSubnetIds,
      securityGroupIds: [groups.loadBalancer.securityGroupId],
      port: FORUM_PRODUCTION_PORT,
      defaultAction: { forwardTo: instances.arn },
      deletionProtection: environment.deletionProtection,
      idleTimeoutSeconds: environment.idleTimeoutSeconds,
      ...frontOptions(this, 'forum'),
    });
    const fixedResponse = {
      statusCode: '404',
      contentType: 'application/json',
      messageBody: '{"error":"no such service"}',
    };
    this.testListenerArn = new LbListener(this, 'test-listener', {
      loadBalancerArn: this.loadBalancer.arn,
      port: FORUM_TEST_PORT,
      protocol: 'HTTP',
      defaultAction: [{ type: 'fixed-response', fixedResponse }],
    }).arn;
    this.instanceTargetGroupArn = instances.arn;
    this.workloadSecurityGroupId = groups.workloads.securityGroupId;
    this.output('forum_url', this.loadBalancer.url, 'The forum');
    this.output(
      'forum_test_url',
      `http://${this.loadBalancer.dnsName}:${FORUM_TEST_PORT}`,
      'Services before they take traffic',
    );
  }

  #securityGroups({ vpcId, natAddresses }: Network) {
    const { name, testListenerCidrBlocks } = this.environment;
    const loadBalancer = new SecurityGroup(this, 'load-balancer-group', {
      name: `${name}-forum-load-balancer`,
      description: 'Load balancer of the forum',
      vpcId,
    });
    const workloads = new SecurityGroup(this, 'workload-group', {
      name: `${name}-forum-workloads`,
      description: 'Instances and tasks of the forum',
      vpcId,
    });
    loadBalancer
      .allowIngress('http', { description: 'forum', ports: port(FORUM_PRODUCTION_PORT), peer: ANYWHERE })
      .allowEgress('workloads', {
        description: 'forum',
        ports: port(FORUM_PORT),
        peer: { securityGroupId: workloads.securityGroupId },
      });
    allowHttps(this, 'forum', loadBalancer);
    // The load balancer's name leads to its public addresses, inside the VPC too: what is in there comes from its NAT's.
    const testers = [...natAddresses.map((address) => `${address}/32`), ...testListenerCidrBlocks];
    testers.forEach((cidrIpv4, index) => {
      loadBalancer.allowIngress(`test-${index}`, {
        description: 'tests',
        ports: port(FORUM_TEST_PORT),
        peer: { cidrIpv4 },
      });
    });
    workloads
      .allowIngress('http', {
        description: 'from the load balancer only',
        ports: port(FORUM_PORT),
        peer: { securityGroupId: loadBalancer.securityGroupId },
      })
      .allowEgress('https', { description: 'AWS APIs and packages', ports: port(443), peer: ANYWHERE });
    return { loadBalancer, workloads };
  }
}
