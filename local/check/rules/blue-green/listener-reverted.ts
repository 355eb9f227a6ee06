import type { Arn, Topology } from '../../../topology.ts';
import type { Rule } from '../../contracts.ts';
import { forwarded, ignores, routesOf } from '../../lookups.ts';

export const listenerReverted: Rule = {
  id: 'listener-reverted',
  severity: 'error',
  text: 'CodeDeploy, or ECS’s own blue/green, moves a listener’s traffic from one target group of the pair to the other: the next apply moves it back, to no tasks, unless Terraform ignores it',
  page: 'CD deployment-steps-ecs: traffic shifting, ECS alb-resources-for-blue-green',
  fix: 'add lifecycle { ignore_changes = [action] } to the rule, [default_action] to the listener',
  find: ({ topology: t }) => {
    const pairs = [...pairsOfGroups(t), ...pairsOfServices(t)];
    return routesOf(t).flatMap(({ resource, attribute, actions }) => {
      const pair = pairs.find(({ arns }) => forwarded(actions).some((arn) => arns.includes(arn)));
      if (!pair || ignores(resource, attribute)) return [];
      return [
        {
          address: `${resource.address}.lifecycle`,
          message: `it forwards to the pair of ${pair.name}, and Terraform would set ${attribute} back`,
          value: resource.ignoreChanges,
          fix: `add lifecycle { ignore_changes = [${attribute}] }`,
        },
      ];
    });
  },
};

interface Pair {
  readonly name: string;
  readonly arns: readonly Arn[];
}

const pairsOfGroups = (t: Topology): readonly Pair[] =>
  t.deploymentGroups.map((g) => ({
    name: g.name,
    arns: t.targetGroups.filter((tg) => g.targetGroupNames.includes(tg.name)).map((tg) => tg.arn),
  }));

const pairsOfServices = (t: Topology): readonly Pair[] =>
  t.services
    .filter((s) => s.deploymentStrategy)
    .map((s) => ({
      name: s.name,
      arns: s.loadBalancers.flatMap((lb) =>
        lb.advanced ? [lb.targetGroupArn, lb.advanced.alternateTargetGroupArn] : [],
      ),
    }));
