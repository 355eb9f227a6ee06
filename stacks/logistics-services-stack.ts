import { Account } from '../modules/account.ts';
import type { Construct } from '../modules/cdktf.ts';
import { Ec2Service } from '../modules/ec2-service.ts';
import { FargateService } from '../modules/fargate-service.ts';
import { GeneratedSecret } from '../modules/generated-secret.ts';
import { HttpSubscription } from '../modules/http-subscription.ts';
import type { Network } from '../modules/network.ts';
import type { WatchedService } from '../modules/watched-services.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import type { ClusterStack } from './cluster-stack.ts';
import { watch } from './front.ts';
import { listenerSettings } from './listener-settings.ts';
import type { LogisticsEdgeStack } from './logistics-edge-stack.ts';
import {
  fulfillKeyParameter,
  fulfilmentParameters,
  type LogisticsService,
  type LogisticsTopic,
  MICROSERVICES,
  MONOLITH,
} from './logistics-services.ts';
import type { RegistryStack } from './registry-stack.ts';
import { scaleService } from './scaling.ts';
import type { Settings } from './settings.ts';
import { LOGISTICS_STAGES, type LogisticsMicroservice } from './stages.ts';
import type { TopicsStack } from './topics-stack.ts';

export interface LogisticsServicesStackProps extends StackProps {
  readonly stage: Settings['stage'];
  readonly tags: Settings['tags'];
  readonly network: Network;
  readonly cluster: ClusterStack;
  readonly registry: RegistryStack;
  readonly edge: LogisticsEdgeStack;
  readonly topics: TopicsStack;
}

/**
 * What a stage runs. The order inside a deployment is the order of a safe move: a rule, then its microservice, steady;
 * only then the smaller monolith; a subscription when its service can confirm it.
 */
export class LogisticsServicesStack extends BaseStack {
  readonly #props: LogisticsServicesStackProps;
  readonly #account: Account;
  readonly #fulfillKey: GeneratedSecret;
  readonly #watched: WatchedService[] = [];

  constructor(scope: Construct, id: string, props: LogisticsServicesStackProps) {
    super(scope, id, props);
    this.#props = props;
    this.#account = new Account(this, 'account', { region: props.environment.region });
    this.#fulfillKey = new GeneratedSecret(this, 'fulfill-key', {
      name: fulfillKeyParameter(props.environment.name),
      description: "Key of the monolith's /fulfill/, which the load balancer shows to everybody",
    });
    const stage = LOGISTICS_STAGES[props.stage];
    const microservices = stage.microservices.map((service) => this.#microservice(service));
    const monolith = this.#monolith(props.tags.monolith ?? stage.monolithTag, microservices);
    if (stage.monolithTakesOrders) {
      new HttpSubscription(this, 'orders-subscription', {
        topic: props.topics.topic(MONOLITH.topic),
        endpoint: this.#url(MONOLITH.orderPath),
        after: [monolith.steady],
      });
    }
    watch(this, 'logistics', { loadBalancerArnSuffix: props.edge.loadBalancer.arnSuffix, services: this.#watched });
    this.output('stage', props.stage, stage.summary);
    this.output('monolith_service_name', monolith.name, 'ECS service of the monolith');
  }

  #monolith(imageTag: string, after: readonly FargateService[]): Ec2Service {
    const { cluster, registry, edge, environment } = this.#props;
    const parameters = fulfilmentParameters(environment.name);
    const monolith = new Ec2Service(this, 'monolith', {
      ...this.#common('monolith', MONOLITH.topic),
      clusterArn: cluster.cluster.arn,
      capacityProviderName: cluster.capacityProviderName,
      repository: registry.repository('monolith'),
      imageTag,
      containerPort: MONOLITH.port,
      ...environment.monolithTask,
      secrets: {
        ...this.#sharedSecrets(),
        FULFILLMENT_API_ENDPOINT: this.#account.parameterArn(parameters.endpoint),
        FULFILLMENT_API_KEY: this.#account.parameterArn(parameters.apiKey),
      },
      route: { defaultTargetGroup: edge.monolithTargetGroup },
      after: after.map((service) => service.steady),
    });
    this.#scaleAndWatch('monolith', monolith);
    return monolith;
  }

  #microservice(service: LogisticsMicroservice): FargateService {
    const { cluster, registry, edge, topics, network, environment, tags } = this.#props;
    const facts = MICROSERVICES[service];
    const common = this.#common(service, facts.topic);
    const created = new FargateService(this, service, {
      ...common,
      clusterArn: cluster.cluster.arn,
      repository: registry.repository(service),
      imageTag: tags[service] ?? 'latest',
      containerPort: facts.port,
      subnetIds: network.workloadSubnetIds,
      securityGroupIds: [edge.taskSecurityGroupId],
      assignPublicIp: network.workloadsArePublic,
      environment: { ...common.environment, monolithUrl: this.#url('') },
      secrets: this.#sharedSecrets(),
      route: {
        listenerArn: edge.loadBalancer.listenerArn,
        priority: facts.priority,
        pathPatterns: [facts.pathPattern],
        targetGroup: {
          name: `${environment.name}-${service}`,
          vpcId: network.vpcId,
          port: facts.port,
          targetType: 'ip',
          healthPath: facts.healthPath,
          ...environment.targets,
        },
      },
    });
    // Steady before it is asked to confirm; its rule comes before its tasks.
    new HttpSubscription(this, `${service}-subscription`, {
      topic: topics.topic(facts.topic),
      endpoint: this.#url(facts.orderPath),
      after: [created.steady],
    });
    this.#scaleAndWatch(service, created);
    return created;
  }

  #scaleAndWatch(key: LogisticsService, service: Ec2Service | FargateService): void {
    const { environment, cluster, edge } = this.#props;
    this.#watched.push({
      label: key,
      scalable: service.scalable,
      clusterName: cluster.cluster.name,
      targetGroupArnSuffixes: [service.targetGroupArnSuffix],
    });
    scaleService(this, `${key}-scaling`, {
      scaling: environment.scaling[key],
      clusterName: cluster.cluster.name,
      service,
      loadBalancerArnSuffix: edge.loadBalancer.arnSuffix,
    });
  }

  /** What the three services have in common. */
  #common(service: LogisticsService, topic: LogisticsTopic) {
    const { environment } = this.#props;
    return {
      name: `${environment.name}-${service}`,
      region: environment.region,
      desiredCount: environment.desiredCounts[service],
      autoscaled: environment.scaling[service] !== undefined,
      logRetentionDays: environment.logRetentionDays,
      stopTimeoutSeconds: environment.stopTimeoutSeconds,
      environment: { ...listenerSettings(environment), ...this.#whoMayOrder(topic) },
    };
  }

  /**
   * In dev the workshop's bare orders count, whoever sends them; elsewhere only signed messages of our own topic: AWS signs
   * anybody's topic.
   */
  #whoMayOrder(topic: LogisticsTopic): Record<string, string> {
    const { environment, topics } = this.#props;
    return environment.allowUnsigned ? { ALLOW_UNSIGNED: 'true' } : { ALLOWED_TOPIC_ARNS: topics.topic(topic).arn };
  }

  #sharedSecrets(): Record<string, string> {
    const { loadTestCertificateParameter } = this.#props.environment;
    return {
      FULFILL_KEY: this.#fulfillKey.arn,
      ...(loadTestCertificateParameter
        ? { LOADTEST_SIGNING_CERT: this.#account.parameterArn(loadTestCertificateParameter) }
        : {}),
    };
  }

  #url(path: string): string {
    return `${this.#props.edge.loadBalancer.url}${path}`;
  }
}
