import { Account } from '../modules/account.ts';
import type { Construct, ITerraformDependable } from '../modules/cdktf.ts';
import { EcsCluster } from '../modules/ecs-cluster.ts';
import { FargateService } from '../modules/fargate-service.ts';
import type { Network } from '../modules/network.ts';
import { PathRule } from '../modules/path-rule.ts';
import type { WatchedService } from '../modules/watched-services.ts';
import { BaseStack, type StackProps } from './base-stack.ts';
import { ForumBlueGreen } from './forum-blue-green.ts';
import { type ForumFacts, serviceCommons } from './forum-commons.ts';
import type { ForumEdgeStack } from './forum-edge-stack.ts';
import { ForumInstances } from './forum-instances.ts';
import { type ForumEnvironmentNames, forumNames } from './forum-names.ts';
import { ForumRoles } from './forum-roles.ts';
import { FORUM_CATCH_ALL, type ForumService } from './forum-services.ts';
import { watch } from './front.ts';
import type { RegistryStack } from './registry-stack.ts';
import { scaleService } from './scaling.ts';
import type { Settings } from './settings.ts';
import { FORUM_STAGES, type ForumMicroservice, type ForumStage } from './stages.ts';

export interface ForumServicesStackProps extends StackProps {
  readonly stage: Settings['stage'];
  readonly tags: Settings['tags'];
  readonly network: Network;
  readonly registry: RegistryStack;
  readonly edge: ForumEdgeStack;
}

/** Where requests come to a service; the test listener has the same rule before the production one. */
interface Rule {
  readonly pathPattern: string;
  readonly priority: number;
}

/** A rolling service; production traffic comes to it by a rule of its own, when it is steady. */
interface Rolling {
  readonly facts: ForumFacts;
  readonly tagKey: ForumService;
  readonly testRule: Rule;
  /** @default the environment's */
  readonly desiredCount?: number;
  readonly after?: readonly ITerraformDependable[];
}

/** Who takes traffic by a rule. */
interface Server {
  readonly targetGroupArn: string;
  /** Done when it serves. */
  readonly steady: ITerraformDependable;
  /** True where CodeDeploy moves the rules to it between its target groups. */
  readonly shifted?: boolean;
}

/**
 * What a stage of the forum runs. Everything that takes over from something else does so in this order: service steady
 * behind the test listener, production rule, and only then the old one goes to zero. So no request meets an empty group.
 */
export class ForumServicesStack extends BaseStack {
  readonly #props: ForumServicesStackProps;
  readonly #account: Account;
  readonly #cluster: EcsCluster;
  readonly #roles: ForumRoles;
  readonly #names: ForumEnvironmentNames;
  readonly #watched: WatchedService[] = [];

  constructor(scope: Construct, id: string, props: ForumServicesStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { environment, edge } = props;
    const stage = FORUM_STAGES[props.stage];
    this.#names = forumNames(environment.name);
    this.#account = new Account(this, 'account', { region: environment.region });
    this.#cluster = new EcsCluster(this, 'cluster', {
      name: `${environment.name}-forum`,
      containerInsights: environment.containerInsights,
      serviceLinkedRole: environment.ecsServiceLinkedRole,
    });
    this.#roles = new ForumRoles(this, 'roles', { account: this.#account, environmentName: environment.name });
    const taken = this.#microservices(stage);
    const takenFromInstances = stage.monolith === 'instances' ? [] : [this.#containers(stage, taken)];
    this.#instances(stage, takenFromInstances);
    watch(this, 'forum', { loadBalancerArnSuffix: edge.loadBalancer.arnSuffix, services: this.#watched });
    this.output('forum_stage', props.stage, stage.summary);
    this.output('forum_cluster_name', this.#cluster.name, 'ECS cluster of the forum');
    this.output('forum_load_balancer', edge.loadBalancer.dnsName, 'Load balancer of the forum');
  }

  /** @returns the production rules that take paths away from the monolith */
  #microservices(stage: ForumStage): ITerraformDependable[] {
    const servers = stage.microservices.map((name) => ({
      name,
      ...(stage.blueGreen.includes(name) ? this.#blueGreen(name) : this.#rolling(name)),
    }));
    const rules = servers.map(({ rule }) => rule);
    const users = servers.find(({ name }) => name === 'users');
    if (stage.monolith !== 'nowhere' || !users) return rules;
    // `/`, `/api` and what nobody knows: every service answers these alike.
    const catchAll = { pathPattern: FORUM_CATCH_ALL.pathPattern, priority: FORUM_CATCH_ALL.usersPriority };
    return [...rules, this.#takeTraffic('users-rest', users, catchAll, rules)];
  }

  #blueGreen(name: ForumMicroservice): Server & { readonly rule: ITerraformDependable } {
    const commons = serviceCommons(this.#props, this.#roles, this.#names.microservices[name], name);
    const { service } = new ForumBlueGreen(this, name, {
      name,
      stack: this.#props,
      commons,
      cluster: this.#cluster,
      account: this.#account,
      roles: this.#roles,
    });
    this.#watch(name, service, service.targetGroupArnSuffixes);
    this.output(`${name}_appspec`, service.appSpec, `AppSpec of ${service.applicationName}, as its parameter holds it`);
    const rule = service.productionRule;
    return { targetGroupArn: service.targetGroupArn, steady: rule, shifted: true, rule };
  }

  #rolling(name: ForumMicroservice): Server & { readonly rule: ITerraformDependable } {
    const facts = this.#names.microservices[name];
    const service = this.#service(name, { facts, tagKey: name, testRule: facts });
    this.#watch(name, service, [service.targetGroupArnSuffix]);
    const { environment, edge } = this.#props;
    scaleService(this, `${name}-scaling`, {
      scaling: environment.scaling[name],
      clusterName: this.#cluster.name,
      service,
      loadBalancerArnSuffix: edge.loadBalancer.arnSuffix,
    });
    return {
      targetGroupArn: service.targetGroupArn,
      steady: service.steady,
      rule: this.#takeTraffic(name, service, facts),
    };
  }

  /** The monolith on Fargate; at zero tasks once every path is taken. @returns the rule that takes over from the instances */
  #containers(stage: ForumStage, taken: readonly ITerraformDependable[]): ITerraformDependable {
    const gone = stage.monolith === 'nowhere';
    const rule = { pathPattern: FORUM_CATCH_ALL.pathPattern, priority: FORUM_CATCH_ALL.containersPriority };
    const service = this.#service('monolith', {
      facts: this.#names.monolith,
      tagKey: 'forum',
      testRule: rule,
      ...(gone ? { desiredCount: 0, after: taken } : {}),
    });
    if (!gone) this.#watch('monolith', service, [service.targetGroupArnSuffix]);
    return this.#takeTraffic('monolith', service, rule);
  }

  #instances(stage: ForumStage, after: readonly ITerraformDependable[]): void {
    const { network, environment, edge, tags } = this.#props;
    new ForumInstances(this, 'on-instances', {
      environment,
      network,
      edge,
      instances: stage.monolith === 'instances' ? environment.desiredCounts.forum : 0,
      tag: tags.forum ?? 'latest',
      launchedTags: this.defaultTags,
      after,
    });
  }

  #service(id: string, { facts, tagKey, testRule, desiredCount, after = [] }: Rolling): FargateService {
    const { targetGroup, ...commons } = serviceCommons(this.#props, this.#roles, facts, tagKey);
    return new FargateService(this, id, {
      ...commons,
      desiredCount: desiredCount ?? commons.desiredCount,
      clusterArn: this.#cluster.arn,
      after,
      route: {
        listenerArn: this.#props.edge.testListenerArn,
        priority: testRule.priority,
        pathPatterns: [testRule.pathPattern],
        targetGroup,
      },
    });
  }

  #watch(
    label: string,
    { scalable }: Pick<WatchedService, 'scalable'>,
    targetGroupArnSuffixes: readonly string[],
  ): void {
    this.#watched.push({ label, scalable, clusterName: this.#cluster.name, targetGroupArnSuffixes });
  }

  #takeTraffic(
    id: string,
    server: Server,
    rule: Rule,
    after: readonly ITerraformDependable[] = [],
  ): ITerraformDependable {
    return new PathRule(this, `${id}-traffic`, {
      listenerArn: this.#props.edge.loadBalancer.listenerArn,
      priority: rule.priority,
      pathPatterns: [rule.pathPattern],
      targetGroupArn: server.targetGroupArn,
      after: [server.steady, ...after],
      ...(server.shifted ? { shifted: true } : {}),
    }).rule;
  }
}
