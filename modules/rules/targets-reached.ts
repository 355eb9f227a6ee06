import type { HouseRule } from './rule.ts';
import { blocks } from './values.ts';

const FORWARDING = ['aws_lb_listener', 'aws_lb_listener_rule'];

export const targetsReached: HouseRule = {
  id: 'targets-reached',
  severity: 'error',
  rule: 'a listener or a rule forwards to the target group of a service: ECS refuses a group without a load balancer (ECS service-load-balancing)',
  check: (estate) =>
    estate.all('aws_ecs_service').flatMap((service) =>
      blocks(service.body, 'load_balancer').flatMap(({ target_group_arn: arn }, index) => {
        const group = estate.follow(service, arn);
        if (!/^aws_a?lb_target_group$/.test(group?.type ?? '') || !group) return [];
        if (FORWARDING.some((type) => estate.referring(group, type).length > 0)) return [];
        return [
          {
            address: `${service.address}.load_balancer[${index}].target_group_arn`,
            value: group.address,
            fix: 'add a listener rule that forwards to it',
          },
        ];
      }),
    ),
};
