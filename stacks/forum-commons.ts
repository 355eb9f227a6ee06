/** What every containerised service of the forum has alike. */
import type { FargateServiceProps } from '../modules/fargate-service.ts';
import type { TargetGroupProps } from '../modules/target-group.ts';
import type { ForumRoles } from './forum-roles.ts';
import { FORUM_PORT, type ForumNames, type ForumService } from './forum-services.ts';
import type { ForumServicesStackProps } from './forum-services-stack.ts';
import { listenerSettings } from './listener-settings.ts';

export type ServiceCommons = Omit<FargateServiceProps, 'route' | 'clusterArn' | 'after'> & {
  readonly targetGroup: TargetGroupProps;
};

/** A service of the forum, as its facts name it. */
export interface ForumFacts extends ForumNames {
  readonly healthPath: string;
}

/** @param tagKey the service's name in CUTOVER_TAGS */
export function serviceCommons(
  props: ForumServicesStackProps,
  roles: ForumRoles,
  facts: ForumFacts,
  tagKey: ForumService,
): ServiceCommons {
  const { network, environment, registry, edge, tags } = props;
  return {
    name: facts.service,
    family: facts.family,
    containerName: facts.container,
    repository: registry.repository(facts.repository),
    imageTag: tags[tagKey] ?? 'latest',
    containerPort: FORUM_PORT,
    desiredCount: environment.desiredCounts[tagKey],
    autoscaled: tagKey !== 'forum' && environment.scaling[tagKey] !== undefined,
    region: environment.region,
    logRetentionDays: environment.logRetentionDays,
    stopTimeoutSeconds: environment.stopTimeoutSeconds,
    environment: listenerSettings(environment),
    executionRole: roles.execution,
    taskRole: roles.task,
    subnetIds: network.workloadSubnetIds,
    securityGroupIds: [edge.workloadSecurityGroupId],
    assignPublicIp: network.workloadsArePublic,
    targetGroup: {
      name: facts.targetGroup,
      vpcId: network.vpcId,
      port: FORUM_PORT,
      targetType: 'ip',
      healthPath: facts.healthPath,
      ...environment.targets,
    },
  };
}
