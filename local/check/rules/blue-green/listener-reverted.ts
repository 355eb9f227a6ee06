import type { Rule } from '../../contracts.ts';
import { forwarded, ignores, routesOf } from '../../lookups.ts';

export const listenerReverted: Rule = {
  id: 'listener-reverted',
  severity: 'error',
  text: 'CodeDeploy moves a listener’s traffic from one target group of the pair to the other: the next apply moves it back, to no tasks, unless Terraform ignores it',
  page: 'CD deployment-steps-ecs: traffic shifting',
  fix: 'add lifecycle { ignore_changes = [action] } to the rule, [default_action] to the listener',
  find: ({ topology: t }) => {
    const pairs = t.deploymentGroups.map((g) => ({
      group: g,
      arns: t.targetGroups.filter((tg) => g.targetGroupNames.includes(tg.name)).map((tg) => tg.arn),
    }));
    return routesOf(t).flatMap(({ resource, attribute, actions }) => {
      const pair = pairs.find(({ arns }) => forwarded(actions).some((arn) => arns.includes(arn)));
      if (!pair || ignores(resource, attribute)) return [];
      return [
        {
          address: `${resource.address}.lifecycle`,
          message: `it forwards to the pair of ${pair.group.name}, and Terraform would set ${attribute} back`,
          value: resource.ignoreChanges,
          fix: `add lifecycle { ignore_changes = [${attribute}] }`,
        },
      ];
    });
  },
};
