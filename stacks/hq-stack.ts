import type { Construct } from '../modules/cdktf.ts';
import { EcsCluster } from '../modules/ecs-cluster.ts';
import { FargateService } from '../modules/fargate-service.ts';
import { GeneratedSecret } from '../modules/generated-secret.ts';
import { KeyPage } from '../modules/key-page.ts';
import type { Network } from '../modules/network.ts';
import { OrderTable } from '../modules/order-table.ts';
import { PublicLoadBalancer } from '../modules/public-load-balancer.ts';
import type { ImageRepository } from '../modules/registry.ts';
import { ANYWHERE, port, SecurityGroup } from '../modules/security-group.ts';
import { TargetGroup } from '../modules/target-group.ts';
import { TextParameter } from '../modules/text-parameter.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import { allowHttps, frontOptions, restFront, watch } from './front.ts';
import { listenerSettings } from './listener-settings.ts';
import { fulfilmentParameters, HQ, LOGISTICS_TOPICS } from './logistics-services.ts';
import { scaleService } from './scaling.ts';

/** Where the workshop has its key portal. */
const KEY_PAGE = '/getkey.html';

export interface HqStackProps extends StackProps {
  readonly network: Network;
  readonly repository: ImageRepository;
  readonly imageTag: string;
}

/**
 * Interstella HQ: the fulfilment API on Fargate behind a load balancer of its own. The logistics platform finds it only
 * through the two parameters that this stack writes, as workshop guests find it in their administrators' account.
 */
export class HqStack extends BaseStack {
  constructor(scope: Construct, id: string, props: HqStackProps) {
    super(scope, id, props);
    const name = `${props.environment.name}-hq`;
    const names = fulfilmentParameters(props.environment.name);
    const apiKey = new GeneratedSecret(this, 'api-key', {
      name: names.apiKey,
      description: 'Key that the logistics platform calls the fulfilment API with',
    });
    const { loadBalancer, targetGroup, tasks } = this.#entry(name, props);
    const front = restFront(this, 'hq', {
      description: 'Fulfilment API of Interstella HQ',
      routes: HQ.routes,
      targetUrl: loadBalancer.url,
      apiKey,
    });
    const url = front?.url ?? loadBalancer.url;
    if (props.environment.front.keyPage) this.#keyPage(props, loadBalancer);
    const endpoint = new TextParameter(this, 'endpoint', {
      name: names.endpoint,
      description: 'Where the fulfilment API is',
      value: url,
    });
    const table = this.#service(name, props, {
      apiKeyArn: apiKey.arn,
      targetGroup,
      securityGroupId: tasks.securityGroupId,
      loadBalancer,
    });

    this.output('hq_url', url, 'Fulfilment API');
    this.output('orders_table_name', table.name, 'Orders that were fulfilled, by MessageId');
    this.output(
      'fulfillment_api_endpoint_parameter',
      endpoint.name,
      'Parameter with the address of the fulfilment API',
    );
    this.output('fulfillment_api_key_parameter', apiKey.name, 'Parameter with the key of the fulfilment API');
  }

  #keyPage({ environment }: HqStackProps, { listenerArn, url }: PublicLoadBalancer): void {
    new KeyPage(this, 'key-page', {
      listenerArn,
      priority: 1,
      path: KEY_PAGE,
      keyParameter: fulfilmentParameters(environment.name).apiKey,
      topics: LOGISTICS_TOPICS.map((topic) => `${environment.name}-${topic}`),
    });
    this.output('key_page_url', `${url}${KEY_PAGE}`, 'Page that says where the API key is');
  }

  #entry(name: string, { network, environment }: HqStackProps) {
    const { vpcId } = network;
    const balancer = new SecurityGroup(this, 'load-balancer-group', {
      name: `${name}-LoadBalancerSecurityGroup`,
      description: 'Load balancer of the fulfilment API',
      vpcId,
    });
    const tasks = new SecurityGroup(this, 'task-group', {
      name: `${name}-tasks`,
      description: 'Fulfilment API',
      vpcId,
    });
    balancer
      .allowIngress('http', { description: 'fulfilment calls, each with an API key', ports: port(80), peer: ANYWHERE })
      .allowEgress('tasks', {
        description: 'fulfilment API',
        ports: port(HQ.port),
        peer: { securityGroupId: tasks.securityGroupId },
      });
    allowHttps(this, 'hq', balancer);
    tasks
      .allowIngress('http', {
        description: 'from its load balancer only',
        ports: port(HQ.port),
        peer: { securityGroupId: balancer.securityGroupId },
      })
      .allowEgress('https', { description: 'AWS APIs', ports: port(443), peer: ANYWHERE });
    const targetGroup = new TargetGroup(this, 'target-group', {
      name,
      vpcId,
      port: HQ.port,
      targetType: 'ip',
      healthPath: HQ.healthPath,
      ...environment.targets,
    });
    const loadBalancer = new PublicLoadBalancer(this, 'load-balancer', {
      name,
      subnetIds: network.publicSubnetIds,
      securityGroupIds: [balancer.securityGroupId],
      defaultAction: { forwardTo: targetGroup.arn },
      deletionProtection: environment.deletionProtection,
      idleTimeoutSeconds: environment.idleTimeoutSeconds,
      ...frontOptions(this, 'hq'),
    });
    return { loadBalancer, targetGroup, tasks };
  }

  #service(name: string, props: HqStackProps, at: HqServiceParts): OrderTable {
    const { network, environment, repository, imageTag } = props;
    const table = new OrderTable(this, 'orders', {
      name: `${environment.name}-orders`,
      deletionProtection: environment.deletionProtection,
    });
    const cluster = new EcsCluster(this, 'cluster', { name, containerInsights: environment.containerInsights });
    const service = new FargateService(this, 'service', {
      name,
      clusterArn: cluster.arn,
      repository,
      imageTag,
      containerPort: HQ.port,
      desiredCount: environment.desiredCounts.hq,
      autoscaled: environment.scaling.hq !== undefined,
      region: environment.region,
      logRetentionDays: environment.logRetentionDays,
      stopTimeoutSeconds: environment.stopTimeoutSeconds,
      environment: { ...listenerSettings(environment), AWS_REGION: environment.region, ORDERS_TABLE: table.name },
      secrets: { API_KEYS: at.apiKeyArn },
      taskStatements: table.readWriteStatements(),
      subnetIds: network.workloadSubnetIds,
      securityGroupIds: [at.securityGroupId],
      assignPublicIp: network.workloadsArePublic,
      route: { defaultTargetGroup: at.targetGroup },
      after: [at.loadBalancer.listener],
    });
    scaleService(this, 'service-scaling', {
      scaling: environment.scaling.hq,
      clusterName: cluster.name,
      service,
      loadBalancerArnSuffix: at.loadBalancer.arnSuffix,
    });
    const targetGroupArnSuffixes = [at.targetGroup.arnSuffix];
    watch(this, 'hq', {
      loadBalancerArnSuffix: at.loadBalancer.arnSuffix,
      services: [{ label: 'hq', clusterName: cluster.name, scalable: service.scalable, targetGroupArnSuffixes }],
    });
    return table;
  }
}

interface HqServiceParts {
  readonly apiKeyArn: string;
  readonly targetGroup: TargetGroup;
  readonly securityGroupId: string;
  readonly loadBalancer: PublicLoadBalancer;
}
