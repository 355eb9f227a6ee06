import { quota, refusedAt } from './quota.ts';

export const alarmsPerDeploymentGroup = quota({
  id: 'quota-alarms-per-deployment-group',
  max: 10,
  what: 'alarms',
  per: 'a deployment group',
  isAdjustable: false,
  page: 'CD limits',
  fix: 'name fewer alarms, or one composite alarm',
  adopts: refusedAt(/aws_codedeploy_deployment_group\..*\.alarms$/),
  count: ({ topology }) =>
    topology.deploymentGroups.map((g) => ({
      address: `${g.address}.alarm_configuration.alarms`,
      of: g.name,
      count: g.alarms.names.length,
    })),
});
