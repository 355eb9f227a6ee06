import { ArtifactBucket } from '../modules/artifact-bucket.ts';
import type { Construct, ITerraformDependable } from '../modules/cdktf.ts';
import { EcsCluster } from '../modules/ecs-cluster.ts';
import { FargateService } from '../modules/fargate-service.ts';
import { InstanceFleet } from '../modules/instance-fleet.ts';
import type { Network } from '../modules/network.ts';
import { PathRule } from '../modules/path-rule.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import type { ForumEdgeStack } from './forum-edge-stack.ts';
import {
  FORUM_CATCH_ALL,
  FORUM_MICROSERVICES,
  FORUM_MONOLITH,
  FORUM_PORT,
  type ForumNames,
  type ForumService,
} from './forum-services.ts';
import { forumUserData } from './forum-user-data.ts';
import type { RegistryStack } from './registry-stack.ts';
import type { Settings } from './settings.ts';
import { FORUM_STAGES, type ForumStage } from './stages.ts';

export interface ForumServicesStackProps extends StackProps {
  readonly stage: Settings['stage'];
  readonly tags: Settings['tags'];
  readonly network: Network;
  readonly registry: RegistryStack;
  readonly edge: ForumEdgeStack;
}

/** A service as it is reached through the test listener; production traffic comes by a rule of its own, later. */
interface Reached {
  readonly names: ForumNames;
  readonly tagKey: ForumService;
  readonly healthPath: string;
  readonly testPriority: number;
  readonly pathPattern: string;
  readonly desiredCount: number;
  readonly after: readonly ITerraformDependable[];
}

/**
 * What a stage of the forum runs. Everything that takes over from something else does so in this order: service steady
 * behind the test listener, production rule, and only then the old one goes to zero. So no request meets an empty group.
 */
export class ForumServicesStack extends BaseStack {
  readonly #props: ForumServicesStackProps;
  readonly #cluster: EcsCluster;

  constructor(scope: Construct, id: string, props: ForumServicesStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { environment, edge } = props;
    const stage = FORUM_STAGES[props.stage];
    this.#cluster = new EcsCluster(this, 'cluster', {
      name: `${environment.name}-forum`,
      containerInsights: environment.containerInsights,
    });
    const taken = this.#microservices(stage);
    const takenFromInstances = stage.monolith === 'instances' ? [] : [this.#containers(stage, taken)];
    this.#instances(stage, takenFromInstances);
    this.output('forum_stage', props.stage, stage.summary);
    this.output('forum_cluster_name', this.#cluster.name, 'ECS cluster of the forum');
    this.output('forum_load_balancer', edge.loadBalancer.dnsName, 'Load balancer of the forum');
  }

  /** @returns the production rules that take paths away from the monolith */
  #microservices(stage: ForumStage): ITerraformDependable[] {
    const { environment } = this.#props;
    const services = stage.microservices.map((name) => {
      const facts = FORUM_MICROSERVICES[name];
      const service = this.#service(name, {
        names: facts,
        tagKey: name,
        healthPath: facts.healthPath,
        testPriority: facts.priority,
        pathPattern: facts.pathPattern,
        desiredCount: environment.desiredCounts[name],
        after: [],
      });
      return { name, service, rule: this.#takeTraffic(name, service, facts) };
    });
    const rules = services.map(({ rule }) => rule);
    const users = services.find(({ name }) => name === 'users');
    if (stage.monolith !== 'nowhere' || !users) return rules;
    // `/`, `/api` and what nobody knows: every service answers these alike.
    const catchAll = { pathPattern: FORUM_CATCH_ALL.pathPattern, priority: FORUM_CATCH_ALL.usersPriority };
    return [...rules, this.#takeTraffic('users-rest', users.service, catchAll, rules)];
  }

  /** The monolith on Fargate; at zero tasks once every path is taken. @returns the rule that takes over from the instances */
  #containers(stage: ForumStage, taken: readonly ITerraformDependable[]): ITerraformDependable {
    const { environment } = this.#props;
    const gone = stage.monolith === 'nowhere';
    const service = this.#service('monolith', {
      names: FORUM_MONOLITH,
      tagKey: 'forum',
      healthPath: FORUM_MONOLITH.healthPath,
      testPriority: FORUM_CATCH_ALL.containersPriority,
      pathPattern: FORUM_CATCH_ALL.pathPattern,
      desiredCount: gone ? 0 : environment.desiredCounts.forum,
      after: gone ? taken : [],
    });
    return this.#takeTraffic('monolith', service, {
      pathPattern: FORUM_CATCH_ALL.pathPattern,
      priority: FORUM_CATCH_ALL.containersPriority,
    });
  }

  #instances(stage: ForumStage, after: readonly ITerraformDependable[]): void {
    const { network, environment, edge, tags } = this.#props;
    const bucket = new ArtifactBucket(this, 'artifacts', {
      namePrefix: `${environment.name}-forum-`,
      forceDestroy: !environment.deletionProtection,
    });
    new InstanceFleet(this, 'instances', {
      name: `${environment.name}-forum`,
      userData: forumUserData({
        bucketName: bucket.name,
        application: FORUM_MONOLITH.repository,
        tag: tags.forum ?? 'latest',
        port: FORUM_PORT,
      }),
      subnetIds: network.workloadSubnetIds,
      securityGroupIds: [edge.workloadSecurityGroupId],
      targetGroupArn: edge.instanceTargetGroupArn,
      instances: stage.monolith === 'instances' ? environment.desiredCounts.forum : 0,
      instanceType: environment.instances.type,
      statements: [{ actions: ['s3:GetObject'], resources: [`${bucket.arn}/${FORUM_MONOLITH.repository}/*`] }],
      after,
    });
  }

  #service(id: string, reached: Reached): FargateService {
    const { network, environment, registry, edge, tags } = this.#props;
    const { names } = reached;
    return new FargateService(this, id, {
      name: names.service,
      family: names.family,
      containerName: names.container,
      clusterArn: this.#cluster.arn,
      repository: registry.repository(names.repository),
      imageTag: tags[reached.tagKey] ?? 'latest',
      containerPort: FORUM_PORT,
      desiredCount: reached.desiredCount,
      region: environment.region,
      logRetentionDays: environment.logRetentionDays,
      environment: { HOST: '0.0.0.0' },
      subnetIds: network.workloadSubnetIds,
      securityGroupIds: [edge.workloadSecurityGroupId],
      assignPublicIp: network.workloadsArePublic,
      after: reached.after,
      route: {
        listenerArn: edge.testListenerArn,
        priority: reached.testPriority,
        pathPatterns: [reached.pathPattern],
        targetGroup: {
          name: names.targetGroup,
          vpcId: network.vpcId,
          port: FORUM_PORT,
          targetType: 'ip',
          healthPath: reached.healthPath,
        },
      },
    });
  }

  #takeTraffic(
    id: string,
    service: FargateService,
    rule: { readonly pathPattern: string; readonly priority: number },
    after: readonly ITerraformDependable[] = [],
  ): ITerraformDependable {
    return new PathRule(this, `${id}-traffic`, {
      listenerArn: this.#props.edge.loadBalancer.listenerArn,
      priority: rule.priority,
      pathPatterns: [rule.pathPattern],
      targetGroupArn: service.targetGroupArn,
      after: [service.steady, ...after],
    }).rule;
  }
}
