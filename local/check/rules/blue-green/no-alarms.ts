import type { Rule } from '../../contracts.ts';

export const noAlarms: Rule = {
  id: 'no-deployment-alarms',
  severity: 'advice',
  text: 'without alarms a deployment goes on as long as tasks pass their health checks, whatever users get',
  page: 'CD deployment-groups-configure-advanced-options: alarms',
  fix: 'alarm on HTTPCode_Target_5XX_Count of both target groups, and name the alarms in the deployment group',
  find: ({ topology }) =>
    topology.deploymentGroups
      .filter((g) => !g.alarms.enabled || g.alarms.names.length === 0)
      .map((g) => ({
        address: `${g.address}.alarm_configuration`,
        message: `no alarm stops deployments of ${g.name}`,
        value: g.alarms.names,
      })),
};
