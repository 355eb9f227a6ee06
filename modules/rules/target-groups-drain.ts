import type { HouseRule } from './rule.ts';

export const targetGroupsDrain: HouseRule = {
  id: 'target-groups-drain',
  rule: 'a target group says how long requests in flight may take when a target goes, above 0 (ELB edit-target-group-attributes)',
  check: (estate) =>
    estate
      .all('aws_lb_target_group')
      .filter(({ body }) => !(Number(body.deregistration_delay) > 0))
      .map(({ address, body }) => ({
        address: `${address}.deregistration_delay`,
        value: body.deregistration_delay ?? null,
        fix: 'set the longest that a request takes, such as 20',
      })),
};
