import type { Rule } from '../../contracts.ts';
import { deploymentGroupOf } from '../../lookups.ts';

export const serviceUndeployed: Rule = {
  id: 'service-undeployed',
  severity: 'warning',
  text: 'a service under CodeDeploy gets a new version by a deployment group only',
  page: 'CD deployment-groups-create-ecs',
  fix: 'declare an aws_codedeploy_deployment_group for it, or use the controller ECS',
  needsAll: ['aws_codedeploy_deployment_group'],
  find: ({ topology: t }) =>
    t.services
      .filter((s) => s.deploymentController === 'CODE_DEPLOY' && !deploymentGroupOf(s, t))
      .map((s) => ({
        address: s.address,
        message: `no deployment group deploys ${s.name}: it keeps the task definition that it was made with`,
        value: s.name,
      })),
};
