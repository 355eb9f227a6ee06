import type { Rule } from '../../contracts.ts';

export const noTerminationWait: Rule = {
  id: 'no-termination-wait',
  severity: 'advice',
  text: 'once blue is terminated, going back means a new deployment: termination_wait_time_in_minutes keeps it for a while',
  page: 'CD API_BlueInstanceTerminationOption',
  fix: 'set termination_wait_time_in_minutes to how long a mistake takes to show',
  find: ({ topology }) =>
    topology.deploymentGroups
      .filter((g) => g.blueTermination.action === 'TERMINATE' && g.blueTermination.waitMinutes === 0)
      .map((g) => ({
        address: `${g.address}.blue_green_deployment_config.terminate_blue_instances_on_deployment_success`,
        message: `${g.name} terminates blue as soon as traffic has moved`,
        value: 0,
      })),
};
