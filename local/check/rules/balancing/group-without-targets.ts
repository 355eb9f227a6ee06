import type { Rule } from '../../contracts.ts';
import { bindingsOf, forwarded, routesOf } from '../../lookups.ts';

export const groupWithoutTargets: Rule = {
  id: 'group-without-targets',
  severity: 'warning',
  text: 'a target group that nothing registers in answers 503',
  page: 'ELB load-balancer-troubleshooting: HTTP 503',
  fix: 'register a service or an Auto Scaling group in it, or take the rule away',
  needsAll: ['aws_ecs_', 'aws_autoscaling_', 'aws_lb_target_group_attachment', 'aws_codedeploy_deployment_group'],
  find: ({ topology: t }) => {
    const registered = new Set([
      ...bindingsOf(t).map((b) => b.group.arn),
      ...t.services.flatMap((s) =>
        s.loadBalancers.flatMap((lb) => [lb.targetGroupArn, lb.advanced?.alternateTargetGroupArn ?? []].flat()),
      ),
      ...t.autoScalingGroups.flatMap((g) => g.targetGroupArns),
    ]);
    const attached = t.inert.filter((r) => /target_group_attachment$/.test(r.type));
    return t.targetGroups
      .filter((g) => !registered.has(g.arn) && !attached.some((a) => a.attributes['target_group_arn'] === g.arn))
      .flatMap((g) =>
        routesOf(t)
          .filter((r) => forwarded(r.actions).includes(g.arn))
          .map((r) => ({
            address: `${r.resource.address}.${r.attribute}`,
            message: `it forwards to ${g.name}, and nothing of these stacks registers there`,
            value: g.name,
          })),
      );
  },
};
