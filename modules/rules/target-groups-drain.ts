import type { HouseRule } from './rule.ts';
import { isReference } from './values.ts';

export const targetGroupsDrain: HouseRule = {
  id: 'target-groups-drain',
  severity: 'advice',
  rule: 'a target group says how long requests in flight may take when a target goes, above 0 (ELB edit-target-group-attributes)',
  check: (estate) =>
    estate
      .all('aws_lb_target_group')
      // Functions have nothing in flight that could be cut.
      .filter(({ body }) => body.target_type !== 'lambda')
      .map(({ address, stack, body }) => ({ address, delay: estate.literal(stack, body.deregistration_delay) }))
      .filter(({ delay }) => !isReference(delay) && !(Number(delay) > 0))
      .map(({ address, delay }) => ({
        address: `${address}.deregistration_delay`,
        value: delay ?? null,
        fix: 'set the longest that a request takes, such as 20',
      })),
};
