import type { Rule } from '../../contracts.ts';

export const alarmWithoutRollback: Rule = {
  id: 'alarm-without-rollback',
  severity: 'warning',
  text: 'an alarm stops a deployment where it is; only DEPLOYMENT_STOP_ON_ALARM in auto_rollback_configuration brings the old version back',
  page: 'CD deployments-rollback-and-redeploy',
  fix: 'enable auto_rollback_configuration with DEPLOYMENT_FAILURE and DEPLOYMENT_STOP_ON_ALARM',
  find: ({ topology }) =>
    topology.deploymentGroups.flatMap((g) => {
      const address = `${g.address}.auto_rollback_configuration`;
      const { enabled, events } = g.autoRollback;
      const watches = g.alarms.enabled && g.alarms.names.length > 0;
      if (watches && !(enabled && events.includes('DEPLOYMENT_STOP_ON_ALARM')))
        return [
          { address, message: `alarms stop deployments of ${g.name}, and nothing rolls them back`, value: events },
        ];
      if (enabled && events.includes('DEPLOYMENT_STOP_ON_ALARM') && !watches)
        return [{ address, message: `${g.name} rolls back on alarms, and names none`, value: events }];
      if (enabled && events.includes('DEPLOYMENT_FAILURE')) return [];
      return [{ address, message: `a deployment of ${g.name} that fails is not rolled back`, value: events }];
    }),
};
