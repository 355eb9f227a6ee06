import type { Construct } from '../modules/cdktf.ts';
import type { Network } from '../modules/network.ts';
import { PublicLoadBalancer } from '../modules/public-load-balancer.ts';
import { ANYWHERE, DYNAMIC_HOST_PORTS, port, SecurityGroup } from '../modules/security-group.ts';
import { TargetGroup } from '../modules/target-group.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import { allowHttps, frontOptions } from './front.ts';
import { MICROSERVICES, MONOLITH } from './logistics-services.ts';

export interface LogisticsEdgeStackProps extends StackProps {
  readonly network: Network;
}

const LISTENER_PORT = 80;

/**
 * What faces outside: the load balancer, the monolith's target group behind its default action, and the security groups,
 * which say who may talk to whom: the world to the load balancer, the load balancer alone to instances and tasks.
 */
export class LogisticsEdgeStack extends BaseStack {
  readonly loadBalancer: PublicLoadBalancer;
  readonly monolithTargetGroup: TargetGroup;
  readonly instanceSecurityGroupId: string;
  readonly taskSecurityGroupId: string;

  constructor(scope: Construct, id: string, props: LogisticsEdgeStackProps) {
    super(scope, id, props);
    const { network, environment } = props;
    const groups = this.#securityGroups(network.vpcId);
    const monolith = new TargetGroup(this, 'monolith', {
      name: `${environment.name}-monolith`,
      vpcId: network.vpcId,
      port: MONOLITH.port,
      targetType: 'instance',
      healthPath: MONOLITH.healthPath,
      ...environment.targets,
    });
    this.loadBalancer = new PublicLoadBalancer(this, 'load-balancer', {
      name: environment.name,
      subnetIds: network.publicSubnetIds,
      securityGroupIds: [groups.loadBalancer.securityGroupId],
      port: LISTENER_PORT,
      defaultAction: { forwardTo: monolith.arn },
      deletionProtection: environment.deletionProtection,
      idleTimeoutSeconds: environment.idleTimeoutSeconds,
      ...frontOptions(this, 'logistics'),
    });
    this.monolithTargetGroup = monolith;
    this.instanceSecurityGroupId = groups.instances.securityGroupId;
    this.taskSecurityGroupId = groups.tasks.securityGroupId;

    this.output('alb_dns_name', this.loadBalancer.dnsName, 'Name of the load balancer');
    this.output('order_url', `${this.loadBalancer.url}${MONOLITH.orderPath}`, 'Where the monolith takes orders');
  }

  #securityGroups(vpcId: string) {
    const { name } = this.environment;
    const group = (id: string, suffix: string, description: string): SecurityGroup =>
      new SecurityGroup(this, id, { name: `${name}-${suffix}`, description, vpcId });
    const loadBalancer = group(
      'load-balancer-group',
      'LoadBalancerSecurityGroup',
      'Load balancer of the logistics platform',
    );
    const instances = group('instance-group', 'instances', 'Container instances of the logistics platform');
    const tasks = group('task-group', 'tasks', 'Fargate tasks of the logistics platform');
    const taskPort = port(MICROSERVICES.iridium.port);
    const fromBalancer = { securityGroupId: loadBalancer.securityGroupId };

    loadBalancer
      .allowIngress('http', { description: 'orders', ports: port(LISTENER_PORT), peer: ANYWHERE })
      .allowEgress('instances', {
        description: 'dynamic host ports',
        ports: DYNAMIC_HOST_PORTS,
        peer: { securityGroupId: instances.securityGroupId },
      })
      .allowEgress('tasks', {
        description: 'microservices',
        ports: taskPort,
        peer: { securityGroupId: tasks.securityGroupId },
      });
    allowHttps(this, 'logistics', loadBalancer);
    instances.allowIngress('dynamic-ports', {
      description: 'dynamic host ports, from the load balancer only',
      ports: DYNAMIC_HOST_PORTS,
      peer: fromBalancer,
    });
    tasks.allowIngress('http', { description: 'from the load balancer only', ports: taskPort, peer: fromBalancer });
    for (const workloads of [instances, tasks]) allowWayOut(workloads);
    return { loadBalancer, instances, tasks };
  }
}

/** Image pulls, AWS's APIs and SNS confirmations over https; the fulfilment API and the load balancer over http. */
function allowWayOut(group: SecurityGroup): void {
  group
    .allowEgress('https', { description: 'AWS APIs', ports: port(443), peer: ANYWHERE })
    .allowEgress('http', { description: 'fulfilment API and load balancer', ports: port(80), peer: ANYWHERE });
}
