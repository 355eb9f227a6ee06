import { checkDeployment } from '../../../resolve/check/deployments.ts';
import type { Rule } from '../../contracts.ts';

export const deploymentPercentages: Rule = {
  id: 'deployment-percentages',
  severity: 'error',
  text: 'a rolling update stops a task first or starts one first: one of the two percentages must leave room, after rounding',
  page: 'ECS deployment-type-ecs',
  fix: 'set deployment_maximum_percent to 200, or lower deployment_minimum_healthy_percent',
  adopts: ({ code }) => code === 'DEPLOYMENT_IMPOSSIBLE',
  find: ({ topology }) =>
    topology.services
      .filter((s) => s.deploymentController === 'ECS' && !s.deploymentStrategy)
      .flatMap(checkDeployment)
      .map(({ address, message, value }) => ({ address: address ?? '', message, value })),
};
