import type { Rule } from '../../contracts.ts';
import { ignores } from '../../lookups.ts';

const CHANGED = ['task_definition', 'load_balancer'];

export const serviceReverted: Rule = {
  id: 'service-reverted',
  severity: 'error',
  text: 'CodeDeploy changes task definition and target group of a service, and ECS refuses to have them set: the apply after a deployment fails unless Terraform ignores them',
  page: 'ECS deployment-type-bluegreen, ECS UpdateService',
  fix: 'add lifecycle { ignore_changes = [task_definition, load_balancer] }',
  find: ({ topology }) =>
    topology.services
      .filter((s) => s.deploymentController === 'CODE_DEPLOY')
      .map((s) => ({ s, missing: CHANGED.filter((name) => !ignores(s, name)) }))
      .filter(({ missing }) => missing.length > 0)
      .map(({ s, missing }) => ({
        address: `${s.address}.lifecycle`,
        message: `Terraform would set ${missing.join(' and ')} of ${s.name} back`,
        value: s.ignoreChanges,
      })),
};
