import type { Account } from '../modules/account.ts';
import { BlueGreenService } from '../modules/blue-green-service.ts';
import { Construct } from '../modules/cdktf.ts';
import type { EcsCluster } from '../modules/ecs-cluster.ts';
import type { ServiceCommons } from './forum-commons.ts';
import { ForumHook } from './forum-hook.ts';
import { forumNames } from './forum-names.ts';
import type { ForumRoles } from './forum-roles.ts';
import { FORUM_ALARMS, FORUM_HOOK } from './forum-services.ts';
import type { ForumServicesStackProps } from './forum-services-stack.ts';
import { scaleService } from './scaling.ts';
import type { ForumMicroservice } from './stages.ts';

export interface ForumBlueGreenProps {
  readonly name: ForumMicroservice;
  readonly stack: ForumServicesStackProps;
  readonly commons: ServiceCommons;
  readonly cluster: EcsCluster;
  readonly account: Account;
  readonly roles: ForumRoles;
}

/** A microservice under CodeDeploy, as the workshop's last lab sets it up, with its hook and alarms. */
export class ForumBlueGreen extends Construct {
  readonly service: BlueGreenService;

  constructor(scope: Construct, id: string, props: ForumBlueGreenProps) {
    super(scope, id);
    const { stack, account, name } = props;
    const { environment, edge } = stack;
    const names = forumNames(environment.name);
    const facts = names.microservices[name];
    const hook = new ForumHook(this, 'hook', { ...stack, account, path: `/api/${name}` });
    const applicationName = names.application(name);
    const { configuration } = environment.blueGreen;
    this.service = new BlueGreenService(this, 'service', {
      ...props.commons,
      cluster: props.cluster,
      route: {
        productionListenerArn: edge.loadBalancer.listenerArn,
        testListenerArn: edge.testListenerArn,
        priority: facts.priority,
        pathPatterns: [facts.pathPattern],
        targetGroup: props.commons.targetGroup,
      },
      loadBalancerArnSuffix: edge.loadBalancer.arnSuffix,
      serviceRole: props.roles.codeDeploy(),
      applicationName,
      deploymentGroupName: `${name}DG`,
      ...environment.blueGreen,
      configuration:
        typeof configuration === 'string' || 'existing' in configuration
          ? configuration
          : { ...configuration, name: names.configuration(configuration.name) },
      alarms: FORUM_ALARMS,
      ignorePollAlarmFailure: true,
      hooks: { [FORUM_HOOK.event]: hook.function.name },
      appSpecParameter: `/${environment.name}/codedeploy/${applicationName}/appspec`,
    });
    scaleService(this, 'scaling', {
      scaling: environment.scaling[name],
      clusterName: props.cluster.name,
      service: this.service,
      loadBalancerArnSuffix: edge.loadBalancer.arnSuffix,
    });
    hook.function.mayReportTo(this.service.deploymentGroupArn);
  }
}
